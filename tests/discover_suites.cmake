# cmake -D PROGRAM=FILE -D PREFIX=NAME. -D COST=SECONDS -D OUT=FILE -P discover_suites.cmake
# Lists the suites of a GoogleTest program for ctest, each as one test, which fails if a part of it is skipped.
execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE listed COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\n[A-Za-z0-9_/]+[.]" suites "\n${listed}")
set(tests)
foreach(suite IN LISTS suites)
  string(REGEX REPLACE "[\n.]" "" suite ${suite})
  string(APPEND tests "add_test([[${PREFIX}${suite}]] [[${PROGRAM}]] [[--gtest_filter=${suite}.*]])\n"
                      "set_tests_properties([[${PREFIX}${suite}]] PROPERTIES COST ${COST} "
                      "FAIL_REGULAR_EXPRESSION [[SKIPPED]])\n")
endforeach()
file(WRITE ${OUT} "${tests}")
