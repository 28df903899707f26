// SPDX-License-Identifier: MIT
// QR codes as SVG (libqrencode makes the matrix). The latest is kept, since a hub has one address for almost
// all who ask.
#pragma once

#include <optional>
#include <string>

namespace isletime::syncweb {

// Returns nothing if the text is too long or there is no memory.
std::optional<std::string> qr_svg(const std::string& text);

class QrCode {
 public:
  // Returns null if it cannot be made. The text stays valid until the next call.
  const std::string* svg_of(const std::string& text);

 private:
  std::string text_;
  std::optional<std::string> svg_;
};

}  // namespace isletime::syncweb
