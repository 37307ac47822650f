# Run by `cmake --install` behind the headers: what they include of each other becomes <weft/graph/graph.h>, so that no
# folder graph/ of a user's own stands in its way. In this tree the name is "graph/graph.h".
file(GLOB_RECURSE headers
  "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${WEFT_INCLUDEDIR}/weft/*.h"
  "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${WEFT_INCLUDEDIR}/weft/*.def")
foreach(header IN LISTS headers)
  file(READ ${header} text)
  string(REGEX REPLACE "#include \"((graph|ops|passes|backends|models|tools)/[^\"]+)\"" "#include <weft/\\1>" text "${text}")
  file(WRITE ${header} "${text}")
endforeach()
