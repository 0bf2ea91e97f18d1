/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums and hashes that formats carry beside their data. */
#ifndef BOOT_IMAGE_DIGEST_H
#define BOOT_IMAGE_DIGEST_H

#include "boot/image/span.h"

/*
 * Is VALUE (SIZE bytes) what ALGO makes of SPAN's bytes? ALGO is as in a FIT: crc32 (big-endian),
 * and where verified boot is built in md5, sha1, sha256, sha384, sha512. Returns 0, -EBADMSG (it is
 * not), -EMSGSIZE (a value of another length), -ENOTSUP (no such algorithm here), or -errno of
 * mmap(2). Source: U-Boot, common/hash.c.
 */
int digest_check(const struct span *span, const char *algo, const uint8_t *value, size_t size);

/* The CRC-32 of N bytes, as gzip and uImages have it. */
uint32_t digest_crc32(const void *bytes, size_t n);

#endif
