#!/usr/bin/env python3
"""Tests that the include rules find each kind of breach."""

import pathlib
import tempfile
import unittest

from include_rules import breaches


class IncludeRules(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        headers = ("core/bytes", "policy/client", "hub/discipline/estimate", "posix/fd", "record/sample")
        for header in headers:
            self.write(f"libsync/{header}.hpp", "#pragma once")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")

    def write_source(self, path, line):
        self.write(path, f"#pragma once\n{line}" if path.endswith(".hpp") else line)

    def assert_allowed(self, path, line):
        self.write_source(path, line)
        self.assertEqual(list(breaches(self.root)), [])

    def assert_breach(self, path, line, words):
        self.write_source(path, line)
        found = list(breaches(self.root))
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_a_layer_includes_itself_and_what_is_below(self):
        self.assert_allowed("libsync/policy/x.hpp", '#include "libsync/core/bytes.hpp"')
        self.assert_allowed("libsync/policy/y.hpp", '#include "libsync/policy/client.hpp"')
        self.assert_allowed("libsync/posix/z.cpp", '#include "libsync/record/sample.hpp"\n#include <poll.h>')
        self.assert_allowed("tools/sntpd/main.cpp", '#include "libsync/posix/fd.hpp"')

    def test_a_source_includes_its_own_header_first(self):
        own, other = '#include "libsync/posix/fd.hpp"', '#include "libsync/core/bytes.hpp"'
        self.assert_allowed("libsync/posix/fd.cpp", f"// It.\n{own}\n\n#include <poll.h>\n{other}")
        self.assert_breach("libsync/posix/fd.cpp", f"{other}\n{own}", "fd.hpp comes first")

    def test_a_header_may_be_included_twice(self):
        self.write("libsync/core/x.hpp", "struct X;")
        self.assertIn("lacks #pragma once", next(breaches(self.root)))

    def test_core_includes_no_layer_above(self):
        self.assert_breach("libsync/core/x.hpp", '#include "libsync/policy/client.hpp"', "not for libsync/core")

    def test_policy_includes_no_operating_system(self):
        self.assert_breach("libsync/policy/x.cpp", '#include "libsync/posix/fd.hpp"', "not for libsync/policy")

    def test_posix_includes_no_policy(self):
        self.assert_breach("libsync/posix/x.cpp", '#include "libsync/policy/client.hpp"', "not for libsync/posix")

    def test_firmware_includes_no_posix(self):
        self.assert_breach("firmware/x.cpp", '#include "libsync/posix/fd.hpp"', "not for firmware")

    def test_core_includes_no_system_header(self):
        self.assert_breach("libsync/core/x.hpp", "#include <unistd.h>", "subset of std")

    def test_policy_includes_no_std_header_that_devices_lack(self):
        self.assert_breach("libsync/policy/x.hpp", "#  include <format>", "subset of std")

    def test_only_the_hub_has_floating_point(self):
        self.assert_allowed("libsync/hub/discipline/x.cpp", "#include <cmath>")
        self.assert_allowed("libsync/hub/discipline/y.cpp", '#include "libsync/policy/client.hpp"')
        self.assert_breach("libsync/policy/x.cpp", "#include <cmath>", "subset of std")

    def test_devices_run_nothing_of_the_hub(self):
        line = '#include "libsync/hub/discipline/estimate.hpp"'
        self.assert_allowed("tools/sntpd/x.cpp", line)
        self.assert_breach("firmware/x.cpp", line, "not for firmware")

    def test_policy_includes_nothing_of_the_hub(self):
        line = '#include "libsync/hub/discipline/estimate.hpp"'
        self.assert_breach("libsync/policy/x.cpp", line, "not for libsync/policy")

    def test_includes_are_written_from_the_root(self):
        self.assert_breach("libsync/core/x.hpp", '#include "bytes.hpp"', "not a path from the root")

    def test_our_headers_are_included_in_quotes(self):
        self.assert_breach("tools/sntpd/x.cpp", "#include <libsync/core/bytes.hpp>", "in quotes")

    def test_a_new_layer_needs_a_rule(self):
        self.assert_breach("libsync/utils/x.hpp", "", "no rule")

    def test_a_tool_includes_itself_and_what_tools_have_in_common(self):
        self.write("tools/common/probe/probe.hpp", "#pragma once")
        self.write("tools/sntpd/keeping/hub.hpp", "#pragma once")
        self.assert_allowed("tools/driftlog/x.cpp", '#include "tools/common/probe/probe.hpp"')
        self.assert_allowed("tools/sntpd/control/x.cpp", '#include "tools/sntpd/keeping/hub.hpp"')
        self.assert_allowed("tools/common/y.cpp", '#include "tools/common/probe/probe.hpp"')

    def test_a_tool_includes_no_other_tool(self):
        self.write("tools/rtcset/job.hpp", "#pragma once")
        self.write("tools/sntpd/control/request.hpp", "#pragma once")
        self.assert_breach("tools/driftlog/x.hpp", '#include "tools/rtcset/job.hpp"', "not for tools/driftlog")
        self.write("tools/driftlog/x.hpp", "#pragma once")
        line = '#include "tools/sntpd/control/request.hpp"'
        self.assert_breach("tools/sntpctl/x.cpp", line, "not for tools/sntpctl")

    def test_what_tools_have_in_common_includes_no_tool(self):
        self.write("tools/rtcset/job.hpp", "#pragma once")
        self.assert_breach("tools/common/rtc/x.hpp", '#include "tools/rtcset/job.hpp"', "not for tools/common")

    def test_a_source_of_tools_is_of_a_tool(self):
        self.assert_breach("tools/x.cpp", "", "no rule")

    def test_the_library_includes_no_tool(self):
        self.write("tools/common/log.hpp", "#pragma once")
        self.assert_breach("libsync/posix/x.cpp", '#include "tools/common/log.hpp"', "not for libsync/posix")

    def test_the_line_is_named(self):
        self.assert_breach("libsync/core/x.hpp", "#include <iostream>", "libsync/core/x.hpp:2:")


if __name__ == "__main__":
    unittest.main()
