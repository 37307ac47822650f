# weft_public_header(IN OUT): a header as other projects see it. What headers include of each other becomes
# <weft/graph/graph.h>, so that no folder graph/ of a user's own stands in its way. In this tree the name is
# "graph/graph.h". OUT is written when it changes.
function(weft_public_header in out)
  file(READ ${in} text)
  string(REGEX REPLACE "#include \"((graph|ops|passes|backends|models|tools)/[^\"]+)\"" "#include <weft/\\1>" text "${text}")
  if(EXISTS ${out})
    file(READ ${out} before)
  endif()
  if(NOT "${before}" STREQUAL "${text}")
    file(WRITE ${out} "${text}")
  endif()
endfunction()

# Run by `cmake --install` behind the headers.
if(NOT DEFINED WEFT_INCLUDEDIR)
  return()
endif()
file(GLOB_RECURSE headers
  "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${WEFT_INCLUDEDIR}/weft/*.h"
  "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${WEFT_INCLUDEDIR}/weft/*.def")
foreach(header IN LISTS headers)
  weft_public_header(${header} ${header})
endforeach()
