#!/bin/sh
# While the kernel's driver is bound to the chip, rtcset does not access it on the bus, and says that --force
# would.
# shellcheck source=tests/guest/words.sh
. /words.sh

bind_kernel_driver
refuses 3 --force rtcset_i2c show
rtcset_i2c --force show >/tmp/show.log
grep 2036-03-04 /tmp/show.log
