// SPDX-License-Identifier: MIT
#include "tools/syncweb/hub/hub_picture.hpp"

namespace isletime::syncweb {

bool HubPicture::on_line(std::string_view, Instant, EventLog&) {
  return false;
}

void HubPicture::on_disconnected(EventLog&) {
  *this = {};
}

HubTime HubPicture::at(Instant now) const {
  return {.time = now.wall, .bound = {}, .age = {}, .source = {}, .kind = {}};
}

}  // namespace isletime::syncweb
