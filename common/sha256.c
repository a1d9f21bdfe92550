/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sha256.h"

#include <fcntl.h>
#include <string.h>

#include "file.h"
#include "text.h"

#define BLOCK 64

struct sha256 {
    uint32_t state[8];
    uint64_t bytes;
    uint8_t block[BLOCK];
    size_t used;
};

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t word, unsigned int by)
{
    return word >> by | word << (32 - by);
}

static void add_block(struct sha256 *sum)
{
    uint32_t w[64], v[8];

    for (size_t i = 0; i < 16; i++)
        w[i] = (uint32_t)sum->block[i * 4] << 24 | (uint32_t)sum->block[i * 4 + 1] << 16 |
               (uint32_t)sum->block[i * 4 + 2] << 8 | sum->block[i * 4 + 3];
    for (size_t i = 16; i < 64; i++) {
        uint32_t a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;

        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    memcpy(v, sum->state, sizeof(v));
    for (size_t i = 0; i < 64; i++) {
        uint32_t e = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t one = v[7] + e + choice + constants[i] + w[i];
        uint32_t a = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);

        memmove(v + 1, v, 7 * sizeof(v[0]));
        v[4] += one;
        v[0] = one + a + majority;
    }
    for (size_t i = 0; i < 8; i++)
        sum->state[i] += v[i];
}

static void start(struct sha256 *sum)
{
    *sum = (struct sha256){ .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                       0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } };
}

static void add(struct sha256 *sum, const uint8_t *data, size_t len)
{
    sum->bytes += len;
    while (len--) {
        sum->block[sum->used++] = *data++;
        if (sum->used == BLOCK) {
            add_block(sum);
            sum->used = 0;
        }
    }
}

static void finish(struct sha256 *sum, char ret_hex[SHA256_HEX_SIZE])
{
    uint64_t bits = sum->bytes * 8;
    uint8_t length[8], pad = 0x80;

    for (size_t i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    add(sum, &pad, 1);
    pad = 0;
    while (sum->used != BLOCK - sizeof(length))
        add(sum, &pad, 1);
    add(sum, length, sizeof(length));
    for (size_t i = 0; i < 8; i++)
        text_print(ret_hex + 8 * i, SHA256_HEX_SIZE - 8 * i, "%08x", sum->state[i]);
}

void sha256_hex(const void *data, size_t len, char ret_hex[SHA256_HEX_SIZE])
{
    struct sha256 sum;

    start(&sum);
    add(&sum, data, len);
    finish(&sum, ret_hex);
}

int sha256_file(int root_fd, const char *path, char ret_hex[SHA256_HEX_SIZE])
{
    _cleanup_close_ int fd = file_open(root_fd, path, O_RDONLY);
    struct sha256 sum;

    if (fd < 0)
        return fd;
    start(&sum);
    for (;;) {
        uint8_t piece[65536];
        ssize_t n = read(fd, piece, sizeof(piece));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        add(&sum, piece, (size_t)n);
    }
    finish(&sum, ret_hex);
    return 0;
}
