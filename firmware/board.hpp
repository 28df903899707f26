// SPDX-License-Identifier: MIT
// A board as the apps see it: whoever adds one implements these functions. Times are counts of a free-running
// counter; kit/uptime.hpp makes a time of them that never wraps. None of them uses a heap. But for ticks(),
// they are called by the main loop only, never in an interrupt.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libsync/core/bytes.hpp"
#include "libsync/core/time_types.hpp"
#include "libsync/ports/i2c_bus.hpp"

namespace isletime::board {

void start();  // counter, interrupts, console; called once, before anything else

std::string_view name();  // "mps2-an385"
// Pairs such as "hub=192.168.4.1 zone=CET-1CEST,M3.5.0,M10.5.0/3", separated by spaces: see kit/settings.hpp.
std::string_view settings();

// The counter wraps after 2^32 ticks; its rate is nominal. idle() must be called more often than it wraps.
std::uint32_t ticks_per_second();
std::uint32_t ticks();
// Sleeps until an interrupt has brought something or the time is over, whichever is first; it may return
// earlier. At most 10 s.
void idle(nanoseconds at_most);

std::array<std::uint8_t, 6> mac_address();
// Ethernet. A board whose framework brings its own network, as Arduino does, implements net/interface.hpp
// instead of the following.
bool is_link_up();
bool send_frame(Bytes frame);  // false: it could not be sent, and is lost
struct Frame {
  std::size_t size;     // the buffer's if the frame was longer
  std::uint32_t ticks;  // when it arrived, as closely as the board can tell
};
std::optional<Frame> receive_frame(MutableBytes buffer);

// Returns the count at which the button's interrupt came; the oldest first, each once. Bouncing contacts give
// several.
std::optional<std::uint32_t> take_press();
void set_led(bool is_on);

I2cBus* i2c();  // null if there is none
// Shifts the bytes out to the chain of MAX7219, the most significant bit first, and latches them.
void send_to_display(Bytes bytes);
std::uint16_t light();  // of the LDR: 0 (dark) to 4095

// A record of at most kSavedSize bytes that outlives a loss of power. save() replaces it as a whole or not at
// all; load() fills `record` and returns false if none of that size was saved.
inline constexpr std::size_t kSavedSize = 64;
bool load(MutableBytes record);
bool save(Bytes record);

std::uint64_t random();  // nobody on the network can predict it

void write(std::string_view text);  // to the console
// True once whoever runs an emulator has asked it to end; never true on silicon.
bool is_to_stop();
// Ends an emulator with this exit status; restarts a real board.
[[noreturn]] void stop(int status);
// The greatest depth that the stack has had since power-on, and its size, in bytes.
struct StackUse {
  std::size_t deepest;
  std::size_t size;
};
StackUse stack_use();

}  // namespace isletime::board
