// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * enter_exit: measures TSC ticks from one exit of a guest to the next, for an ordinary guest that
 * executes CPUID, which KVM answers, and for a TD that makes TDVMCALLs.  Prints "FIGURE VALUE".
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <x86intrin.h>

#define NR_EXITS 1000
#define CODE_GPA 0x1000

/* mov esi, NR_EXITS; again: xor eax, eax; cpuid; dec esi; jnz again; hlt: in real mode. */
static const uint8_t code[] = { 0x66, 0xbe, NR_EXITS & 255, NR_EXITS >> 8, 0,    0,    0x66, 0x31,
                                0xc0, 0x0f, 0xa2,           0x66,          0x4e, 0x75, 0xf7, 0xf4 };

static int must(int ret, const char *what)
{
    if (ret < 0)
        err(1, "%s", what);
    return ret;
}

static void run_until_halted(int vcpu, const struct kvm_run *run)
{
    must(ioctl(vcpu, KVM_RUN, 0), "KVM_RUN");
    if (run->exit_reason != KVM_EXIT_HLT)
        errx(1, "exit reason %u", run->exit_reason);
}

static uint64_t plain_exit(void)
{
    int kvm = must(open("/dev/kvm", O_RDWR), "/dev/kvm");
    int vm = must(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    int vcpu = must(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    uint8_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = {
        .guest_phys_addr = CODE_GPA,
        .memory_size = 4096,
        .userspace_addr = (uintptr_t)page,
    };
    struct kvm_run *run = mmap(NULL, must(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "mmap size"),
                               PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
    struct kvm_sregs sregs;
    struct kvm_regs regs = { .rip = CODE_GPA, .rflags = 2 };
    uint64_t start;

    if (page == MAP_FAILED || run == MAP_FAILED)
        err(1, "mmap");
    memcpy(page, code, sizeof(code));
    must(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
    must(ioctl(vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
    sregs.cs.base = sregs.cs.selector = 0;
    must(ioctl(vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
    must(ioctl(vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");

    /* A first run, so that the second one has no page faults. */
    run_until_halted(vcpu, run);
    must(ioctl(vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
    start = __rdtsc();
    run_until_halted(vcpu, run);
    return (__rdtsc() - start) / NR_EXITS;
}

static uint64_t td_exit(void)
{
    FILE *file = fopen("/sys/kernel/debug/bare_td_enter", "r");
    unsigned long long ticks;

    if (!file || fscanf(file, "%llu", &ticks) != 1)
        errx(1, "bare_td_enter gives no figure: is tdx_bare_td loaded?");
    fclose(file);
    return ticks;
}

int main(void)
{
    printf("plain-exit %lu\n", (unsigned long)plain_exit());
    printf("td-exit %lu\n", (unsigned long)td_exit());
    return 0;
}
