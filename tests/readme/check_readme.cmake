# Fails unless the page holds the example word for word.
file(READ ${PAGE} page)
file(READ ${EXAMPLE} example)
string(FIND "${page}" "```cpp\n${example}```" at)
if(at EQUAL -1)
  message(FATAL_ERROR "${PAGE} does not show ${EXAMPLE} as it is: copy one to the other")
endif()
