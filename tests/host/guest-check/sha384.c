/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-384, computed by the guest's kernel (AF_ALG). */
#include <errno.h>
#include <linux/if_alg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

static const struct sockaddr_alg address = {
    .salg_family = AF_ALG,
    .salg_type = "hash",
    .salg_name = "sha384",
};

/* Without SHA-384 several checks cannot judge: end the program. */
static void bail_out(void)
{
    (void)printf("Bail out! the kernel offers no SHA-384: %s\n", strerror(errno));
    exit(1);
}

/* Opens a socket that takes data and returns their digest. */
static int open_digest(void)
{
    int fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        bail_out();
    return accept4(fd, NULL, NULL, SOCK_CLOEXEC);
}

void sha384(const void *data, size_t size, uint8_t digest[SHA384_SIZE])
{
    static int fd = -1;

    if (fd < 0)
        fd = open_digest();
    if (fd < 0 || send(fd, data, size, 0) != (ssize_t)size ||
        read(fd, digest, SHA384_SIZE) != SHA384_SIZE)
        bail_out();
}
