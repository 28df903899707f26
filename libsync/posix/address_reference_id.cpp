// SPDX-License-Identifier: MIT
#include "libsync/posix/address_reference_id.hpp"

#include <array>

#include <nettle/md5.h>

#include "libsync/core/bytes.hpp"

namespace isletime {

ReferenceId reference_id_of(IpAddress address) {
  if (address.is_v4()) return {address.v4_value()};
  std::array<std::uint8_t, 16> bytes{};
  store_be64(bytes, 0, address.high);
  store_be64(bytes, 8, address.low);
  std::array<std::uint8_t, MD5_DIGEST_SIZE> digest{};
  md5_ctx context{};
  md5_init(&context);
  md5_update(&context, bytes.size(), bytes.data());
  md5_digest(&context, digest.size(), digest.data());
  return {load_be32(digest, 0)};
}

}  // namespace isletime
