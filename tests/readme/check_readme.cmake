# Fails unless the README holds the example word for word.
file(READ ${README} readme)
file(READ ${EXAMPLE} example)
string(FIND "${readme}" "```cpp\n${example}```" at)
if(at EQUAL -1)
  message(FATAL_ERROR "README.md does not show tests/readme/example.cpp as it is: copy one to the other")
endif()
