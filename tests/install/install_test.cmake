# Installs the built tree into a fresh prefix, moves the prefix (an installation must not know where it was made), and
# builds and runs against it the consumer project, and one that `weft new` makes.

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# expect(PATTERN COMMAND...): that the command's output matches.
function(expect pattern)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
  if(NOT output MATCHES "${pattern}")
    message(FATAL_ERROR "'${pattern}' is missing in:\n${output}")
  endif()
endfunction()

# configure(SOURCE BUILD ARGUMENT...): configures and builds a project against the installation.
function(configure source build)
  run(${CMAKE_COMMAND} -S ${source} -B ${build} -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${CXX_COMPILER} -D CMAKE_BUILD_TYPE=${CONFIG} -D CMAKE_PREFIX_PATH=${WORK}/prefix ${ARGN})
  run(${CMAKE_COMMAND} --build ${build} --config ${CONFIG})
endfunction()

file(REMOVE_RECURSE ${WORK}/staging ${WORK}/prefix ${WORK}/build ${WORK}/new-model)
run(${CMAKE_COMMAND} --install ${WEFT_BINARY_DIR} --config ${CONFIG} --prefix ${WORK}/staging)
file(RENAME ${WORK}/staging ${WORK}/prefix)

configure(${CONSUMER} ${WORK}/build -D WEFT_VERSION=${WEFT_VERSION})
run(${WORK}/build/consumer)
expect("2 programs, .* 0 had to make room" ${WORK}/build/batches)
file(REMOVE_RECURSE ${WORK}/run)
expect("6 steps; Programs    1 program" ${WORK}/build/train ${WORK}/run)
file(REMOVE_RECURSE ${WORK}/classes)
expect("800 steps are done" ${WORK}/build/classify ${WORK}/classes)
expect("800 steps are done" ${WORK}/build/classify ${WORK}/classes)  # goes on from the last checkpoint: nothing is left to do
expect("[a-z]" ${WORK}/build/translate ${WORK}/run "Anne rit .")
expect("unused-input.*softmax-twice.*parameters  1 .*stages, a page that ends" ${WORK}/build/look)

expect("cmake --build build" ${WORK}/prefix/bin/weft new ${WORK}/new-model)
configure(${WORK}/new-model ${WORK}/new-model/build)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/new-model/build --output-on-failure)
expect("accuracy (0\\.9|1)" ${WORK}/new-model/build/new-model ${WORK}/new-model/run)
expect("accuracy (0\\.9|1)" ${WORK}/new-model/build/new-model ${WORK}/new-model/run)  # all epochs are done
