// SPDX-License-Identifier: MIT
#pragma once

#include <Arduino.h>
