// SPDX-License-Identifier: MIT
#pragma once

#include <WiFi.h>
