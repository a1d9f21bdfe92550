// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of operations on the private PT, and which parts of the MMU may reach it.
 *
 * Logs are as in world.c: "Lm" links a table above 4K, then maps a 4K leaf.
 */
#include "test.h"

struct bench {
	struct world *w;
	char log[4096];
};

static bool set_up(struct bench *b, const struct world_config *config)
{
	b->w = world_create(config);
	ASSERT(b->w);
	b->log[0] = 0;
	b->w->log = b->log;
	b->w->log_size = sizeof(b->log);
	return true;
}

static bool tear_down(struct bench *b)
{
	bool clean = world_verify(b->w) && !atomic_read(&b->w->mock->violations) &&
		     !atomic_read(&b->w->nr_stale);

	world_destroy(b->w);
	ASSERT(clean);
	ASSERT_EQ(atomic_read(&shim_nr_kvm_bugs), 0);
	return nothing_leaks();
}

/* Compares the log since the last call; "x3" after a letter repeats it. */
static bool log_is(struct bench *b, const char *want)
{
	char squeezed[256] = "";
	size_t i, n, len = strlen(b->log);

	for (i = 0; i < len; i += n) {
		char one[32];

		for (n = 1; i + n < len && b->log[i + n] == b->log[i]; n++)
			;
		if (n > 1)
			snprintf(one, sizeof(one), "%cx%zu", b->log[i], n);
		else
			snprintf(one, sizeof(one), "%c", b->log[i]);
		strncat(squeezed, one, sizeof(squeezed) - strlen(squeezed) - 1);
	}
	b->log[0] = 0;
	if (!strcmp(squeezed, want))
		return true;
	fprintf(stderr, "# log is %s, not %s\n", squeezed, want);
	return false;
}

static bool fault_range(struct world *w, int page, int nr)
{
	int i;

	for (i = page; i < page + nr; i++)
		ASSERT(world_fault(w, 0, i, PRIVATE) == RET_PF_FIXED);
	return true;
}

static bool test_small(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct bench b;

	ASSERT(set_up(&b, &config));
	memset(b.w->huge_ok, 0, sizeof(b.w->huge_ok));

	ASSERT_EQ(world_fault(b.w, 0, 0, PRIVATE), RET_PF_FIXED);
	ASSERT(log_is(&b, "Lx3m"));
	ASSERT_EQ(world_fault(b.w, 0, 0, PRIVATE), RET_PF_SPURIOUS);
	ASSERT_EQ(world_fault(b.w, 0, 1, PRIVATE), RET_PF_FIXED);
	ASSERT(log_is(&b, "m"));

	/* One page. */
	world_punch(b.w, 0, 1);
	ASSERT(log_is(&b, "btku"));
	/* Nothing there: nothing to do. */
	world_punch(b.w, 0, 1);
	ASSERT(log_is(&b, ""));
	/* Many pages: still one track and one kick; the table goes with its last leaf. */
	ASSERT(fault_range(b.w, 0, 1));
	ASSERT(fault_range(b.w, 2, 510));
	ASSERT(log_is(&b, "mx511"));
	world_punch(b.w, 0, 512);
	ASSERT(log_is(&b, "bx512Btkux512X"));
	return tear_down(&b);
}

static bool test_huge(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct bench b;

	ASSERT(set_up(&b, &config));

	ASSERT_EQ(world_fault(b.w, 0, 5, PRIVATE), RET_PF_FIXED);
	ASSERT(log_is(&b, "Lx2M"));
	ASSERT_EQ(world_mapped(b.w, 0, PRIVATE), PG_LEVEL_2M);
	ASSERT_EQ(world_mapped(b.w, 511, PRIVATE), PG_LEVEL_2M);

	/* Cut: the leaf stays, as a table. */
	world_convert(b.w, 100, 8, SHARED);
	ASSERT(log_is(&b, "BtkSbx8tkux8"));
	ASSERT_EQ(world_mapped(b.w, 99, PRIVATE), PG_LEVEL_4K);
	ASSERT_EQ(world_mapped(b.w, 100, PRIVATE), 0);
	ASSERT_EQ(world_mapped(b.w, 108, PRIVATE), PG_LEVEL_4K);
	ASSERT_EQ(world_counter(b.w, MIRROR_NR_LEAVES_4K), 504);

	/* Back to private: the table stays, so the pages are small. */
	world_convert(b.w, 100, 8, PRIVATE);
	ASSERT_EQ(world_fault(b.w, 0, 100, PRIVATE), RET_PF_FIXED);
	ASSERT(log_is(&b, "m"));

	/* The whole block goes and comes back: huge again. */
	world_punch(b.w, 0, 512);
	ASSERT(log_is(&b, "bx505Btkux505X"));
	ASSERT_EQ(world_fault(b.w, 0, 7, PRIVATE), RET_PF_FIXED);
	ASSERT(log_is(&b, "M"));

	/* Two leaves are cut, one goes as it is: two rounds, not three. */
	ASSERT_EQ(world_fault(b.w, 0, 512, PRIVATE), RET_PF_FIXED);
	ASSERT_EQ(world_fault(b.w, 0, 1024, PRIVATE), RET_PF_FIXED);
	ASSERT(log_is(&b, "Mx2"));
	world_punch(b.w, 256, 1024);
	ASSERT(log_is(&b, "Bx3tkSUSbx512tkux512"));
	ASSERT_EQ(world_mapped(b.w, 255, PRIVATE), PG_LEVEL_4K);
	ASSERT_EQ(world_mapped(b.w, 256, PRIVATE), 0);
	ASSERT_EQ(world_mapped(b.w, 1279, PRIVATE), 0);
	ASSERT_EQ(world_mapped(b.w, 1280, PRIVATE), PG_LEVEL_4K);
	return tear_down(&b);
}

static bool test_split(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1, .pending = true };
	struct bench b;

	ASSERT(set_up(&b, &config));
	ASSERT_EQ(world_fault(b.w, 0, 5, PRIVATE), RET_PF_FIXED);
	ASSERT(log_is(&b, "Lx2M"));

	/* A guest that accepts 4K of a pending 2M page. */
	ASSERT_EQ(kvm_mock_accept(b.w->mock, world_gfn(5), PG_LEVEL_4K), -ENOENT);
	ASSERT_EQ(kvm_mirror_split_gfn(&b.w->kvm, world_gfn(5)), 0);
	ASSERT(log_is(&b, "BtkS"));
	ASSERT_EQ(kvm_mock_accept(b.w->mock, world_gfn(5), PG_LEVEL_4K), 0);
	ASSERT_EQ(world_mapped(b.w, 5, PRIVATE), PG_LEVEL_4K);
	ASSERT_EQ(world_fault(b.w, 0, 6, PRIVATE), RET_PF_SPURIOUS);

	/* Small already, and not there at all. */
	ASSERT_EQ(kvm_mirror_split_gfn(&b.w->kvm, world_gfn(5)), 0);
	ASSERT_EQ(kvm_mirror_split_gfn(&b.w->kvm, world_gfn(2000)), 0);
	ASSERT(log_is(&b, ""));
	return tear_down(&b);
}

/* Ranges of growing size: one track, one kick. */
static bool test_batch(const struct options *options, char *ret_value, size_t size)
{
	static const int sizes[] = { 1, 8, 512, 1024, 3072 };
	struct world_config config = { .nr_vcpus = 4 };
	struct bench b;
	int i;

	ASSERT(set_up(&b, &config));
	b.w->log = NULL;
	memset(b.w->huge_ok, 0, sizeof(b.w->huge_ok));
	for (i = 0; i < (int)ARRAY_SIZE(sizes); i++) {
		int kicks, tracks;

		ASSERT(fault_range(b.w, 0, sizes[i]));
		kicks = atomic_read(&b.w->nr_kicks);
		tracks = atomic_read(&b.w->nr_ops[MIRROR_OP_TRACK]);
		world_punch(b.w, 0, sizes[i]);
		ASSERT_EQ(atomic_read(&b.w->nr_kicks) - kicks, 1);
		ASSERT_EQ(atomic_read(&b.w->nr_ops[MIRROR_OP_TRACK]) - tracks, 1);
		ASSERT_EQ(world_counter(b.w, MIRROR_NR_LEAVES_4K), 0);
	}
	snprintf(ret_value, size, "1 track and 1 kick for 1 to %d pages", sizes[i - 1]);
	return tear_down(&b);
}

/* A vCPU with a warm TLB is inside the guest when its page is taken away. */
static bool test_kick(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 2 };
	struct bench b;

	ASSERT(set_up(&b, &config));
	ASSERT_EQ(world_access(b.w, 0, 3), RET_PF_FIXED);
	ASSERT_EQ(world_access(b.w, 0, 3), RET_PF_FIXED);
	ASSERT(b.w->vcpus[0]->entries & 1);
	ASSERT(b.w->vcpus[0]->tlb[3]);
	world_punch(b.w, 0, 512);
	ASSERT(!(b.w->vcpus[0]->entries & 1));
	ASSERT_EQ(world_access(b.w, 0, 3), RET_PF_FIXED);
	ASSERT_EQ(atomic_read(&b.w->nr_stale), 0);
	return tear_down(&b);
}

/* Negative control: the kick is lost, the private PT must refuse to remove the page. */
static bool test_lost_kick(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct bench b;

	ASSERT(set_up(&b, &config));
	ASSERT_EQ(world_access(b.w, 0, 3), RET_PF_FIXED);
	ASSERT_EQ(world_access(b.w, 0, 3), RET_PF_FIXED);

	shim_expect_bug = true;
	b.w->lose_kicks = true;
	world_punch(b.w, 0, 512);
	ASSERT(log_is(&b, "Lx2MBtkU!"));
	ASSERT_EQ(atomic_read(&b.w->mock->violations), 1);
	ASSERT_EQ(world_counter(b.w, MIRROR_NR_PINNED), 1);
	ASSERT_EQ(atomic_read(&pfn_to_page(SHIM_GUEST_PFN)->refs), 1);
	ASSERT(b.w->kvm.vm_bugged);

	/* Teardown gets the page back. */
	world_destroy(b.w);
	ASSERT_EQ(atomic_read(&shim_nr_kvm_bugs), 1);
	return nothing_leaks();
}

/* A vCPU inside since before the last track keeps the next one busy. */
static bool test_busy_track(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct bench b;

	ASSERT(set_up(&b, &config));
	ASSERT(fault_range(b.w, 0, 1));
	ASSERT(log_is(&b, "Lx2M"));
	ASSERT(world_enter(b.w, 0));

	/* Someone else's track, without a kick. */
	atomic64_inc(&b.w->mock->epoch);
	world_punch(b.w, 0, 512);
	ASSERT(log_is(&b, "Bt!ktkU"));
	ASSERT_EQ(world_counter(b.w, MIRROR_COUNT_HOLDS), 1);
	ASSERT_EQ(atomic_read(&b.w->kvm.arch.mirror->holds), 0);
	return tear_down(&b);
}

/* The HVA side, the other root, and a memslot. */
static bool test_sides(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct bench b;

	ASSERT(set_up(&b, &config));
	world_convert(b.w, 1024, 512, SHARED);
	ASSERT_EQ(world_fault(b.w, 0, 0, PRIVATE), RET_PF_FIXED);
	ASSERT_EQ(world_fault(b.w, 0, 1024, SHARED), RET_PF_FIXED);
	ASSERT_EQ(world_fault(b.w, 0, 1024, PRIVATE), -EFAULT);
	ASSERT(log_is(&b, "Lx2M"));
	ASSERT_EQ(world_mapped(b.w, 1024, SHARED), PG_LEVEL_2M);
	ASSERT_EQ(world_mapped(b.w, 1024, PRIVATE), 0);
	ASSERT_EQ(world_mapped(b.w, 0, SHARED), 0);

	world_hva_unmap(b.w, 0, 2048);
	ASSERT(log_is(&b, ""));
	ASSERT_EQ(world_mapped(b.w, 1024, SHARED), 0);
	ASSERT_EQ(world_mapped(b.w, 0, PRIVATE), PG_LEVEL_2M);

	ASSERT_EQ(world_fault(b.w, 0, 1024, SHARED), RET_PF_FIXED);
	world_punch(b.w, 0, 2048);
	ASSERT(log_is(&b, "BtkU"));
	ASSERT_EQ(world_mapped(b.w, 1024, SHARED), PG_LEVEL_2M);

	ASSERT_EQ(world_fault(b.w, 0, 0, PRIVATE), RET_PF_FIXED);
	world_slot_unmap(b.w, 0, 2048);
	ASSERT(log_is(&b, "MBtkU"));
	ASSERT_EQ(world_mapped(b.w, 1024, SHARED), 0);
	return tear_down(&b);
}

/* The shared root starts at the shared bit's entry; the lower half stays empty. */
static bool test_alias(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct bench b;
	u64 *root;
	int i, used = 0;

	ASSERT(set_up(&b, &config));
	world_convert(b.w, 0, NR_PAGES, SHARED);
	for (i = 0; i < NR_PAGES; i += 100)
		ASSERT(world_fault(b.w, 0, i, SHARED) != RET_PF_RETRY);
	root = __va(b.w->vcpus[0]->vcpu.arch.mmu->root.hpa);
	for (i = 0; i < 512; i++) {
		ASSERT(i >= 256 || !is_shadow_present_pte(root[i]));
		used += is_shadow_present_pte(root[i]);
	}
	/* Low memory, and on both sides of 1.5 TiB. */
	ASSERT_EQ(used, 3);
	ASSERT(is_shadow_present_pte(root[256]) && is_shadow_present_pte(root[258]) &&
	       is_shadow_present_pte(root[259]));
	for (i = 0; i < NR_PAGES; i += 100)
		ASSERT_EQ(world_mapped(b.w, i, SHARED), PG_LEVEL_2M);
	ASSERT(log_is(&b, ""));

	/* A walk that ends at the end of the root must end. */
	world_zap_all_fast(b.w);
	return tear_down(&b);
}

/* Everything in the TDP MMU that walks roots or changes SPTEs, on a full mirror. */
static bool test_excluded(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct kvm_gfn_range range;
	struct kvm_memory_slot slot;
	struct bench b;
	struct kvm *kvm;
	int i;

	ASSERT(set_up(&b, &config));
	b.w->huge_ok[1] = false;
	for (i = 0; i < 2048; i++)
		ASSERT(world_fault(b.w, 0, i, PRIVATE) == (i < 512 && i ? RET_PF_SPURIOUS : i >= 1024 && i % 512 ? RET_PF_SPURIOUS : RET_PF_FIXED));
	b.log[0] = 0;

	kvm = &b.w->kvm;
	slot = (struct kvm_memory_slot){ .base_gfn = world_gfn(0), .npages = 2048 };
	range = (struct kvm_gfn_range){
		.slot = &slot, .start = slot.base_gfn, .end = slot.base_gfn + slot.npages,
		.attr_filter = KVM_FILTER_SHARED,
	};

	read_lock(&kvm->mmu_lock);
	ASSERT(!kvm_tdp_mmu_wrprot_slot(kvm, &slot, PG_LEVEL_4K));
	ASSERT(!kvm_tdp_mmu_clear_dirty_slot(kvm, &slot));
	kvm_tdp_mmu_try_split_huge_pages(kvm, &slot, range.start, range.end, PG_LEVEL_4K, true);
	kvm_tdp_mmu_zap_collapsible_sptes(kvm, &slot);
	read_unlock(&kvm->mmu_lock);

	write_lock(&kvm->mmu_lock);
	ASSERT(!kvm_tdp_mmu_age_gfn_range(kvm, &range));
	ASSERT(!kvm_tdp_mmu_test_age_gfn(kvm, &range));
	ASSERT(!kvm_tdp_mmu_write_protect_gfn(kvm, &slot, range.start, PG_LEVEL_4K));
	kvm_tdp_mmu_clear_dirty_pt_masked(kvm, &slot, range.start, -1ul, true);
	kvm_tdp_mmu_clear_dirty_pt_masked(kvm, &slot, range.start, -1ul, false);
	ASSERT(!kvm_tdp_mmu_zap_leafs(kvm, range.start, range.end, false));
	ASSERT(!kvm_tdp_mmu_unmap_gfn_range(kvm, &range, false));
	kvm_tdp_mmu_zap_all(kvm);
	write_unlock(&kvm->mmu_lock);
	world_zap_all_fast(b.w);

	ASSERT(log_is(&b, ""));
	ASSERT_EQ(world_counter(b.w, MIRROR_NR_LEAVES_2M), 3);
	ASSERT_EQ(world_counter(b.w, MIRROR_NR_LEAVES_4K), 512);
	snprintf(ret_value, size, "12 paths, no operation");
	return tear_down(&b);
}

static bool test_map_gfn(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct bench b;
	struct kvm_vcpu *vcpu;

	ASSERT(set_up(&b, &config));
	vcpu = &b.w->vcpus[0]->vcpu;
	ASSERT_EQ(kvm_mirror_map_gfn(vcpu, world_gfn(3), SHIM_GUEST_PFN + 3, PG_LEVEL_4K), 0);
	ASSERT(log_is(&b, "Lx3m"));
	ASSERT_EQ(kvm_mirror_map_gfn(vcpu, world_gfn(3), SHIM_GUEST_PFN + 3, PG_LEVEL_4K), 0);
	ASSERT_EQ(kvm_mirror_map_gfn(vcpu, world_gfn(512), SHIM_GUEST_PFN + 512, PG_LEVEL_2M), 0);
	ASSERT(log_is(&b, "M"));

	/* Busy once: it tries again. */
	kvm_mock_script(b.w->mock, KVM_MOCK_MAP, 0, 1, -EBUSY);
	ASSERT_EQ(kvm_mirror_map_gfn(vcpu, world_gfn(4), SHIM_GUEST_PFN + 4, PG_LEVEL_4K), 0);
	ASSERT(log_is(&b, "m!m"));
	return tear_down(&b);
}

/* A private PT whose walks stop at blocked tables: tables stay until the end. */
static bool test_strict(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1, .strict = true };
	struct bench b;

	ASSERT(set_up(&b, &config));
	memset(b.w->huge_ok, 0, sizeof(b.w->huge_ok));
	ASSERT(fault_range(b.w, 0, 512));
	world_punch(b.w, 0, 512);
	ASSERT(log_is(&b, "Lx3mx512bx512tkux512"));
	ASSERT_EQ(world_counter(b.w, MIRROR_NR_TABLES), 3);
	ASSERT(fault_range(b.w, 0, 1));
	return tear_down(&b);
}

/* Dead: no block, no track, no kick; leaves, then tables. */
static bool test_dead(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct bench b;

	ASSERT(set_up(&b, &config));
	b.w->huge_ok[0] = false;
	ASSERT(fault_range(b.w, 0, 100));
	ASSERT(fault_range(b.w, 512, 1));
	ASSERT(log_is(&b, "Lx3mx100M"));
	kvm_mirror_flush_all(&b.w->kvm);
	ASSERT(log_is(&b, "ux100UXx3"));
	ASSERT_EQ(world_counter(b.w, MIRROR_NR_TABLES), 0);
	return tear_down(&b);
}

/* A backend without an op for dying: teardown removes everything as from a live VM. */
static bool test_no_die(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1, .no_die = true };
	struct bench b;

	ASSERT(set_up(&b, &config));
	b.w->huge_ok[0] = false;
	ASSERT(fault_range(b.w, 0, 100));
	ASSERT(fault_range(b.w, 512, 1));
	ASSERT(log_is(&b, "Lx3mx100M"));
	kvm_mirror_flush_all(&b.w->kvm);
	ASSERT(log_is(&b, "bx100Bx4tkux100UXx3"));
	return tear_down(&b);
}

/* Verification must find a difference between both PTs. */
static bool test_verify_sees(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct kvm_mirror_report report;
	struct bench b;
	struct tdp_iter iter;
	u64 saved = 0;

	ASSERT(set_up(&b, &config));
	b.w->huge_ok[0] = false;
	ASSERT(fault_range(b.w, 0, 3));
	ASSERT_EQ(kvm_mirror_verify(&b.w->kvm, &report), 0);
	ASSERT_EQ(report.nr_wrong, 0);
	/* 256 entries of the root are private, 512 of each table below. */
	ASSERT_EQ(report.nr_entries, 256 + 3 * 512);
	snprintf(ret_value, size, "%lu entries", report.nr_entries);

	for_each_tdp_pte(iter, b.w->kvm.arch.mirror->root, world_gfn(1), world_gfn(1) + 1) {
		if (iter.level != PG_LEVEL_4K)
			continue;
		saved = *iter.sptep;
		break;
	}
	*iter.sptep = SHADOW_NONPRESENT_VALUE;
	ASSERT_EQ(kvm_mirror_verify(&b.w->kvm, &report), 0);
	ASSERT_EQ(report.nr_wrong, 1);
	ASSERT_EQ(report.first_gfn, world_gfn(1));
	ASSERT_EQ(report.first_level, PG_LEVEL_4K);
	*iter.sptep = saved ^ pfn_to_hpa(1);
	ASSERT_EQ(kvm_mirror_verify(&b.w->kvm, &report), 0);
	ASSERT_EQ(report.nr_wrong, 1);
	*iter.sptep = mirror_block_spte(saved, 0);
	ASSERT_EQ(kvm_mirror_verify(&b.w->kvm, &report), 0);
	ASSERT_EQ(report.nr_wrong, 1);
	*iter.sptep = saved;
	return tear_down(&b);
}

/* The state machine of the private PT says no, whoever asks. */
static bool test_preconditions(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	const struct kvm_private_pt_ops *ops = &kvm_mock_ops;
	gfn_t gfn = world_gfn(512), far = 0x123400000ULL;
	struct kvm_private_pt_entry entry;
	kvm_pfn_t pfn = SHIM_GUEST_PFN + 512;
	struct bench b;
	struct kvm *kvm;
	unsigned long page;
	u64 epoch;
	int n = 0;

	ASSERT(set_up(&b, &config));
	kvm = &b.w->kvm;
	page = __get_free_page(0);
	ASSERT(fault_range(b.w, 512, 1));
	write_lock(&kvm->mmu_lock);

#define REFUSED(call) do { \
	ASSERT_EQ(call, -EIO); \
	ASSERT_EQ(atomic_read(&b.w->mock->violations), ++n); \
} while (0)

	/* MAPPED */
	REFUSED(ops->map(kvm, gfn, PG_LEVEL_2M, pfn));
	REFUSED(ops->link(kvm, gfn, PG_LEVEL_2M, (void *)page));
	REFUSED(ops->unmap(kvm, gfn, PG_LEVEL_2M, pfn));
	REFUSED(ops->split(kvm, gfn, PG_LEVEL_2M, (void *)page));
	REFUSED(ops->unlink(kvm, gfn, PG_LEVEL_2M, (void *)page));
	REFUSED(ops->block(kvm, gfn, PG_LEVEL_4K));
	/* BLOCKED, not tracked: no track at all, then a vCPU that did not leave. */
	ASSERT_EQ(kvm_mock_enter(b.w->mock, &epoch), 0);
	ASSERT_EQ(ops->block(kvm, gfn, PG_LEVEL_2M), 0);
	REFUSED(ops->block(kvm, gfn, PG_LEVEL_2M));
	REFUSED(ops->unmap(kvm, gfn, PG_LEVEL_2M, pfn));
	REFUSED(ops->split(kvm, gfn, PG_LEVEL_2M, (void *)page));
	ASSERT_EQ(ops->track(kvm), 0);
	REFUSED(ops->unmap(kvm, gfn, PG_LEVEL_2M, pfn));
	REFUSED(ops->split(kvm, gfn, PG_LEVEL_2M, (void *)page));
	ASSERT_EQ(ops->track(kvm), -EBUSY);
	kvm_mock_exit(b.w->mock, epoch);
	/* Tracked, but another page, another level, or a table where a leaf is. */
	REFUSED(ops->unmap(kvm, gfn, PG_LEVEL_2M, pfn + 512));
	REFUSED(ops->unmap(kvm, gfn, PG_LEVEL_4K, pfn));
	REFUSED(ops->unlink(kvm, gfn, PG_LEVEL_2M, (void *)page));
	ASSERT_EQ(ops->unmap(kvm, gfn, PG_LEVEL_2M, pfn), 0);
	/* FREE */
	REFUSED(ops->unmap(kvm, gfn, PG_LEVEL_2M, pfn));
	REFUSED(ops->block(kvm, gfn, PG_LEVEL_2M));
	REFUSED(ops->unlink(kvm, gfn, PG_LEVEL_2M, (void *)page));
	REFUSED(ops->map(kvm, gfn, PG_LEVEL_1G, pfn));
	REFUSED(ops->map(kvm, gfn, PG_LEVEL_2M, pfn + 1));
	REFUSED(ops->link(kvm, gfn, PG_LEVEL_4K, (void *)page));
	/* No table leads there. */
	REFUSED(ops->map(kvm, far, PG_LEVEL_4K, pfn));
	REFUSED(ops->link(kvm, far, PG_LEVEL_2M, (void *)page));
	ASSERT_EQ(ops->read(kvm, far, PG_LEVEL_4K, &entry), -ENOENT);
	/* A table with a leaf in it cannot be unlinked. */
	ASSERT_EQ(ops->link(kvm, gfn, PG_LEVEL_2M, (void *)page), 0);
	ASSERT_EQ(ops->map(kvm, gfn, PG_LEVEL_4K, pfn), 0);
	REFUSED(ops->map(kvm, gfn, PG_LEVEL_2M, pfn));
	ASSERT_EQ(ops->block(kvm, gfn, PG_LEVEL_4K), 0);
	ASSERT_EQ(ops->block(kvm, gfn, PG_LEVEL_2M), 0);
	ASSERT_EQ(ops->track(kvm), 0);
	REFUSED(ops->unlink(kvm, gfn, PG_LEVEL_2M, (void *)page));
	ASSERT_EQ(ops->unmap(kvm, gfn, PG_LEVEL_4K, pfn), 0);
	ASSERT_EQ(ops->unlink(kvm, gfn, PG_LEVEL_2M, (void *)page), 0);
	/* The private PT cannot die while a vCPU is inside the guest. */
	ASSERT_EQ(kvm_mock_enter(b.w->mock, &epoch), 0);
	REFUSED(ops->die(kvm));
	kvm_mock_exit(b.w->mock, epoch);
#undef REFUSED

	/* Put things back as the mirror believes them to be. */
	ASSERT_EQ(ops->map(kvm, gfn, PG_LEVEL_2M, pfn), 0);
	write_unlock(&kvm->mmu_lock);
	free_page(page);
	atomic_set(&b.w->mock->violations, 0);
	snprintf(ret_value, size, "%d refusals", n);
	return tear_down(&b);
}

/* The state and the epoch of a removal that gave up mmu_lock half-way. */
static struct bench *yield_bench;
static int yield_state, yield_nr, nr_blocked;

static void in_the_middle(void)
{
	struct world *w = yield_bench->w;
	kvm_pfn_t pfn;
	int level;

	/* Once, and not in the operations below. */
	if (yield_state++)
		return;
	shim_yield_chance = 0;
	/* A fault in the range is stale; one elsewhere works. */
	yield_state += world_fault(w, 0, 10, PRIVATE) == RET_PF_RETRY ? 10 : 0;
	yield_state += world_fault(w, 0, 4000, PRIVATE) == RET_PF_FIXED ? 100 : 0;
	/* Even a fault that does not know better keeps off a blocked entry. */
	if (kvm_mock_walk(w->mock, world_gfn(150), &pfn, &level) == KVM_MOCK_BLOCKED) {
		w->ignore_stale = true;
		BUG_ON(world_fault(w, 0, 150, PRIVATE) != RET_PF_RETRY);
		w->ignore_stale = false;
		nr_blocked++;
	}
	/* Another removal, of an overlapping range, runs to its end. */
	world_punch(w, 100, yield_nr);
	yield_state += world_mapped(w, 100, PRIVATE) == 0 ? 1000 : 0;
}

static bool test_overlap(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	int round, nr_hits = 0;
	struct bench b;

	for (round = 0; round < 200; round++) {
		ASSERT(set_up(&b, &config));
		b.w->log = NULL;
		b.w->huge_ok[0] = round & 1;
		ASSERT(fault_range(b.w, 0, 1));
		if (!(round & 1))
			ASSERT(fault_range(b.w, 1, 511));
		yield_bench = &b;
		yield_state = 0;
		/* Reaches beyond the first removal, or lies inside it. */
		yield_nr = round & 2 ? 300 : 60;
		shim_yield_chance = 1 + round * 7;
		shim_on_yield = in_the_middle;
		ASSERT_EQ(world_convert(b.w, 0, 200 + round, SHARED), 0);
		shim_yield_chance = 0;
		shim_on_yield = NULL;
		ASSERT(yield_state == 0 || yield_state == 1111);
		nr_hits += yield_state != 0;
		ASSERT_EQ(world_mapped(b.w, 0, PRIVATE), 0);
		ASSERT_EQ(world_mapped(b.w, 199 + round, PRIVATE), 0);
		ASSERT(tear_down(&b));
	}
	ASSERT(nr_hits > 20);
	ASSERT(nr_blocked > 5);
	snprintf(ret_value, size, "%d of %d removals interrupted, %d with blocked entries", nr_hits,
		 round, nr_blocked);
	return true;
}

/* While a removal yields, others track so often that its blocks look fresh. */
static void wrap_the_stamp(void)
{
	struct world *w = yield_bench->w;
	kvm_pfn_t pfn;
	int i, level;

	/* Once, between two tables: all leaves are gone, the second table is still blocked. */
	if (yield_state || kvm_mock_walk(w->mock, world_gfn(0), &pfn, &level) != KVM_MOCK_FREE ||
	    kvm_mock_walk(w->mock, world_gfn(512), &pfn, &level) != KVM_MOCK_NL_BLOCKED)
		return;
	yield_state = 1;
	shim_yield_chance = 0;
	/* Overlapping invalidations count as one large range. */
	w->ignore_stale = true;
	for (i = 0; i < yield_nr; i++) {
		BUG_ON(world_fault(w, 0, 4000, PRIVATE) != RET_PF_FIXED);
		world_punch(w, 4000, 1);
	}
	w->ignore_stale = false;
}

static bool test_wrap(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	int round, nr_hits = 0;
	struct bench b;

	for (round = 0; round < 340; round++) {
		ASSERT(set_up(&b, &config));
		b.w->log = NULL;
		memset(b.w->huge_ok, 0, sizeof(b.w->huge_ok));
		ASSERT(fault_range(b.w, 0, 1));
		ASSERT(fault_range(b.w, 512, 1));
		yield_bench = &b;
		yield_state = 0;
		yield_nr = round % 34;
		shim_yield_chance = 2;
		shim_on_yield = wrap_the_stamp;
		ASSERT_EQ(world_convert(b.w, 0, 1024, SHARED), 0);
		shim_yield_chance = 0;
		shim_on_yield = NULL;
		nr_hits += yield_state;
		/* Nothing is left blocked: the guest can have the range back. */
		ASSERT_EQ(world_convert(b.w, 0, 1024, PRIVATE), 0);
		ASSERT_EQ(world_fault(b.w, 0, 512, PRIVATE), RET_PF_FIXED);
		ASSERT(tear_down(&b));
	}
	ASSERT(nr_hits > 50);
	snprintf(ret_value, size, "%d of %d removals overtaken by 0 to 33 tracks", nr_hits, round);
	return true;
}

/*
 * A walk that was on its way into a table may finish: tables are freed when it is
 * over, and not before.
 */
static bool test_grace_period(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	int nr_live, nr_tables;
	struct tdp_iter iter;
	u64 *table = NULL;
	struct bench b;

	ASSERT(set_up(&b, &config));
	b.w->huge_ok[0] = false;
	ASSERT(fault_range(b.w, 0, BLOCK_PAGES));
	nr_tables = (int)world_counter(b.w, MIRROR_NR_TABLES);

	rcu_read_lock();
	for_each_tdp_pte(iter, b.w->kvm.arch.mirror->root, world_gfn(0), world_gfn(0) + 1)
		table = iter.sptep;
	ASSERT(table && iter.level == PG_LEVEL_4K);

	nr_live = atomic_read(&shim_nr_live);
	world_slot_unmap(b.w, 0, BLOCK_PAGES);
	ASSERT(world_counter(b.w, MIRROR_NR_TABLES) < nr_tables);
	ASSERT_EQ(atomic_read(&shim_nr_live), nr_live);
	ASSERT(!is_shadow_present_pte(READ_ONCE(*table)));
	rcu_read_unlock();

	rcu_barrier();
	/* Header, mirrored page and private page of each table. */
	nr_tables -= (int)world_counter(b.w, MIRROR_NR_TABLES);
	ASSERT_EQ(atomic_read(&shim_nr_live), nr_live - 3 * nr_tables);
	snprintf(ret_value, size, "%d tables freed when the walk was over", nr_tables);
	return tear_down(&b);
}

static bool test_config(const struct options *options, char *ret_value, size_t size)
{
	struct world_config world_config = { .nr_vcpus = 0 };
	struct kvm_mirror_config config = { .ops = &kvm_mock_ops };
	static const struct { gfn_t gfn; int level, ret; } cases[] = {
		{ 0, 4, -EINVAL },
		{ 1ULL << 35, 3, -EINVAL },
		{ 1ULL << 26, 4, -EINVAL },
		{ 1ULL << 36, 4, -EINVAL },
		{ 3ULL << 34, 4, -EINVAL },
		{ 1ULL << 35, 5, -EINVAL },
		{ 1ULL << 35, 4, -EEXIST },
	};
	struct kvm_mirror *saved;
	struct bench b;
	int i;

	ASSERT(set_up(&b, &world_config));
	for (i = 0; i < (int)ARRAY_SIZE(cases); i++) {
		saved = b.w->kvm.arch.mirror;

		config.shared_gfn = cases[i].gfn;
		config.root_level = cases[i].level;
		if (cases[i].ret != -EEXIST)
			b.w->kvm.arch.mirror = NULL;
		ASSERT_EQ(kvm_mirror_init(&b.w->kvm, &config), cases[i].ret);
		b.w->kvm.arch.mirror = saved;
	}

	/* A memslot reaches the shared bit. */
	b.w->slot.npages++;
	config.shared_gfn = SHARED_GFN;
	config.root_level = 4;
	saved = b.w->kvm.arch.mirror;
	b.w->kvm.arch.mirror = NULL;
	ASSERT_EQ(kvm_mirror_init(&b.w->kvm, &config), -EINVAL);
	b.w->kvm.arch.mirror = saved;
	return tear_down(&b);
}

const struct test order_tests[] = {
	{ "order.preconditions", test_preconditions },
	{ "order.config", test_config },
	{ "order.small", test_small },
	{ "order.huge", test_huge },
	{ "order.split", test_split },
	{ "order.map-gfn", test_map_gfn },
	{ "order.batch", test_batch },
	{ "order.kick", test_kick },
	{ "order.lost-kick", test_lost_kick },
	{ "order.busy-track", test_busy_track },
	{ "order.sides", test_sides },
	{ "order.alias", test_alias },
	{ "order.excluded", test_excluded },
	{ "order.strict", test_strict },
	{ "order.dead", test_dead },
	{ "order.no-die", test_no_die },
	{ "order.overlap", test_overlap },
	{ "order.wrap", test_wrap },
	{ "order.grace-period", test_grace_period },
	{ "order.verify-sees", test_verify_sees },
	{ NULL, NULL },
};
