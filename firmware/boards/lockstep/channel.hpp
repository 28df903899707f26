// SPDX-License-Identifier: MIT
// Messages between a lockstep program and the bench (tests/firmware/bench/device.py), which has all of the
// program's time. A message to the bench is its kind (one byte), the ticks that the program has spent since
// the one before (u32), the payload's length (u16) and the payload; some are answered by the count of ticks
// now (u32), a kind, a length (u16) and a payload. Integers are little-endian.
#pragma once

#include <cstdint>

#include "libsync/core/bytes.hpp"

namespace isletime::lockstep {

enum class Request : char {
  kHello = 'H',   // ticks a second (u32), name -> kSettings
  kWait = 'W',    // at most so many ticks (u32) -> an event
  kPins = 'P',    // I2C lines released (bit 0 SCL, bit 1 SDA) -> their levels, likewise
  kLight = 'A',   // -> u16
  kLoad = 'L',    // -> the record, empty if there is none
  kSave = 'S',    // the record -> 1 if it was saved
  kRandom = 'R',  // -> 256 bytes
  // These are not answered, and wait in the buffer until one that is.
  kDrive = 'p',    // I2C lines released, as above
  kFrame = 'F',    // an Ethernet frame sent
  kDisplay = 'D',  // bytes shifted out and latched
  kLed = 'B',      // 1 or 0
  kConsole = 'C',  // text
  kExit = 'X',     // exit status
};

// The kinds of what the bench answers to kWait; other answers have the kind of their request.
enum class Event : char {
  kTimeout = 'T',  // ticks (u32) for which nothing else will come: see pass()
  kFrame = 'F',    // ticks of its arrival (u32), the frame
  kPress = 'P',    // ticks of the interrupt (u32)
  kLinkUp = 'U',
  kLinkDown = 'D',
  kStop = 'S',
};

struct Answer {
  char kind;
  Bytes payload;  // valid until the next request
};

void open_channel();
// From now on, what the program computes takes the time that it takes in an emulator that counts
// instructions; otherwise it takes none.
void charge_computing();
// Adds to the time at which the next message is sent.
void spend(std::uint32_t ticks);
// Lets this many ticks pass without asking the bench, if it has said that nothing will come in that time and
// no frame has been sent since; returns whether they have passed.
bool pass(std::uint32_t ticks);
// Returns the count at this moment: the bench's last word and what was spent since.
std::uint32_t count();
// Neither takes time by itself.
void tell(Request kind, Bytes payload);
Answer ask(Request kind, Bytes payload);
// Sends what still waits in the buffer.
void flush();

std::uint32_t load_le32(Bytes bytes);
void store_le32(MutableBytes bytes, std::uint32_t value);

}  // namespace isletime::lockstep
