// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of operations on the private PT, and which parts of the MMU may reach it.
 *
 * log_event() in world.c says what the letters of a log mean: "Lm" links a table above 4K,
 * then maps a 4K leaf.
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

/* Compares the log since the last comparison; in @want "mx3" stands for "mmm". */
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

	/* Remove one page. */
	world_punch(b.w, 0, 1);
	ASSERT(log_is(&b, "btku"));
	/* The page is not mapped any more: no op is called. */
	world_punch(b.w, 0, 1);
	ASSERT(log_is(&b, ""));
	/* Many pages: still one track and one kick. */
	ASSERT(fault_range(b.w, 0, 1));
	ASSERT(fault_range(b.w, 2, 510));
	ASSERT(log_is(&b, "mx511"));
	world_punch(b.w, 0, 512);
	ASSERT(log_is(&b, "bx512tkux512"));
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

	/* Convert a part of the huge leaf: it is split, and only that part is removed. */
	world_convert(b.w, 100, 8, SHARED);
	ASSERT(log_is(&b, "BtkSbx8tkux8"));
	ASSERT_EQ(world_mapped(b.w, 99, PRIVATE), PG_LEVEL_4K);
	ASSERT_EQ(world_mapped(b.w, 100, PRIVATE), 0);
	ASSERT_EQ(world_mapped(b.w, 108, PRIVATE), PG_LEVEL_4K);
	ASSERT_EQ(world_counter(b.w, MIRROR_NR_LEAVES_4K), 504);

	/* Convert the part back: the table is still there, so a fault maps a small leaf. */
	world_convert(b.w, 100, 8, PRIVATE);
	ASSERT_EQ(world_fault(b.w, 0, 100, PRIVATE), RET_PF_FIXED);
	ASSERT(log_is(&b, "m"));

	/* Convert the whole block, and back: its table goes, and the next fault maps a huge leaf again. */
	world_convert(b.w, 0, 512, SHARED);
	ASSERT(log_is(&b, "bx505tkux505"));
	world_convert(b.w, 0, 512, PRIVATE);
	ASSERT(log_is(&b, "BtkX"));
	ASSERT_EQ(world_fault(b.w, 0, 7, PRIVATE), RET_PF_FIXED);
	ASSERT(log_is(&b, "M"));

	/* Two of three huge leaves have to be split: before anything else is blocked, and both at once. */
	ASSERT_EQ(world_fault(b.w, 0, 512, PRIVATE), RET_PF_FIXED);
	ASSERT_EQ(world_fault(b.w, 0, 1024, PRIVATE), RET_PF_FIXED);
	ASSERT(log_is(&b, "Mx2"));
	world_punch(b.w, 256, 1024);
	ASSERT(log_is(&b, "Bx2tkSx2bx256Bbx256tkux256Uux256"));
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

	/* The guest can accept 4K of a pending 2M leaf only after a split. */
	ASSERT_EQ(kvm_mock_accept(b.w->mock, world_gfn(5), PG_LEVEL_4K), -ENOENT);
	ASSERT_EQ(kvm_mirror_split_gfn(&b.w->kvm, world_gfn(5)), 0);
	ASSERT(log_is(&b, "BtkS"));
	ASSERT_EQ(kvm_mock_accept(b.w->mock, world_gfn(5), PG_LEVEL_4K), 0);
	ASSERT_EQ(world_mapped(b.w, 5, PRIVATE), PG_LEVEL_4K);
	ASSERT_EQ(world_fault(b.w, 0, 6, PRIVATE), RET_PF_SPURIOUS);

	/* Nothing to split: a small leaf, and a page that is not mapped. */
	ASSERT_EQ(kvm_mirror_split_gfn(&b.w->kvm, world_gfn(5)), 0);
	ASSERT_EQ(kvm_mirror_split_gfn(&b.w->kvm, world_gfn(2000)), 0);
	ASSERT(log_is(&b, ""));
	return tear_down(&b);
}

/* To remove a range takes one track and one kick, whatever its size is. */
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

/* A vCPU is in the guest and has the page in its TLB when the page is removed. */
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

/* Negative test: no vCPU is kicked, so the private PT must refuse to remove the page. */
static bool test_lost_kick(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct bench b;

	ASSERT(set_up(&b, &config));
	ASSERT_EQ(world_access(b.w, 0, 3), RET_PF_FIXED);
	ASSERT_EQ(world_access(b.w, 0, 3), RET_PF_FIXED);

	b.w->lose_kicks = true;
	world_punch(b.w, 0, 512);
	ASSERT(log_is(&b, "Lx2MBtkU!"));
	ASSERT_EQ(atomic_read(&b.w->mock->violations), 1);
	ASSERT_EQ(world_counter(b.w, MIRROR_NR_PINNED), 1);
	ASSERT_EQ(atomic_read(&pfn_to_page(SHIM_GUEST_PFN)->refs), 1);
	ASSERT(b.w->kvm.vm_dead && !b.w->kvm.vm_bugged);

	/* Teardown gets the page back. */
	world_destroy(b.w);
	return nothing_leaks();
}

/* A vCPU that entered before the last track makes the next one busy, until it is kicked. */
static bool test_busy_track(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct bench b;

	ASSERT(set_up(&b, &config));
	ASSERT(fault_range(b.w, 0, 1));
	ASSERT(log_is(&b, "Lx2M"));
	ASSERT(world_enter(b.w, 0));

	/* A track without a kick: the vCPU stays in the guest, in the old epoch. */
	atomic64_inc(&b.w->mock->epoch);
	world_punch(b.w, 0, 512);
	ASSERT(log_is(&b, "Bt!ktkU"));
	ASSERT_EQ(world_counter(b.w, MIRROR_COUNT_HOLDS), 1);
	ASSERT_EQ(atomic_read(&b.w->kvm.arch.mirror->holds), 0);
	return tear_down(&b);
}

/* Every other call of an op is busy, until the calls that are counted here are over. */
static const struct kvm_private_pt_ops *patient_ops;
static long nr_busy_calls;

static int busy_in_turn(void)
{
	return nr_busy_calls++ & 1 ? 0 : -EBUSY;
}

static int busy_block(struct kvm *kvm, gfn_t gfn, int level)
{
	return busy_in_turn() ?: patient_ops->block(kvm, gfn, level);
}

static int busy_track(struct kvm *kvm)
{
	return busy_in_turn() ?: patient_ops->track(kvm);
}

static int busy_unmap(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn)
{
	return busy_in_turn() ?: patient_ops->unmap(kvm, gfn, level, pfn);
}

/*
 * The private PT is busy at each page of a range, while somebody waits for mmu_lock.  The vCPUs are kicked
 * once to hold them, and once for the track.
 */
static bool test_busy_range(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 4 };
	struct kvm_private_pt_ops patient;
	struct bench b;
	int kicks;

	ASSERT(set_up(&b, &config));
	b.w->log = NULL;
	memset(b.w->huge_ok, 0, sizeof(b.w->huge_ok));
	ASSERT(fault_range(b.w, 0, 1024));
	patient = b.w->ops;
	patient_ops = &patient;
	nr_busy_calls = 0;
	b.w->ops.block = busy_block;
	b.w->ops.track = busy_track;
	b.w->ops.unmap = busy_unmap;
	shim_contended = true;
	kicks = atomic_read(&b.w->nr_kicks);
	world_punch(b.w, 0, 1024);
	shim_contended = false;
	b.w->ops = patient;
	kicks = atomic_read(&b.w->nr_kicks) - kicks;
	ASSERT(nr_busy_calls > 2 * 2 * 1024);
	ASSERT_EQ(kicks, 2);
	ASSERT_EQ(world_counter(b.w, MIRROR_COUNT_HOLDS), 1);
	ASSERT_EQ(atomic_read(&b.w->kvm.arch.mirror->holds), 0);
	snprintf(ret_value, size, "%ld calls, half of them busy, %d kicks", nr_busy_calls, kicks);
	return tear_down(&b);
}

/*
 * The MMU notifier (HVA) removes shared pages only, a hole in guest_memfd private pages
 * only; when a memslot is removed, both go.
 */
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

/* The shared root maps GPAs with the shared bit only: the lower half of it stays empty. */
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
	/* One entry for low memory, and one for each side of 1.5 TiB; see groups in world.c. */
	ASSERT_EQ(used, 3);
	ASSERT(is_shadow_present_pte(root[256]) && is_shadow_present_pte(root[258]) &&
	       is_shadow_present_pte(root[259]));
	for (i = 0; i < NR_PAGES; i += 100)
		ASSERT_EQ(world_mapped(b.w, i, SHARED), PG_LEVEL_2M);
	ASSERT(log_is(&b, ""));

	/* A walk up to the last entry of the root must end there. */
	world_zap_all_fast(b.w);
	return tear_down(&b);
}

/* Functions of the TDP MMU that walk roots or change SPTEs leave the mirrored PT alone. */
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

	/* ->map() is busy once: kvm_mirror_map_gfn() tries again. */
	kvm_mock_script(b.w->mock, KVM_MOCK_MAP, 0, 1, -EBUSY);
	ASSERT_EQ(kvm_mirror_map_gfn(vcpu, world_gfn(4), SHIM_GUEST_PFN + 4, PG_LEVEL_4K), 0);
	ASSERT(log_is(&b, "m!m"));
	return tear_down(&b);
}

/*
 * Leaves below a blocked table cannot be removed, so a table that becomes empty stays.  It goes with
 * the track of the next range that covers it, or when it becomes private, with a track of its own.
 */
static bool test_empty_tables(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	struct bench b;

	ASSERT(set_up(&b, &config));
	memset(b.w->huge_ok, 0, sizeof(b.w->huge_ok));
	ASSERT(fault_range(b.w, 0, 1024));
	world_punch(b.w, 0, 512);
	ASSERT(log_is(&b, "Lx3mx512Lmx512bx512tkux512"));
	ASSERT_EQ(world_counter(b.w, MIRROR_NR_TABLES), 4);
	/* Nothing but the table is left, which alone is not worth a kick. */
	world_punch(b.w, 0, 512);
	ASSERT(log_is(&b, ""));

	/* One track and one kick for the first block's table and the second one's leaves. */
	world_convert(b.w, 0, 1024, SHARED);
	ASSERT(log_is(&b, "bx512Btkux512X"));
	ASSERT_EQ(world_counter(b.w, MIRROR_NR_TABLES), 3);

	/* A range that covers a part of the table leaves it. */
	world_convert(b.w, 600, 1, PRIVATE);
	ASSERT(log_is(&b, ""));
	world_convert(b.w, 512, 512, PRIVATE);
	ASSERT(log_is(&b, "BtkX"));
	ASSERT_EQ(world_counter(b.w, MIRROR_NR_TABLES), 2);

	/* A table that is used again stays. */
	ASSERT(fault_range(b.w, 512, 1));
	world_convert(b.w, 0, 1024, PRIVATE);
	ASSERT(log_is(&b, "Lm"));
	return tear_down(&b);
}

/* The private PT is busy at each step of the removal of an empty table. */
static bool test_empty_table_busy(const struct options *options, char *ret_value, size_t size)
{
	static const enum kvm_mock_op ops[] = { KVM_MOCK_BLOCK, KVM_MOCK_TRACK, KVM_MOCK_UNLINK };
	struct world_config config = { .nr_vcpus = 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		struct bench b;

		ASSERT(set_up(&b, &config));
		b.w->huge_ok[0] = false;
		ASSERT(fault_range(b.w, 0, 1));
		world_convert(b.w, 0, 512, SHARED);
		kvm_mock_script(b.w->mock, ops[i], 0, 3, -EBUSY);
		world_convert(b.w, 0, 512, PRIVATE);
		ASSERT_EQ(world_counter(b.w, MIRROR_NR_TABLES), 2);
		ASSERT_EQ(world_counter(b.w, MIRROR_COUNT_HOLDS), 1);
		b.w->huge_ok[0] = true;
		ASSERT_EQ(world_fault(b.w, 0, 3, PRIVATE), RET_PF_FIXED);
		ASSERT_EQ(world_mapped(b.w, 0, PRIVATE), PG_LEVEL_2M);
		ASSERT(tear_down(&b));
	}
	return true;
}

/* A dead VM: no block, no track, no kick; the leaves are removed, then the tables. */
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

/* A backend without ->die(): teardown removes everything as from a live VM. */
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
	ASSERT(log_is(&b, "bx100Btkux100UBtkXBtkXBtkX"));
	return tear_down(&b);
}

/* Ops since mmu_lock was last dropped, and the most of them; shim_on_write_lock is called when it is taken again. */
static struct world *held_world;
static int held_from, held_max;

static int nr_ops_so_far(void)
{
	int op, sum = 0;

	for (op = 0; op < MIRROR_NR_OPS; op++)
		sum += atomic_read(&held_world->nr_ops[op]);
	return sum;
}

static void taken_again(void)
{
	int now = nr_ops_so_far();

	held_max = max(held_max, now - held_from);
	held_from = now;
}

/*
 * Somebody always waits for mmu_lock while a range is removed, while the VM ends and while it is verified.  On a kernel that is
 * not fully preemptible, too, the waiter gets the lock after a few ops.
 */
static bool test_contended(const struct options *options, char *ret_value, size_t size)
{
	struct world_config config = { .nr_vcpus = 1 };
	int i, way, most = 0;

	for (way = 0; way < 2; way++) {
		struct world *w = world_create(&config);

		ASSERT(w);
		memset(w->huge_ok, 0, sizeof(w->huge_ok) / 2);
		for (i = 0; i < NR_PAGES; i += 2)
			ASSERT(world_fault(w, 0, i, PRIVATE) <= RET_PF_SPURIOUS);
		held_world = w;
		held_from = nr_ops_so_far();
		held_max = 0;
		shim_preempt = way;
		shim_contended = true;
		shim_on_write_lock = taken_again;
		ASSERT_EQ(world_convert(w, 300, NR_PAGES / 2, SHARED), 0);
		ASSERT(world_verify(w));
		kvm_mirror_flush_all(&w->kvm);
		taken_again();
		shim_contended = false;
		shim_on_write_lock = NULL;
		ASSERT(held_max <= MAX_HELD);
		ASSERT(world_counter(w, MIRROR_MAX_HELD) <= MAX_HELD);
		most = max(most, held_max);
		world_destroy(w);
		ASSERT(nothing_leaks());
	}
	snprintf(ret_value, size, "at most %d ops while somebody waits", most);
	return true;
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

/* The mock refuses each op whose preconditions do not hold.  KVM would never call these. */
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

	/* The entry is MAPPED. */
	REFUSED(ops->map(kvm, gfn, PG_LEVEL_2M, pfn));
	REFUSED(ops->link(kvm, gfn, PG_LEVEL_2M, (void *)page));
	REFUSED(ops->unmap(kvm, gfn, PG_LEVEL_2M, pfn));
	REFUSED(ops->split(kvm, gfn, PG_LEVEL_2M, (void *)page));
	REFUSED(ops->unlink(kvm, gfn, PG_LEVEL_2M, (void *)page));
	REFUSED(ops->block(kvm, gfn, PG_LEVEL_4K));
	/* BLOCKED but not tracked: before a track; then after it, while a vCPU has not left. */
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
	/* Tracked, but the op is about another page, another level, or a table. */
	REFUSED(ops->unmap(kvm, gfn, PG_LEVEL_2M, pfn + 512));
	REFUSED(ops->unmap(kvm, gfn, PG_LEVEL_4K, pfn));
	REFUSED(ops->unlink(kvm, gfn, PG_LEVEL_2M, (void *)page));
	ASSERT_EQ(ops->unmap(kvm, gfn, PG_LEVEL_2M, pfn), 0);
	/* The entry is FREE. */
	REFUSED(ops->unmap(kvm, gfn, PG_LEVEL_2M, pfn));
	REFUSED(ops->block(kvm, gfn, PG_LEVEL_2M));
	REFUSED(ops->unlink(kvm, gfn, PG_LEVEL_2M, (void *)page));
	REFUSED(ops->map(kvm, gfn, PG_LEVEL_1G, pfn));
	REFUSED(ops->map(kvm, gfn, PG_LEVEL_2M, pfn + 1));
	REFUSED(ops->link(kvm, gfn, PG_LEVEL_4K, (void *)page));
	/* The private PT has no table for this GFN. */
	REFUSED(ops->map(kvm, far, PG_LEVEL_4K, pfn));
	REFUSED(ops->link(kvm, far, PG_LEVEL_2M, (void *)page));
	ASSERT_EQ(ops->read(kvm, far, PG_LEVEL_4K, &entry), -ENOENT);
	/* Map the page again: the mirrored PT still says that it is mapped. */
	ASSERT_EQ(ops->map(kvm, gfn, PG_LEVEL_2M, pfn), 0);
	/* A table with a leaf in it cannot be unlinked, and below a blocked table no leaf can be removed. */
	gfn = world_gfn(1024);
	pfn = SHIM_GUEST_PFN + 1024;
	ASSERT_EQ(ops->link(kvm, gfn, PG_LEVEL_2M, (void *)page), 0);
	ASSERT_EQ(ops->map(kvm, gfn, PG_LEVEL_4K, pfn), 0);
	REFUSED(ops->map(kvm, gfn, PG_LEVEL_2M, pfn));
	ASSERT_EQ(ops->block(kvm, gfn, PG_LEVEL_4K), 0);
	ASSERT_EQ(ops->block(kvm, gfn, PG_LEVEL_2M), 0);
	ASSERT_EQ(ops->track(kvm), 0);
	REFUSED(ops->unlink(kvm, gfn, PG_LEVEL_2M, (void *)page));
	REFUSED(ops->unmap(kvm, gfn, PG_LEVEL_4K, pfn));
	/* The private PT cannot die while a vCPU is inside the guest.  When it is dead, nothing is walked. */
	ASSERT_EQ(kvm_mock_enter(b.w->mock, &epoch), 0);
	REFUSED(ops->die(kvm));
	kvm_mock_exit(b.w->mock, epoch);
	ASSERT_EQ(ops->die(kvm), 0);
	ASSERT_EQ(ops->unmap(kvm, gfn, PG_LEVEL_4K, pfn), 0);
	ASSERT_EQ(ops->unlink(kvm, gfn, PG_LEVEL_2M, (void *)page), 0);
#undef REFUSED

	write_unlock(&kvm->mmu_lock);
	free_page(page);
	atomic_set(&b.w->mock->violations, 0);
	snprintf(ret_value, size, "%d refusals", n);
	return tear_down(&b);
}

/* For the functions that run when a removal yields mmu_lock. */
static struct bench *yield_bench;
/*
 * yield_state: 0 until the function has run, then what it found.  yield_nr: how many pages
 * it removes, or how many tracks it makes.  nr_blocked: how often it met a blocked entry.
 */
static int yield_state, yield_nr, nr_blocked;

static void in_the_middle(void)
{
	struct world *w = yield_bench->w;
	kvm_pfn_t pfn;
	int level;

	/* Run once only; the operations below do not yield. */
	if (yield_state++)
		return;
	shim_yield_chance = 0;
	/* A fault in the range has to be retried; one elsewhere works. */
	yield_state += world_fault(w, 0, 10, PRIVATE) == RET_PF_RETRY ? 10 : 0;
	yield_state += world_fault(w, 0, 4000, PRIVATE) == RET_PF_FIXED ? 100 : 0;
	/* A fault never changes a blocked entry, even if it ignores the invalidation. */
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
		/* The second removal reaches beyond the first one, or lies inside it. */
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

/*
 * While a removal yields, others track so often that the stamps of its blocked entries
 * may equal the epoch again, as if there had been no track; see is_tracked_spte().
 */
static void wrap_the_stamp(void)
{
	struct world *w = yield_bench->w;
	kvm_pfn_t pfn;
	int i, level;

	/* Run once, between two tables: the first one is unlinked, the second still blocked. */
	if (yield_state || kvm_mock_walk(w->mock, world_gfn(0), &pfn, &level) != KVM_MOCK_FREE ||
	    kvm_mock_walk(w->mock, world_gfn(512), &pfn, &level) != KVM_MOCK_NL_BLOCKED)
		return;
	yield_state = 1;
	shim_yield_chance = 0;
	/*
	 * The range of an invalidation that begins during another one is added to that one's
	 * range: all faults below would be stale.
	 */
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
		ASSERT_EQ(world_convert(b.w, 0, 1024, SHARED), 0);
		shim_yield_chance = 2;
		shim_on_yield = wrap_the_stamp;
		ASSERT_EQ(world_convert(b.w, 0, 1024, PRIVATE), 0);
		shim_yield_chance = 0;
		shim_on_yield = NULL;
		nr_hits += yield_state;
		/* Nothing is left blocked: the range can be mapped again. */
		ASSERT_EQ(world_fault(b.w, 0, 512, PRIVATE), RET_PF_FIXED);
		ASSERT(tear_down(&b));
	}
	ASSERT(nr_hits > 50);
	snprintf(ret_value, size, "%d of %d removals overtaken by 0 to 33 tracks", nr_hits, round);
	return true;
}

/* A table that is unlinked while a walk reads it is freed only when that walk has ended. */
static bool test_grace_period(const struct options *options, char *ret_value, size_t size)
{
	struct kvm_gfn_range range = { .start = world_gfn(0), .end = world_gfn(BLOCK_PAGES - 1) + 1 };
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
	write_lock(&b.w->kvm.mmu_lock);
	kvm_mirror_unlink_tables(&b.w->kvm, &range);
	write_unlock(&b.w->kvm.mmu_lock);
	ASSERT(world_counter(b.w, MIRROR_NR_TABLES) < nr_tables);
	ASSERT_EQ(atomic_read(&shim_nr_live), nr_live);
	ASSERT(!is_shadow_present_pte(READ_ONCE(*table)));
	rcu_read_unlock();

	rcu_barrier();
	/* Each table has three allocations: its header, its mirrored and its private page. */
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
	{ "order.busy-range", test_busy_range },
	{ "order.sides", test_sides },
	{ "order.alias", test_alias },
	{ "order.excluded", test_excluded },
	{ "order.empty-tables", test_empty_tables },
	{ "order.empty-table-busy", test_empty_table_busy },
	{ "order.dead", test_dead },
	{ "order.no-die", test_no_die },
	{ "order.overlap", test_overlap },
	{ "order.wrap", test_wrap },
	{ "order.grace-period", test_grace_period },
	{ "order.contended", test_contended },
	{ "order.verify-sees", test_verify_sees },
	{ NULL, NULL },
};
