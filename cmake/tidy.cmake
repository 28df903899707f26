# The sources as ./check's clang-tidy reads them: in so few units that most headers are checked once. Nothing is built of
# them.

# tidy_unit(NAME FOLDERS...): all sources of the folders but for main.cpp.
function(tidy_unit name)
  list(TRANSFORM ARGN REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/\\1/*.cpp" OUTPUT_VARIABLE patterns)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${patterns})
  list(FILTER sources EXCLUDE REGEX "/main.cpp$")
  add_library(tidy_${name} OBJECT EXCLUDE_FROM_ALL ${sources})
  set_target_properties(tidy_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  target_link_libraries(tidy_${name} PRIVATE tidy_options)
endfunction()

add_library(tidy_options INTERFACE)
target_include_directories(tidy_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(tidy_options INTERFACE ISLETIME_VERSION="" ISLETIME_BUILD_TIME=0)
target_link_libraries(tidy_options INTERFACE
  isletime_warnings CLI11::CLI11 fmt::fmt nlohmann_json::nlohmann_json PkgConfig::sodium PkgConfig::nettle
  PkgConfig::cap_ng PkgConfig::seccomp PkgConfig::curl PkgConfig::microhttpd PkgConfig::gnutls PkgConfig::sqlite
  PkgConfig::qrencode)

tidy_unit(integers libsync/core libsync/policy libsync/drivers libsync/record)
tidy_unit(estimates libsync/analysis libsync/hub)
tidy_unit(posix libsync/posix)
tidy_unit(sntpd tools/sntpd)
tidy_unit(small_tools tools/common tools/ntpprobe tools/rtcset tools/sntpctl)
tidy_unit(driftlog tools/driftlog)
tidy_unit(syncweb tools/syncweb)

file(GLOB mains CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/*/main.cpp)
add_library(tidy_mains OBJECT EXCLUDE_FROM_ALL ${mains})
set_target_properties(tidy_mains PROPERTIES UNITY_BUILD OFF)
target_link_libraries(tidy_mains PRIVATE tidy_options)
