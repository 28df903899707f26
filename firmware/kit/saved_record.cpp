// SPDX-License-Identifier: MIT
#include "firmware/kit/saved_record.hpp"

#include "firmware/board.hpp"

namespace isletime::firmware {

static_assert(kRecordSize <= board::kSavedSize);

SavedRecord load_record() {
  RecordBytes bytes{};
  if (!board::load(bytes)) return {};
  return decode(bytes).value_or(SavedRecord{});
}

bool save_record(const SavedRecord& record) {
  return board::save(encode(record));
}

}  // namespace isletime::firmware
