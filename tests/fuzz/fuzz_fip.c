// SPDX-License-Identifier: BSD-2-Clause
// The reader of TF-A's FIPs.
#include "boot/image/fip.h"

#define READER fip_read
#include "tests/fuzz/reader.h"
