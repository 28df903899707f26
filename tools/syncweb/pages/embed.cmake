# Writes OUT, a C++ source that contains FILES: their names, texts and hashes.
# Usage: cmake -DOUT=page_files.cpp -DFILES=a.html,b.css -P embed.cmake
string(REPLACE "," ";" files "${FILES}")
set(source "// Made by embed.cmake.\n#include \"tools/syncweb/pages/pages.hpp\"\n\n#include <array>\n\n")
string(APPEND source "namespace isletime::syncweb {\nnamespace {\n\nconstexpr std::array kPageFiles{\n")
foreach(name IN LISTS files)
  file(READ ${CMAKE_CURRENT_LIST_DIR}/${name} text)
  file(SHA256 ${CMAKE_CURRENT_LIST_DIR}/${name} hash)
  string(SUBSTRING ${hash} 0 32 hash)
  string(APPEND source "PageFile{\"${name}\", R\"page(${text})page\", \"\\\"${hash}\\\"\"},\n")
endforeach()
string(APPEND source "};\n\n}  // namespace\n\n")
string(APPEND source "std::span<const PageFile> page_files() {\n  return kPageFiles;\n}\n\n}  // namespace isletime::syncweb\n")
file(WRITE ${OUT} "${source}")
