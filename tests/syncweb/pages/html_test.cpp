// SPDX-License-Identifier: MIT
#include "tools/syncweb/pages/html.hpp"

#include <gtest/gtest.h>

namespace isletime::syncweb {
namespace {

TEST(Html, EscapesWhatWouldBeMarkup) {
  EXPECT_EQ(html_escaped("<script>alert(\"1\") & 'x'</script>"),
            "&lt;script&gt;alert(&quot;1&quot;) &amp; &#39;x&#39;&lt;/script&gt;");
}

TEST(Html, LeavesOtherTextAsItIs) {
  EXPECT_EQ(html_escaped("phone:192.168.4.17, 20 °C"), "phone:192.168.4.17, 20 °C");
}

}  // namespace
}  // namespace isletime::syncweb
