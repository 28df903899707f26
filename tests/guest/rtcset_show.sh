#!/bin/sh
# rtcset shows the chip's time as text and as a sample record.
# shellcheck source=tests/guest/words.sh
. /words.sh

rtcset_i2c show >/tmp/show.log
grep 2036-03-04 /tmp/show.log
rtcset_i2c --json show >/tmp/json.log
grep '"offset_s":' /tmp/json.log
grep '"uncertainty_s":' /tmp/json.log
