// SPDX-License-Identifier: MIT
#include "tools/syncweb/portal/qr_code.hpp"

#include <memory>
#include <qrencode.h>

namespace isletime::syncweb {
namespace {

constexpr int kQuietZone = 4;  // modules around the code (ISO/IEC 18004)

struct FreeQr {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

bool is_dark(const QRcode& code, int x, int y) {
  return (code.data[y * code.width + x] & 1) != 0;
}

// Each run of dark modules in a row is one rectangle of the path.
void append_row(std::string& path, const QRcode& code, int y) {
  for (int x = 0; x < code.width;) {
    int end = x;
    while (end < code.width && is_dark(code, end, y)) ++end;
    if (end > x) {
      const std::string run = std::to_string(end - x);
      path.append("M")
          .append(std::to_string(x + kQuietZone))
          .append(" ")
          .append(std::to_string(y + kQuietZone));
      path.append("h").append(run).append("v1h-").append(run).append("z");
    }
    x = end > x ? end : x + 1;
  }
}

}  // namespace

std::optional<std::string> qr_svg(const std::string& text) {
  const std::unique_ptr<QRcode, FreeQr> code{
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M)};  // 0: the smallest version
  if (!code) return std::nullopt;
  std::string path;
  for (int y = 0; y < code->width; ++y) append_row(path, *code, y);
  const std::string size = std::to_string(code->width + 2 * kQuietZone);
  return R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" + size + ' ' + size +
         R"(" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h)" + size + 'v' + size + "h-" + size +
         R"(z"/><path fill="#000" d=")" + path + R"("/></svg>)" + '\n';
}

const std::string* QrCode::svg_of(const std::string& text) {
  if (!svg_ || text != text_) {
    text_ = text;
    svg_ = qr_svg(text);
  }
  return svg_ ? &*svg_ : nullptr;
}

}  // namespace isletime::syncweb
