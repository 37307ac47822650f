# Installs the built tree into a fresh prefix, moves the prefix (an installation must not know where it was made), and
# builds and runs the consumer project against it.

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

file(REMOVE_RECURSE ${WORK}/staging ${WORK}/prefix ${WORK}/build)
run(${CMAKE_COMMAND} --install ${WEFT_BINARY_DIR} --config ${CONFIG} --prefix ${WORK}/staging)
file(RENAME ${WORK}/staging ${WORK}/prefix)

run(${CMAKE_COMMAND} -S ${CONSUMER} -B ${WORK}/build -G ${GENERATOR}
  -D CMAKE_CXX_COMPILER=${CXX_COMPILER} -D CMAKE_BUILD_TYPE=${CONFIG}
  -D CMAKE_PREFIX_PATH=${WORK}/prefix -D WEFT_VERSION=${WEFT_VERSION})
run(${CMAKE_COMMAND} --build ${WORK}/build --config ${CONFIG})
run(${WORK}/build/consumer)
expect("2 programs, .* 0 had to make room" ${WORK}/build/batches)
file(REMOVE_RECURSE ${WORK}/run)
expect("6 steps; Programs    1 program" ${WORK}/build/train ${WORK}/run)
file(REMOVE_RECURSE ${WORK}/classes)
expect("800 steps are done" ${WORK}/build/classify ${WORK}/classes)
expect("800 steps are done" ${WORK}/build/classify ${WORK}/classes)  # goes on from the last checkpoint: nothing is left to do
expect("[a-z]" ${WORK}/build/translate ${WORK}/run "Anne rit .")
expect("unused-input.*softmax-twice.*parameters  1 .*stages, a page that ends" ${WORK}/build/look)
