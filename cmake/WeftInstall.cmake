# What another project sees of Weft, in this tree (add_subdirectory, FetchContent) and installed (find_package(Weft)):
#
#   Weft::weft     <weft/weft.h>     graphs, passes, backends
#   Weft::training <weft/training.h> layers, and a trainer of any model: COMPONENTS training
#   Weft::nmt      <weft/nmt.h>      the translator: find_package(Weft COMPONENTS nmt)
#   Weft::inspect  <weft/inspect.h>  lint, info, histories and pages of graphs: COMPONENTS inspect

include(CMakePackageConfigHelpers)
include(PublicIncludes)

option(WEFT_INSTALL "Install Weft's libraries and headers" ${PROJECT_IS_TOP_LEVEL})

set(weft_libraries
  weft_graph_base weft_graph weft_graph_io weft_ops weft_passes_handwritten weft_passes_autodiff weft_passes_memory weft_passes
  weft_backend_runtime weft_backend_mpi weft_backend_reference weft_backend_onednn weft_backend_check)

set(weft_training_libraries weft_layers weft_training)
set(weft_nmt_libraries
  weft_nmt_text weft_nmt_data weft_nmt_config weft_nmt_network weft_nmt_search weft_nmt_metrics
  weft_nmt_training weft_nmt_report)
set(weft_inspect_libraries weft_web weft_inspect)

# Another project's tree has the headers in its build folder as an installation has them.
function(weft_headers_in_tree)
  foreach(folder IN LISTS ARGN)
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${folder}/*.h ${folder}/*.def)
    foreach(header IN LISTS headers)
      weft_public_header(${PROJECT_SOURCE_DIR}/${header} ${PROJECT_BINARY_DIR}/include/weft/${header})
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${header})
    endforeach()
  endforeach()
endfunction()

# weft_public(NAME HEADER ROOM...): the target Weft::NAME of those rooms, and HEADER as <weft/NAME.h>. In this tree the
# header is copied to where an installed one is found. Names of programs are taken, so the target has another one here.
function(weft_public name header)
  add_library(weft_public_${name} INTERFACE)
  add_library(Weft::${name} ALIAS weft_public_${name})
  set_target_properties(weft_public_${name} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(weft_public_${name} INTERFACE ${ARGN})
  if(PROJECT_IS_TOP_LEVEL)
    configure_file(${PROJECT_SOURCE_DIR}/${header} ${PROJECT_BINARY_DIR}/include/weft/${name}.h COPYONLY)
  else()
    weft_public_header(${PROJECT_SOURCE_DIR}/${header} ${PROJECT_BINARY_DIR}/include/weft/${name}.h)
  endif()
  target_include_directories(weft_public_${name} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  if(WEFT_INSTALL)
    install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weft RENAME ${name}.h)
  endif()
endfunction()

weft_public(weft backends/weft.h ${weft_libraries})
if(TARGET weft_nmt_training)
  weft_public(training models/training/training.h weft_public_weft ${weft_training_libraries})
  weft_public(nmt models/nmt/nmt.h weft_public_training ${weft_nmt_libraries})
  weft_public(inspect tools/inspect/inspect.h weft_public_training ${weft_inspect_libraries})
endif()

set(headers graph ops passes backends)
if(TARGET weft_nmt_training)
  list(APPEND headers models tools/inspect tools/web)
endif()
if(NOT PROJECT_IS_TOP_LEVEL)
  weft_headers_in_tree(${headers})
endif()

if(NOT WEFT_INSTALL)
  return()
endif()

set(weft_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Weft)

# weft_install(EXPORT TARGET...): the targets in a file of their own, which a component loads.
function(weft_install export)
  install(TARGETS ${ARGN} EXPORT ${export} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT ${export} NAMESPACE Weft:: DESTINATION ${weft_package_dir})
endfunction()

weft_install(WeftTargets ${weft_libraries} weft_public_weft)
if(TARGET weft_nmt_training)
  weft_install(WeftTrainingTargets ${weft_training_libraries} weft_public_training)
  weft_install(WeftNmtTargets ${weft_nmt_libraries} weft_public_nmt)
  weft_install(WeftInspectTargets ${weft_inspect_libraries} weft_public_inspect)
endif()
foreach(folder IN LISTS headers)
  install(DIRECTORY ${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weft/${folder}
    FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
endforeach()
install(CODE "set(WEFT_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})")
install(SCRIPT cmake/PublicIncludes.cmake)
install(FILES cmake/Findsentencepiece.cmake DESTINATION ${weft_package_dir})

configure_package_config_file(cmake/WeftConfig.cmake.in ${PROJECT_BINARY_DIR}/WeftConfig.cmake
  INSTALL_DESTINATION ${weft_package_dir})
# Before 1.0 a new minor version may break what was.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/WeftConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/WeftConfig.cmake ${PROJECT_BINARY_DIR}/WeftConfigVersion.cmake
  DESTINATION ${weft_package_dir})
