// SPDX-License-Identifier: MIT
#pragma once

extern "C" {
void bootloader_random_enable();
void bootloader_random_disable();
}
