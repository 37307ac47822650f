# Writes a C++ file that holds the assets as string literals, so that a tool needs no files beside it.
#
#   cmake -D OUTPUT=assets.cpp -D "ASSETS=page.css;page.js" -P embed.cmake
set(entries "")
foreach(path IN LISTS ASSETS)
  get_filename_component(name ${path} NAME)
  file(READ ${path} content)
  string(APPEND entries "    {\"${name}\", R\"~asset~(${content})~asset~\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"tools/web/page.h\"

namespace weft::web {

std::vector<Asset> assets() {
  return {
${entries}  };
}

}  // namespace weft::web
")
