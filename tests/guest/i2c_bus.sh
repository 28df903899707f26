#!/bin/sh
# Tests i2c-dev: the chip answers and ticks, and no other address answers.
# shellcheck source=tests/guest/words.sh
. /words.sh

seconds() { i2cget -y "$i2c_bus" "$chip" 0; }
ticked() { [ "$(seconds)" != "$before" ]; }

i2cdetect -y -r "$i2c_bus" 0x60 0x6f | grep -q '^60: .* 68 '
if i2cget -y "$i2c_bus" 0x51 0; then exit 1; fi

before=$(seconds)
eventually ticked
