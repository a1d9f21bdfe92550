// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kexec_load now|crash KERNEL INITRD ARGUMENTS: loads a kernel that follows this one, now or when
 * this one crashes.  "now" does not return.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

int main(int argc, char **argv)
{
	unsigned long flags;

	if (argc != 5 || (strcmp(argv[1], "now") && strcmp(argv[1], "crash")))
		errx(2, "usage: kexec_load now|crash KERNEL INITRD ARGUMENTS");
	flags = strcmp(argv[1], "now") ? KEXEC_FILE_ON_CRASH : 0;
	if (syscall(SYS_kexec_file_load, open_file(argv[2]), open_file(argv[3]), strlen(argv[4]) + 1,
		    argv[4], flags))
		err(1, "kexec_file_load");
	if (flags)
		return 0;
	/* LINUX_REBOOT_CMD_KEXEC, which libc does not know. */
	reboot(0x45584543);
	err(1, "reboot");
}
