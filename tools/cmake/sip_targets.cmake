# The only functions that create targets. Each takes explicit source lists, sets the warnings and sanitizers, and records the
# target's layer, from which sip_check_layers() refuses a dependency that the layer table does not allow.

# sip_library(<name> LAYER <layer> [SRCS ...] [HDRS ...] [DEPS ...] [PRIVATE_DEPS ...] [TESTONLY])
function(sip_library name)
  cmake_parse_arguments(ARG "TESTONLY" "LAYER" "SRCS;HDRS;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SRCS)
    add_library(${name} STATIC ${ARG_SRCS} ${ARG_HDRS})
    target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS} sip_own_code_options)
  else()
    add_library(${name} INTERFACE ${ARG_HDRS})
    target_include_directories(${name} INTERFACE "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
  endif()
  sip_record_target(${name} "${ARG_LAYER}" "${ARG_DEPS};${ARG_PRIVATE_DEPS}")
endfunction()

# sip_executable(<name> LAYER <layer> SRCS ... [DEPS ...])
function(sip_executable name)
  cmake_parse_arguments(ARG "" "LAYER" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} sip_own_code_options)
  sip_record_target(${name} "${ARG_LAYER}" "${ARG_DEPS}")
endfunction()

# sip_preloaded_library(<name> SRCS ...): a shared library that a test preloads into another process. Not instrumented: that process
# may not be.
function(sip_preloaded_library name)
  cmake_parse_arguments(ARG "" "" "SRCS" ${ARGN})
  add_library(${name} SHARED ${ARG_SRCS})
  target_link_libraries(${name} PRIVATE ${CMAKE_DL_LIBS})
  sip_record_target(${name} testing "")
endfunction()

# The server allocates on many threads and frees on others: with jemalloc that costs half. Sanitizers bring their own allocators.
function(sip_use_allocator name)
  if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    target_link_libraries(${name} PRIVATE "${SIP_JEMALLOC}")
  endif()
endfunction()

# sip_test(<name> SRCS ... [DEPS ...] [LABELS unit] [TIMEOUT 60] [ENVIRONMENT ...] [TSAN]): a GoogleTest executable, one ctest
# entry. Every label has a target <label>_tests that builds all tests of that label. TSAN: the test runs under ThreadSanitizer too
# (label tsan); for what has threads and can be built instrumented within minutes.
function(sip_test name)
  cmake_parse_arguments(ARG "TSAN" "TIMEOUT" "SRCS;DEPS;LABELS;ENVIRONMENT;ARGS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(ARG_TSAN)
    list(APPEND ARG_LABELS tsan)
  endif()
  if(SIP_SANITIZE MATCHES "thread")
    # gRPC and protobuf come from the distribution, without instrumentation.
    set(suppressions "${CMAKE_SOURCE_DIR}/tools/cmake/thread_sanitizer_suppressions.txt")
    list(APPEND ARG_ENVIRONMENT
      "TSAN_OPTIONS=ignore_noninstrumented_modules=1 halt_on_error=1 second_deadlock_stack=1 suppressions=${suppressions}")
  elseif(SIP_SANITIZE)
    list(APPEND ARG_ENVIRONMENT "UBSAN_OPTIONS=print_stacktrace=1" "ASAN_OPTIONS=detect_stack_use_after_return=1")
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  # testing::TempDir(): builds side by side must not meet.
  set(temporary "${CMAKE_CURRENT_BINARY_DIR}/${name}_files")
  file(MAKE_DIRECTORY "${temporary}")
  list(APPEND ARG_ENVIRONMENT "TEST_TMPDIR=${temporary}")
  add_executable(${name} ${ARG_SRCS})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest GTest::gtest_main sip_own_code_options)
  add_test(NAME ${name} COMMAND ${name} ${ARG_ARGS} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "${ARG_ENVIRONMENT}")
  sip_lock_brokers(${name} "${ARG_LABELS}")
  sip_record_target(${name} testing "${ARG_DEPS}")
  foreach(label IN LISTS ARG_LABELS)
    sip_add_to_group(${label}_tests ${name})
  endforeach()
  foreach(src IN LISTS ARG_SRCS)
    set_property(GLOBAL APPEND PROPERTY SIP_TEST_SOURCES "${CMAKE_CURRENT_SOURCE_DIR}/${src}")
  endforeach()
endfunction()

# sip_same_test(<name> <test> [LABELS ...] [TIMEOUT ...] [ENVIRONMENT ...] [ARGS ...]): another ctest entry of an executable that
# sip_test made.
function(sip_same_test name test)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LABELS;ENVIRONMENT;ARGS" ${ARGN})
  set(temporary "${CMAKE_CURRENT_BINARY_DIR}/${name}_files")
  file(MAKE_DIRECTORY "${temporary}")
  add_test(NAME ${name} COMMAND ${test} ${ARG_ARGS} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "TEST_TMPDIR=${temporary};${ARG_ENVIRONMENT}")
  sip_lock_brokers(${name} "${ARG_LABELS}")
endfunction()

# Brokers take memory and are slow to start: one test at a time has them.
function(sip_lock_brokers name labels)
  if("kafka" IN_LIST labels)
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK brokers)
  endif()
endfunction()

# sip_benchmark(<name> SRCS ... [DEPS ...]): a Google Benchmark executable; target `benchmarks` builds all of them.
function(sip_benchmark name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  sip_executable(${name} LAYER testing SRCS ${ARG_SRCS} DEPS ${ARG_DEPS} benchmark::benchmark)
  sip_add_to_group(benchmarks ${name})
endfunction()

# sip_fuzz_test(<name> SRCS ... [DEPS ...] [RUNS 2000]): a libFuzzer target; its ctest entry is a short run with a fixed seed.
function(sip_fuzz_test name)
  cmake_parse_arguments(ARG "" "RUNS" "SRCS;DEPS" ${ARGN})
  if(NOT SIP_FUZZ)
    return()
  endif()
  if(NOT ARG_RUNS)
    set(ARG_RUNS 2000)
  endif()
  sip_executable(${name} LAYER testing SRCS ${ARG_SRCS} DEPS ${ARG_DEPS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_test(NAME ${name} COMMAND ${name} -seed=123 -runs=${ARG_RUNS} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES LABELS fuzz-smoke TIMEOUT 120)
  sip_add_to_group(fuzz_tests ${name})
endfunction()

# A group is a target that builds its members and nothing else.
function(sip_add_to_group group)
  if(NOT TARGET ${group})
    add_custom_target(${group})
  endif()
  if(ARGN)
    add_dependencies(${group} ${ARGN})
  endif()
endfunction()

function(sip_record_target name layer deps)
  if(NOT layer)
    message(FATAL_ERROR "${name}: LAYER is missing; see the layer table in docs/architecture.md")
  endif()
  set_property(GLOBAL APPEND PROPERTY SIP_TARGETS ${name})
  set_property(GLOBAL PROPERTY SIP_LAYER_${name} "${layer}")
  set_property(GLOBAL PROPERTY SIP_DEPS_${name} "${deps}")
endfunction()

include(sip_layers)

# They exist in every preset, also while nothing belongs to them, because tools/dev names them.
foreach(group IN ITEMS unit_tests integration_tests tsan_tests fuzz_tests benchmarks)
  sip_add_to_group(${group})
endforeach()
