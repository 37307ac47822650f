# weft_room(NAME ROOMS ROOM... [LIBRARIES ...] [LIGHT | OWN_FLAGS]): the static library of every .cpp of the current folder
# and of those below it that are no rooms of their own. It links the ROOMS, which must have been declared before: rooms
# stand in the order of the data's way (docs/architecture.md), and so the arrows between them point in one direction.
# LIBRARIES are given to target_link_libraries. A LIGHT room works while a graph is declared, read, written or shown: what
# -O2 takes to optimise it, it does not save (and GCC takes a third longer for -O1 than for -Og). OWN_FLAGS says that the
# room adds flags of its own. Where CMAKE_UNITY_BUILD is on (CMakePresets.json), files are compiled several at once, in a
# third of the time: so the files of a room give what they keep in unnamed namespaces different names.
# weft_flags(TARGET): C++20, OpenMP, the warnings that main is free of, and the sanitizers asked for.
# weft_precompile(TARGET [SHARED_AS NAME] [HEADERS HEADER...]): reads the standard headers and the graph's, which most
# files include, and HEADERs, once and not a file. Targets of one NAME share what the first of them has read, so they
# must be compiled with the same flags (of another -O, GCC 12 crashes). Every file still includes what it uses.

set(weft_light_options $<$<CONFIG:Release>:-Og>)

function(weft_flags target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion ${OpenMP_CXX_FLAGS})
  # GCC takes a source file that is compiled with others for a header, whose classes must not hold internal types.
  target_compile_options(${target} PRIVATE
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>:-Wno-subobject-linkage>)
  # Loops that say "simd" are checked by sanitizers one element after the other; clang warns of each.
  if(WEFT_SANITIZE)
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:Clang>:-Wno-pass-failed>)
    target_compile_options(${target} PUBLIC -fsanitize=${WEFT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
    target_link_options(${target} PUBLIC -fsanitize=${WEFT_SANITIZE})
  endif()
endfunction()

function(weft_precompile target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SHARED_AS" "HEADERS")
  get_property(owner GLOBAL PROPERTY weft_precompiled_${arg_SHARED_AS})
  if(owner)
    target_precompile_headers(${target} REUSE_FROM ${owner})
    return()
  endif()
  target_precompile_headers(${target} PRIVATE
    <algorithm> <chrono> <cmath> <functional> <map> <memory> <optional> <span> <string> <string_view>
    <unordered_map> <variant> <vector> <fmt/format.h> ${PROJECT_SOURCE_DIR}/graph/graph.h ${arg_HEADERS})
  if(arg_SHARED_AS)
    set_property(GLOBAL PROPERTY weft_precompiled_${arg_SHARED_AS} ${target})
  endif()
endfunction()

function(weft_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "LIGHT;OWN_FLAGS" "" "ROOMS;LIBRARIES")
  foreach(room IN LISTS arg_ROOMS)
    if(NOT TARGET ${room})
      message(FATAL_ERROR "${name} links ${room}, which is no room before it (docs/architecture.md)")
    endif()
  endforeach()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB_RECURSE inner LIST_DIRECTORIES false ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
  foreach(file IN LISTS inner)
    get_filename_component(folder ${file} DIRECTORY)
    list(FILTER sources EXCLUDE REGEX "^${folder}/")
  endforeach()
  add_library(${name} STATIC ${sources})
  add_library(Weft::${name} ALIAS ${name})
  weft_flags(${name})
  if(arg_OWN_FLAGS)
    weft_precompile(${name})
  elseif(arg_LIGHT)
    weft_precompile(${name} SHARED_AS light)
    target_compile_options(${name} PRIVATE ${weft_light_options})
  else()
    weft_precompile(${name} SHARED_AS library)
  endif()
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${name} PUBLIC ${arg_ROOMS} ${arg_LIBRARIES})
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  list(JOIN arg_ROOMS " " rooms)
  set_property(GLOBAL APPEND_STRING PROPERTY weft_rooms "${folder} ${name} ${rooms}\n")
endfunction()
