// SPDX-License-Identifier: BSD-2-Clause
// The reader of Android's boot images.
#include "boot/image/android.h"

#define READER android_read
#include "tests/fuzz/reader.h"
