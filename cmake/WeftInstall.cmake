# What another project sees of Weft: the target Weft::weft and the header <weft/weft.h>, in this tree (add_subdirectory,
# FetchContent) and installed (find_package(Weft)).

include(CMakePackageConfigHelpers)

option(WEFT_INSTALL "Install Weft's libraries and headers" ${PROJECT_IS_TOP_LEVEL})

set(weft_libraries
  weft_graph_base weft_graph weft_graph_io weft_ops weft_passes_autodiff weft_passes_memory weft_passes
  weft_backend_runtime weft_backend_reference weft_backend_onednn weft_backend_check)

# `weft` is the name of the tool's target, so the library of everything goes by another name in this tree.
add_library(weft_everything INTERFACE)
add_library(Weft::weft ALIAS weft_everything)
set_target_properties(weft_everything PROPERTIES EXPORT_NAME weft)
target_link_libraries(weft_everything INTERFACE ${weft_libraries})

# In this tree the umbrella header is copied to where an installed one is found.
configure_file(${PROJECT_SOURCE_DIR}/backends/runtime/weft.h ${PROJECT_BINARY_DIR}/include/weft/weft.h COPYONLY)
target_include_directories(weft_everything INTERFACE
  $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

if(NOT WEFT_INSTALL)
  return()
endif()

set(weft_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Weft)

install(TARGETS ${weft_libraries} weft_everything EXPORT WeftTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY graph ops passes backends DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weft
  FILES_MATCHING PATTERN "*.h" PATTERN "*.def" PATTERN "weft.h" EXCLUDE)
install(FILES backends/runtime/weft.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weft)

install(EXPORT WeftTargets NAMESPACE Weft:: DESTINATION ${weft_package_dir})
configure_package_config_file(cmake/WeftConfig.cmake.in ${PROJECT_BINARY_DIR}/WeftConfig.cmake
  INSTALL_DESTINATION ${weft_package_dir})
# Before 1.0 a new minor version may break what was.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/WeftConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/WeftConfig.cmake ${PROJECT_BINARY_DIR}/WeftConfigVersion.cmake
  DESTINATION ${weft_package_dir})
