#!/bin/sh
# sntpctl sets the clock to a time that does not fit into 32 bits of seconds.
# shellcheck source=tests/guest/words.sh
. /words.sh

sntpd --verbose >/tmp/sntpd.log 2>&1 &
hub=$!
eventually sntpctl status
sntpctl set 2045-06-07T08:09:10Z
eventually is_reliable
sntpctl status
ntpprobe --json 127.0.0.1 | grep '"time":"2045-06-07T08:'

kill -TERM "$hub"
wait "$hub"
