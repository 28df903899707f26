// SPDX-License-Identifier: MIT
// fmt, compiled once: Debian has no static library of it, a shared one costs a daemon that rests memory, and
// the header-only one is compiled with each source that includes it.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {
template auto thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl<char>(locale_ref) -> char;
}  // namespace detail
FMT_END_NAMESPACE
