# Writes firmware/tidy/compile_commands.json in the build folder, by which ./check's clang-tidy reads the firmware.
# Clang compiles for the Cortex-M3 itself. It does not know the lx106: that one's sources are read as those of a
# 32-bit x86, whose assembly has the same constraints, except for host_files.cpp, which names the lx106's
# registers. The sources of a folder are compiled as one, so that headers are checked once for all.
set(tidy_folder ${CMAKE_CURRENT_BINARY_DIR}/tidy)
set(tidy_flags -std=gnu++20 -ffreestanding -fno-exceptions -fno-rtti -Wall -Wextra -Wconversion -Wshadow
    -DISLETIME_BUILD_TIME=0 -I${PROJECT_SOURCE_DIR} ${firmware_net_flags})
set(tidy_newlib -isystem ${newlib_headers} -isystem ${newlib_headers}/arm-none-eabi/thumb/v7-m/nofp
    -isystem /usr/include/newlib)
set(tidy_flags_cortex-m3 --target=arm-none-eabi -mcpu=cortex-m3 -mthumb ${tidy_newlib})
set(tidy_flags_lx106 --target=i386-none-elf ${tidy_newlib})
set(tidy_flags_host -include sys/types.h)
set(tidy_commands)

# tidy_unit(NAME CPU sources...)
function(tidy_unit name cpu)
  set(includes)
  foreach(source IN LISTS ARGN)
    string(APPEND includes "#include \"${source}\"\n")
  endforeach()
  set(unit ${tidy_folder}/${name}.cpp)
  file(CONFIGURE OUTPUT ${unit} CONTENT "${includes}" @ONLY)
  list(JOIN tidy_flags "\", \"" flags)
  list(JOIN tidy_flags_${cpu} "\", \"" cpu_flags)
  list(APPEND tidy_commands "  {\"directory\": \"${tidy_folder}\", \"file\": \"${unit}\",
   \"arguments\": [\"clang++\", \"${flags}\", \"${cpu_flags}\", \"-c\", \"${unit}\"]}")
  set(tidy_commands "${tidy_commands}" PARENT_SCOPE)
endfunction()

# tidy_folders(NAME CPU folders...)
function(tidy_folders name cpu)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE patterns)
  list(TRANSFORM patterns APPEND /*.cpp)
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  tidy_unit(${name} ${cpu} ${sources})
  set(tidy_commands "${tidy_commands}" PARENT_SCOPE)
endfunction()

foreach(app IN LISTS apps)
  tidy_folders(${app} cortex-m3 apps/${app})
endforeach()
tidy_folders(kit cortex-m3 kit)
tidy_folders(net cortex-m3 net)
tidy_folders(common cortex-m3 boards/common boards/common/cortex-m3)
tidy_folders(mps2-an385 cortex-m3 boards/mps2-an385)
tidy_folders(kc705-lx106 lx106 boards/kc705-lx106)
set(tidy_boards ${CMAKE_CURRENT_SOURCE_DIR}/boards)
set(tidy_lockstep ${tidy_boards}/lockstep)
tidy_unit(lockstep-cortex-m3 cortex-m3 ${tidy_lockstep}/board.cpp ${tidy_lockstep}/channel.cpp
  ${tidy_lockstep}/transport_emulated.cpp ${tidy_lockstep}/cortex_m3.cpp)
tidy_unit(lockstep-lx106 lx106 ${tidy_lockstep}/lx106.cpp ${tidy_boards}/common/lx106/rom.cpp)
tidy_unit(lockstep-host host ${tidy_lockstep}/host.cpp)

list(JOIN tidy_commands ",\n" tidy_commands)
file(CONFIGURE OUTPUT ${tidy_folder}/compile_commands.json CONTENT "[\n${tidy_commands}\n]\n" @ONLY)
