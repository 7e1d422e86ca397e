# The third-party libraries, all from Debian packages (tools/packages.txt), and the compile options that every target shares.

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(yaml-cpp CONFIG REQUIRED)
find_package(GTest REQUIRED)
find_package(rapidcheck CONFIG REQUIRED)
find_package(benchmark CONFIG REQUIRED)

find_library(SIP_JEMALLOC jemalloc REQUIRED)

# Debian's package brings no CMake files.
find_library(SIP_RDKAFKA rdkafka REQUIRED)
add_library(RdKafka::rdkafka INTERFACE IMPORTED)
target_link_libraries(RdKafka::rdkafka INTERFACE "${SIP_RDKAFKA}")

find_program(SIP_CCACHE ccache)
if(SIP_CCACHE)
  # Paths below the repository count as relative: what has the same options is compiled once for all presets and clones.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${SIP_CCACHE}")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# The build type Fast of the preset has no flags of its own: without optimisation and debug information one compiles quickest.

option(SIP_WARNINGS_AS_ERRORS "Treat warnings in our own code as errors" OFF)
option(SIP_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
option(SIP_UNITY "Compile several of our files as one: what they include is read once" OFF)
option(SIP_MUTANTS "Build the switch for the mistakes of tests/mutants (never for what is installed)" OFF)
option(SIP_COVERAGE "Instrument for gcov" OFF)
set(SIP_SANITIZE "" CACHE STRING "Sanitizers for our own code, such as address,undefined")

if(SIP_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
endif()

# What every target of ours is compiled with; generated code gets neither warnings nor sanitizers.
add_library(sip_own_code_options INTERFACE)
target_compile_options(sip_own_code_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wswitch -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${SIP_WARNINGS_AS_ERRORS}>:-Werror>)
if(SIP_UNITY)
  # It warns of types in unnamed namespaces whose file is included by the joint one.
  target_compile_options(sip_own_code_options INTERFACE -Wno-subobject-linkage)
endif()
if(SIP_SANITIZE)
  # Generated code gets the options of preset fast, and so comes out of the compiler's cache.
  set(CMAKE_CXX_FLAGS_DEBUG "")
  # -O0 on purpose: instrumented gRPC and protobuf files take three times as long at -O1. Lines are all that a report needs.
  target_compile_options(sip_own_code_options INTERFACE
    -fsanitize=${SIP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${SIP_SANITIZE})
  if(SIP_SANITIZE STREQUAL "thread")
    # Boost's queues use fences, which it does not see; they are not ours to check. protobuf's maps have another layout for code
    # that knows of this sanitizer, and Debian's library does not.
    target_compile_options(sip_own_code_options INTERFACE -Wno-tsan -U__SANITIZE_THREAD__)
  endif()
endif()
if(SIP_FUZZ)
  target_compile_options(sip_own_code_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(SIP_MUTANTS)
  if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    message(FATAL_ERROR "SIP_MUTANTS: mistakes on request have no place in a release")
  endif()
  target_compile_definitions(sip_own_code_options INTERFACE SIP_MUTANTS)
endif()
if(SIP_COVERAGE)
  target_compile_options(sip_own_code_options INTERFACE --coverage)
  add_link_options(--coverage)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_compile_options(sip_own_code_options INTERFACE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
