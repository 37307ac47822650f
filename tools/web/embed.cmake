# Writes a C++ file with the function that weft_embed() (tools/CMakeLists.txt) is asked for.
#
#   cmake -D OUTPUT=assets.cpp -D HEADER=page.h -D "FUNCTION=std::vector<Asset> assets()" -D "FILES=page.css;page.js" -P embed.cmake
set(entries "")
foreach(path IN LISTS FILES)
  get_filename_component(name ${path} NAME)
  file(READ ${path} content)
  string(APPEND entries "      {\"${name}\", R\"~asset~(${content})~asset~\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"${HEADER}\"

${FUNCTION} {
  return {
${entries}  };
}
")
