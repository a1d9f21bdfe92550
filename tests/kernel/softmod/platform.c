// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements softmod's platform.h in user space.  Memory is an array; another array says which
 * pages are taken from the host, so that wrong uses of pages are found.
 */
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sys/mman.h>

#include "machine.h"

#define NR_PAGES ((RAM_END - RAM_BASE) >> 12)

unsigned int world_lp;
const unsigned int world_nr_packages = NR_LPS;
u64 world_tsc, world_tsc_adjust, world_misc_enable = 0x850089;
u64 world_nr_taken;
int world_nr_errors, world_flush_delay;

static u8 *memory;
static u8 *taken;
static u64 added_end;
static u64 random_state;

void world_seed(u64 seed)
{
	random_state = seed * 0x9e3779b97f4a7c15ULL + 1;
}

u64 world_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void error(const char *what, phys_addr_t pa)
{
	fprintf(stderr, "# platform: %s: %#llx\n", what, pa);
	world_nr_errors++;
}

void world_reset(void)
{
	u64 size = RAM_END - RAM_BASE;

	if (!memory) {
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		taken = calloc(NR_PAGES, 1);
		if (memory == MAP_FAILED || !taken)
			abort();
	}
	/* Pages that were written become zero. */
	madvise(memory, size, MADV_DONTNEED);
	memset(taken, 0, NR_PAGES);
	added_end = 0;
	world_nr_taken = 0;
	world_nr_errors = 0;
	world_flush_delay = 0;
	world_guest = NULL;
	atomic_set(&shim_nr_warnings, 0);
	world_lp = 0;
	if (sm_core_load(FIRST_HKID, NR_HKIDS))
		abort();
}

phys_addr_t world_real(phys_addr_t pa)
{
	return pa;
}

void *world_memory(phys_addr_t pa)
{
	if (pa < RAM_BASE || pa >= RAM_END)
		abort();
	return memory + (pa - RAM_BASE);
}

void *world_host_memory(phys_addr_t pa)
{
	return world_memory(pa);
}

bool world_is_taken(phys_addr_t pa)
{
	return pa >= RAM_BASE && pa < RAM_END && taken[(pa - RAM_BASE) >> 12];
}

u8 *world_taken(phys_addr_t pa)
{
	return &taken[(pa - RAM_BASE) >> 12];
}

unsigned int sm_platform_cmrs(struct sm_range *ret_cmrs, unsigned int max)
{
	/* Two ranges without a gap between them; the first TDMR has parts of both. */
	ret_cmrs[0] = (struct sm_range){ .base = RAM_BASE, .size = GIB / 2 };
	ret_cmrs[1] = (struct sm_range){ .base = RAM_BASE + GIB / 2,
					 .size = RAM_END - RAM_BASE - GIB / 2 };
	return 2;
}

unsigned int sm_platform_pa_bits(void)
{
	return 48;
}

int sm_platform_add_memory(phys_addr_t pa, u64 size)
{
	if (pa < RAM_BASE || pa + size > HOST)
		error("memory that is in no TDMR was added", pa);
	added_end = max(added_end, pa + size);
	return 0;
}

void *sm_va(phys_addr_t pa)
{
	if (pa >= added_end) {
		error("access to memory that was not added", pa);
		abort();
	}
	return world_memory(pa);
}

void sm_platform_take(phys_addr_t pa, unsigned long nr_pages)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		u8 *page = &taken[((pa - RAM_BASE) >> 12) + i];

		if (*page)
			error("taken twice", pa + i * 4096);
		*page = 1;
	}
	world_nr_taken += nr_pages;
}

void sm_platform_give_back(phys_addr_t pa, unsigned long nr_pages)
{
	unsigned long i;

	memset(world_memory(pa), 0, nr_pages * 4096);
	for (i = 0; i < nr_pages; i++) {
		u8 *page = &taken[((pa - RAM_BASE) >> 12) + i];

		if (!*page)
			error("given back twice", pa + i * 4096);
		*page = 0;
	}
	world_nr_taken -= nr_pages;
}

static void set_taken(phys_addr_t pa, bool is_taken)
{
	u8 *page = &taken[(pa - RAM_BASE) >> 12];

	if (*page == is_taken)
		error(is_taken ? "hidden twice" : "shown twice", pa);
	*page = is_taken;
	world_nr_taken += is_taken ? 1 : -1;
}

void sm_platform_hide(phys_addr_t pa)
{
	set_taken(pa, true);
}

void sm_platform_show(phys_addr_t pa)
{
	set_taken(pa, false);
}

bool sm_platform_host_is_flushed(void)
{
	return world_flush_delay <= 0 || !world_flush_delay--;
}

static bool is_host(phys_addr_t pa, size_t size)
{
	return pa >= RAM_BASE && pa < RAM_END && size <= RAM_END - pa && !world_is_taken(pa);
}

bool sm_platform_read_host(void *to, phys_addr_t from, size_t size)
{
	if (!is_host(from, size))
		return false;
	memcpy(to, world_memory(from), size);
	return true;
}

bool sm_platform_write_host(phys_addr_t to, const void *from, size_t size)
{
	if (!is_host(to, size))
		return false;
	memcpy(world_memory(to), from, size);
	return true;
}

void *sm_platform_host_va(phys_addr_t pa)
{
	return is_host(pa, 1) ? world_memory(pa) : NULL;
}

unsigned int sm_platform_lp(void)
{
	return world_lp;
}

unsigned int sm_platform_package(void)
{
	return world_lp;
}

unsigned int sm_platform_nr_packages(void)
{
	return NR_LPS;
}

bool sm_platform_all_lps_in(const unsigned long *lps)
{
	return (lps[0] & 3) == 3;
}

void (*world_cpuid)(u32 leaf, u32 subleaf, u32 ret_regs[4]);

void sm_platform_cpuid(u32 leaf, u32 subleaf, u32 r[4])
{
	memset(r, 0, 16);
	if (world_cpuid) {
		world_cpuid(leaf, subleaf, r);
		return;
	}
	switch (leaf) {
	case 1:
		r[0] = 0x00a00f11;
		r[1] = 0x00020800;
		r[2] = 0x7ed8320b;
		r[3] = 0x178bfbff;
		break;
	case 7:
		r[1] = subleaf ? 0 : 0x219c95a9;
		r[2] = subleaf ? 0 : 0x0040068c;
		break;
	case 0xd:
		if (!subleaf) {
			r[0] = 0x207;
			r[1] = r[2] = 2440;
		} else if (subleaf == 1) {
			r[0] = 0xf;
		} else if (subleaf == 2) {
			r[0] = 256;
			r[1] = 576;
		} else if (subleaf == 9) {
			r[0] = 8;
			r[1] = 2432;
		}
		break;
	case 0x80000001:
		r[2] = 0x75c237ff;
		r[3] = 0x2fd3fbff;
		break;
	case 0x80000008:
		r[0] = 0x3030;
		r[1] = 0x111ef657;
		break;
	}
}

u64 sm_platform_xcr0(void)
{
	return 0x207;
}

bool sm_platform_msr(u32 msr, u64 *ret_value)
{
	*ret_value = msr == 0x3b ? world_tsc_adjust : world_misc_enable;
	return msr == 0x3b || msr == 0x1a0;
}

u64 sm_platform_tsc(void)
{
	return world_tsc;
}

u64 sm_platform_tsc_hz(void)
{
	return 2500000000;
}

bool sm_platform_scales_tsc(void)
{
	return true;
}

unsigned long sm_platform_irq_save(void)
{
	return 0;
}

void sm_platform_irq_restore(unsigned long flags)
{
}

bool sm_platform_random(void *to, size_t size)
{
	u8 *bytes = to;

	while (size--)
		*bytes++ = (u8)world_random();
	return true;
}

static_assert(sizeof(SHA512_CTX) <= sizeof(struct sm_sha384));

void sm_platform_sha384_init(struct sm_sha384 *sha)
{
	SHA384_Init((SHA512_CTX *)sha);
}

void sm_platform_sha384_update(struct sm_sha384 *sha, const void *data, size_t size)
{
	SHA384_Update((SHA512_CTX *)sha, data, size);
}

void sm_platform_sha384_final(struct sm_sha384 *sha, u8 ret_digest[SM_SHA384_SIZE])
{
	SHA384_Final(ret_digest, (SHA512_CTX *)sha);
}

void sm_platform_hmac(const u8 key[SM_SHA256_SIZE], const void *data, size_t size,
		      u8 ret_mac[SM_SHA256_SIZE])
{
	HMAC(EVP_sha256(), key, SM_SHA256_SIZE, data, size, ret_mac, NULL);
}
