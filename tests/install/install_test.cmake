# Installs the built tree into a fresh prefix, moves the prefix (an installation must not know where it was made), and
# builds and runs the consumer project against it.

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${WORK}/staging ${WORK}/prefix ${WORK}/build)
run(${CMAKE_COMMAND} --install ${WEFT_BINARY_DIR} --config ${CONFIG} --prefix ${WORK}/staging)
file(RENAME ${WORK}/staging ${WORK}/prefix)

run(${CMAKE_COMMAND} -S ${CONSUMER} -B ${WORK}/build -G ${GENERATOR}
  -D CMAKE_CXX_COMPILER=${CXX_COMPILER} -D CMAKE_BUILD_TYPE=${CONFIG}
  -D CMAKE_PREFIX_PATH=${WORK}/prefix -D WEFT_VERSION=${WEFT_VERSION})
run(${CMAKE_COMMAND} --build ${WORK}/build --config ${CONFIG})
run(${WORK}/build/consumer)
