# The cross compilers, the emulators, and the options for each CPU: <cpu>_CXX, _FLAGS, _LINK, _PREFIX. Sets
# firmware_cpus to those that can be built for, and firmware_missing to the tools that are not there.
# The Xtensa compiler has no C++ headers; it borrows those of Arm's newlib, of the same GCC version.

find_program(LX106_CXX xtensa-lx106-elf-g++)
find_program(LX106_OBJDUMP xtensa-lx106-elf-objdump)
find_program(LX106_QEMU qemu-system-xtensa)
find_program(CORTEX_M3_CXX arm-none-eabi-g++)
find_program(CORTEX_M3_OBJDUMP arm-none-eabi-objdump)
find_program(CORTEX_M3_QEMU qemu-system-arm)
file(GLOB newlib_headers /usr/include/newlib/c++/*)

set(firmware_missing)
foreach(tool LX106_CXX LX106_OBJDUMP LX106_QEMU CORTEX_M3_CXX CORTEX_M3_OBJDUMP CORTEX_M3_QEMU newlib_headers)
  if(NOT ${tool})
    list(APPEND firmware_missing ${tool})
  endif()
endforeach()

set(lx106_CXX ${LX106_CXX})
set(lx106_FLAGS -mlongcalls -mtext-section-literals
    -isystem ${newlib_headers} -isystem ${newlib_headers}/arm-none-eabi/thumb/nofp)
set(cortex-m3_CXX ${CORTEX_M3_CXX})
set(cortex-m3_FLAGS -mcpu=cortex-m3 -mthumb)

# Native programs, for the lockstep board: with the sanitizers of the build, if it has any. glibc's headers
# leave ssize_t out that lwIP wants, and clang's its limit.
separate_arguments(host_build_flags UNIX_COMMAND "${CMAKE_CXX_FLAGS}")
set(host_CXX ${CMAKE_CXX_COMPILER})
set(host_FLAGS ${host_build_flags} -g1 -include sys/types.h -DSSIZE_MAX=LONG_MAX)

# For C and C++ alike.
set(firmware_code_flags -Os -ffreestanding -ffunction-sections -fdata-sections)
set(firmware_cxx_flags -std=gnu++20 ${firmware_code_flags} -fno-exceptions -fno-rtti -fno-threadsafe-statics
    -Wall -Wextra -Werror -Wno-psabi -I${PROJECT_SOURCE_DIR})

# firmware_compile(OBJECT COMPILER ARGUMENTS... [DEPENDS FILES...]): the arguments include the source.
function(firmware_compile object)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS")
  get_filename_component(folder ${object} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  file(RELATIVE_PATH name ${CMAKE_CURRENT_BINARY_DIR} ${object})
  add_custom_command(OUTPUT ${object} DEPFILE ${object}.d VERBATIM DEPENDS ${arg_DEPENDS}
    COMMAND ${arg_UNPARSED_ARGUMENTS} -MD -MF ${object}.d -c -o ${object}
    COMMENT "Cross-compiling ${name}")
endfunction()
