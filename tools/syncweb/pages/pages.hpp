// SPDX-License-Identifier: MIT
// The files of the web page, which are in the binary, and the headers that go with every page: a browser runs
// our own scripts and nothing else, and keeps a copy only as long as it is the same (RFC 9110,
// section 8.8.3).
#pragma once

#include <span>
#include <string_view>

#include "tools/syncweb/site.hpp"

namespace isletime::syncweb {

struct PageFile {
  std::string_view name;  // "style.css"
  std::string_view text;
  std::string_view etag;  // a strong one, with its quotes, from the contents
};

std::span<const PageFile> page_files();

// A page that the server wrote. It may run our scripts, unlike other responses.
Response page_response(std::string html, std::vector<Field> headers);

// GET /, the main page; with ?getTimeNDate, the local time for devices.
Outcome answer_main_page(Site& site, const Request& request, Instant now);
// GET /presses
Outcome answer_presses_page(Site& site, const Request& request, Instant now);
// GET /style.css and the other files, each at its own name.
Outcome answer_page_file(Site& site, const Request& request, Instant now);

}  // namespace isletime::syncweb
