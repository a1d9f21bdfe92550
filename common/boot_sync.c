/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsync() writes new files to a file system's journal at least, which GRUB does not replay: after a
 * power cut it would not see them. To freeze the file system empties the journal. That is done only
 * if /boot is a file system of its own: nobody else waits for it.
 */
#include "boot_sync.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "file.h"

static bool is_mount_point(int root_fd, int boot_fd)
{
    struct stat root, boot;

    return fstat(root_fd, &root) == 0 && fstat(boot_fd, &boot) == 0 && root.st_dev != boot.st_dev;
}

int boot_sync(int root_fd)
{
    _cleanup_close_ int fd = file_open(root_fd, "boot", O_RDONLY | O_DIRECTORY);
    sigset_t all, before;

    if (fd < 0)
        return fd;
    if (syncfs(fd) < 0)
        return -errno;
    if (!is_mount_point(root_fd, fd))
        return 0;
    /* No signal may end this process while the file system is frozen. */
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    /* Some file systems, as that of the EFI system partition, cannot be frozen, and have no
     * journal. */
    if (ioctl(fd, FIFREEZE, 0) == 0)
        (void)ioctl(fd, FITHAW, 0);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return 0;
}
