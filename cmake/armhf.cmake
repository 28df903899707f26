# For a 32-bit ARM Debian, with its own cross compiler. The libraries are where tests/guest/unpack puts them:
# the build neither links nor changes anything of the building machine.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_CXX_COMPILER arm-linux-gnueabihf-g++)
# Otherwise GCC reports that the calling convention changed in its version 7.
set(CMAKE_CXX_FLAGS_INIT -Wno-psabi)

get_filename_component(armhf_root ${CMAKE_CURRENT_LIST_DIR}/../build/guest/root ABSOLUTE)
set(CMAKE_FIND_ROOT_PATH ${armhf_root})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)

set(ENV{PKG_CONFIG_SYSROOT_DIR} ${armhf_root})
set(ENV{PKG_CONFIG_LIBDIR} ${armhf_root}/usr/lib/arm-linux-gnueabihf/pkgconfig:${armhf_root}/usr/share/pkgconfig)
