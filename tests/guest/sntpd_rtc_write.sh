#!/bin/sh
# A chip that shows 2001 is not believed: sntpd takes the host's time, and writes it to the chip once it is
# verified. sntpd cannot control where QEMU's chip begins its seconds, and says so.
# shellcheck source=tests/guest/words.sh
. /words.sh

set_year_of_chip() { i2cset -y "$i2c_bus" "$chip" 6 "0x$1"; }
year_of_chip() { i2cget -y "$i2c_bus" "$chip" 6; }
has_year_of_clock() { [ "$(year_of_chip)" = "0x$(date -u +%y)" ]; }

set_year_of_chip 01
set_clock_wrong
sntpd --verbose --server "$host" --rtc "$i2c_device,chip=ds1338" >/tmp/sntpd.log 2>&1 &
hub=$!
eventually is_reliable
sntpctl --json status | grep -q "\"source\":\"ntp:$host\""
eventually has_year_of_clock
sntpctl status

kill -TERM "$hub"
wait "$hub"
bind_kernel_driver
clock_agrees_with rtc1
