// SPDX-License-Identifier: MIT
#include "libsync/posix/digest.hpp"

#include <gtest/gtest.h>

#include "libsync/posix/machine_id.hpp"
#include "tests/fakes/scratch_folder.hpp"

namespace isletime::digest_test {
namespace {

TEST(Digest, IsBlake2bOf128Bits) {
  // The expected value is that of: printf abc | b2sum --length 128
  EXPECT_EQ(digest("abc"), "cf4ab791c62b8d2b2109c90275287816");
  EXPECT_EQ(digest(""), "cae66941d9efbd404e4d88758ea67670");
}

TEST(MachineId, TellsMachinesApartButNotTheirIds) {
  const fakes::ScratchFolder scratch;
  scratch.write("one", "0123456789abcdef0123456789abcdef\n");
  scratch.write("other", "0123456789abcdef0123456789abcdee\n");
  const auto one = machine_id(scratch.path("one").c_str());
  ASSERT_TRUE(one);
  EXPECT_EQ(one, machine_id(scratch.path("one").c_str()));
  EXPECT_NE(one, machine_id(scratch.path("other").c_str()));
  EXPECT_EQ(one->find("0123456789abcdef"), std::string::npos);
}

TEST(MachineId, IsAbsentUntilTheSystemHasOne) {
  const fakes::ScratchFolder scratch;
  scratch.write("first-boot", "uninitialized\n");
  scratch.write("nonsense", "0123456789ABCDEF0123456789ABCDEF\n");
  scratch.write("empty", "");
  for (const char* name : {"first-boot", "nonsense", "empty", "missing"}) {
    EXPECT_FALSE(machine_id(scratch.path(name).c_str())) << name;
  }
}

}  // namespace
}  // namespace isletime::digest_test
