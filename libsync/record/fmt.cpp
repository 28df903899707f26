// SPDX-License-Identifier: MIT
// Compiles fmt once for all of libsync and the tools. Debian has no static library of it, a shared one costs
// the daemon memory, and the header-only variant would be compiled with each source that includes it.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {
template auto thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl<char>(locale_ref) -> char;
}  // namespace detail
FMT_END_NAMESPACE
