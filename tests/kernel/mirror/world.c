// SPDX-License-Identifier: GPL-2.0-only
#include "world.h"

/*
 * Where blocks lie in the guest's address space: in low memory, around 1 GiB, and around
 * 1.5 TiB, where the range of one entry of the root ends and that of the next begins.
 */
static const struct { int first_block; gfn_t base; } groups[] = {
	{ 0, 0x1000 },
	{ 6, (1ULL << 18) - 3 * BLOCK_PAGES },
	{ 12, (3ULL << 27) - 2 * BLOCK_PAGES },
	{ NR_BLOCKS, 0 },
};

static int group_of(int page)
{
	int g = 0;

	while (page >= groups[g + 1].first_block * BLOCK_PAGES)
		g++;
	return g;
}

gfn_t world_gfn(int page)
{
	int g = group_of(page);

	return groups[g].base + page - groups[g].first_block * BLOCK_PAGES;
}

static int page_of(gfn_t gfn)
{
	int page;

	for (page = 0; page < NR_PAGES; page += world_run(page, NR_PAGES)) {
		if (gfn >= world_gfn(page) && gfn < world_gfn(page) + world_run(page, NR_PAGES))
			return page + (int)(gfn - world_gfn(page));
	}
	abort();
}

int world_run(int page, int nr)
{
	return min(nr, groups[group_of(page) + 1].first_block * BLOCK_PAGES - page);
}

static struct world *to_world(struct kvm *kvm)
{
	return kvm->world;
}

/*
 * Append a letter to the log: l link, m map, b block, u unmap, s split, x unlink, each in
 * upper case if the entry is above 4K; t track, r read, k kick.  A '!' after the letter of
 * an op: the op returned an error.
 */
static void log_event(struct world *w, char what)
{
	size_t len;

	if (!w->log)
		return;
	len = strlen(w->log);
	if (len + 1 < w->log_size) {
		w->log[len] = what;
		w->log[len + 1] = 0;
	}
}

/* Functions of KVM that the code under test calls */

struct kvm_memory_slot *kvm_vcpu_gfn_to_memslot(struct kvm_vcpu *vcpu, gfn_t gfn)
{
	(void)gfn;
	return &to_world(vcpu->kvm)->slot;
}

struct kvm_memory_slot *kvm_memslots(struct kvm *kvm)
{
	return &to_world(kvm)->slot;
}

struct kvm_memslots *kvm_vcpu_memslots(struct kvm_vcpu *vcpu)
{
	return &to_world(vcpu->kvm)->slots;
}

bool kvm_make_all_cpus_request(struct kvm *kvm, unsigned int req)
{
	struct world *w = to_world(kvm);
	int v;

	(void)req;
	atomic_inc(&w->nr_kicks);
	log_event(w, 'k');
	if (w->lose_kicks)
		return false;
	for (v = 0; v < w->config.nr_vcpus; v++) {
		struct sim_vcpu *s = w->vcpus[v];
		unsigned int entry = __atomic_load_n(&s->entries, __ATOMIC_SEQ_CST);

		if (!(entry & 1))
			continue;
		if (shim_nr_threads == 1) {
			world_exit(w, v);
			continue;
		}
		__atomic_store_n(&s->kicked, 1, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&s->entries, __ATOMIC_SEQ_CST) == entry)
			sched_yield();
	}
	return true;
}

void kvm_flush_remote_tlbs(struct kvm *kvm)
{
	atomic_inc(&to_world(kvm)->nr_flushes);
}

void kvm_flush_remote_tlbs_range(struct kvm *kvm, gfn_t gfn, u64 nr)
{
	(void)gfn, (void)nr;
	kvm_flush_remote_tlbs(kvm);
}

int kvm_mmu_topup_memory_caches(struct kvm_vcpu *vcpu)
{
	return kvm_mmu_topup_memory_cache(&vcpu->arch.mmu_shadow_page_cache, PT64_ROOT_MAX_LEVEL) ?:
	       kvm_mirror_topup_cache(vcpu) ?:
	       kvm_mmu_topup_memory_cache(&vcpu->arch.mmu_page_header_cache, PT64_ROOT_MAX_LEVEL);
}

static bool is_huge(struct world *w, int page)
{
	int nr = w->nr_private[page / BLOCK_PAGES];

	return w->huge_ok[page / BLOCK_PAGES] && (nr == 0 || nr == BLOCK_PAGES);
}

void kvm_mmu_hugepage_adjust(struct kvm_vcpu *vcpu, struct kvm_page_fault *fault)
{
	struct world *w = to_world(vcpu->kvm);

	if (fault->max_level == PG_LEVEL_4K || !is_huge(w, page_of(fault->gfn)))
		return;

	fault->req_level = PG_LEVEL_2M;
	fault->goal_level = PG_LEVEL_2M;
	fault->pfn &= ~(KVM_PAGES_PER_HPAGE(PG_LEVEL_2M) - 1);
}

int kvm_mmu_max_mapping_level(struct kvm *kvm, const struct kvm_memory_slot *slot, gfn_t gfn,
			      int max_level)
{
	(void)kvm, (void)slot, (void)gfn, (void)max_level;
	return PG_LEVEL_4K;
}

/*
 * The ops that the code under test calls.  They check the arguments, mmu_lock and who owns
 * the page, then call the op of the mock.  While that runs, shim_in_op makes a sleep, an
 * allocation or a lock a BUG.
 */

static void set_owner(kvm_pfn_t pfn, int level, enum owner from, enum owner to)
{
	u64 i;

	for (i = 0; i < KVM_PAGES_PER_HPAGE(level); i++) {
		int old = __atomic_exchange_n(&pfn_to_page(pfn + i)->owner, to, __ATOMIC_SEQ_CST);

		BUG_ON(old != (int)from);
	}
}

static char letter(char small, int level)
{
	return level > PG_LEVEL_4K ? (char)(small - 'a' + 'A') : small;
}

#define CALL(op, index, letter, ...) \
({ \
	struct world *w_ = to_world(kvm); \
	int ret_; \
	BUG_ON(!shim_mmu_lock); \
	shim_in_op++; \
	ret_ = kvm_mock_ops.op(kvm, ##__VA_ARGS__); \
	shim_in_op--; \
	atomic_inc(&w_->nr_ops[index]); \
	log_event(w_, letter); \
	if (ret_) \
		log_event(w_, '!'); \
	ret_; \
})

static int spy_link(struct kvm *kvm, gfn_t gfn, int level, void *private_pt)
{
	BUG_ON(!private_pt);
	return CALL(link, MIRROR_OP_LINK, letter('l', level), gfn, level, private_pt);
}

static int spy_map(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn)
{
	int ret;

	BUG_ON(pfn != SHIM_GUEST_PFN + page_of(gfn));
	set_owner(pfn, level, OWNER_HOST, OWNER_GUEST);
	ret = CALL(map, MIRROR_OP_MAP, letter('m', level), gfn, level, pfn);
	if (ret)
		set_owner(pfn, level, OWNER_GUEST, OWNER_HOST);
	return ret;
}

static int spy_block(struct kvm *kvm, gfn_t gfn, int level)
{
	BUG_ON(shim_mmu_lock != 2);
	return CALL(block, MIRROR_OP_BLOCK, letter('b', level), gfn, level);
}

static int spy_track(struct kvm *kvm)
{
	BUG_ON(shim_mmu_lock != 2);
	return CALL(track, MIRROR_OP_TRACK, 't');
}

static int spy_unmap(struct kvm *kvm, gfn_t gfn, int level, kvm_pfn_t pfn)
{
	int ret = CALL(unmap, MIRROR_OP_UNMAP, letter('u', level), gfn, level, pfn);

	BUG_ON(shim_mmu_lock != 2);
	if (!ret)
		set_owner(pfn, level, OWNER_GUEST, OWNER_HOST);
	return ret;
}

static int spy_split(struct kvm *kvm, gfn_t gfn, int level, void *private_pt)
{
	BUG_ON(shim_mmu_lock != 2 || !private_pt);
	return CALL(split, MIRROR_OP_SPLIT, letter('s', level), gfn, level, private_pt);
}

static int spy_unlink(struct kvm *kvm, gfn_t gfn, int level, void *private_pt)
{
	BUG_ON(shim_mmu_lock != 2);
	return CALL(unlink, MIRROR_OP_UNLINK, letter('x', level), gfn, level, private_pt);
}

static int spy_read(struct kvm *kvm, gfn_t gfn, int level, struct kvm_private_pt_entry *ret_entry)
{
	return CALL(read, MIRROR_OP_READ, 'r', gfn, level, ret_entry);
}

static int spy_die(struct kvm *kvm)
{
	shim_may_sleep();
	BUG_ON(shim_mmu_lock);
	return kvm_mock_ops.die(kvm);
}

static const struct kvm_private_pt_ops spy_ops = {
	.name = "spy", .link = spy_link, .map = spy_map, .block = spy_block, .track = spy_track,
	.unmap = spy_unmap, .split = spy_split, .unlink = spy_unlink, .read = spy_read,
	.die = spy_die,
};

/* Creation and destruction of the VM */

static int create_mirror(struct world *w)
{
	struct kvm_mock_config mock_config = {
		.root_level = 4,
		.pending = w->config.pending,
	};
	struct kvm_mirror_config mirror_config = {
		.ops = &w->ops,
		.shared_gfn = SHARED_GFN,
		.root_level = 4,
	};
	int ret;

	w->ops = spy_ops;
	w->ops.max_level = kvm_mock_ops.max_level;
	if (w->config.no_die)
		w->ops.die = NULL;

	w->mock = kzalloc(sizeof(*w->mock), GFP_KERNEL_ACCOUNT);
	if (!w->mock)
		return -ENOMEM;

	ret = kvm_mock_init(w->mock, &mock_config);
	if (ret)
		goto out_free;

	mirror_config.backend = w->mock;
	kvm_mirror_use();
	ret = kvm_mirror_init(&w->kvm, &mirror_config);
	if (!ret)
		return 0;

	kvm_mock_uninit(w->mock);
out_free:
	kfree(w->mock);
	return ret;
}

static void init_vcpu(struct world *w, struct kvm_vcpu *vcpu)
{
	vcpu->kvm = &w->kvm;
	vcpu->arch.mmu = &vcpu->arch.root_mmu;
	vcpu->arch.mmu->root.hpa = INVALID_PAGE;
	vcpu->arch.mmu->root_role.level = kvm_mirror_root_level(&w->kvm);
	vcpu->arch.mmu->root_role.direct = 1;
	vcpu->arch.mmu->root_role.access = ACC_ALL;
	vcpu->arch.mmu_page_header_cache.kmem_cache = mmu_page_header_cache;
	vcpu->arch.mmu_shadow_page_cache.init_value = SHADOW_NONPRESENT_VALUE;
}

static void put_root(struct world *w, struct kvm_vcpu *vcpu)
{
	hpa_t hpa = vcpu->arch.mmu->root.hpa;

	if (hpa == INVALID_PAGE)
		return;
	read_lock(&w->kvm.mmu_lock);
	kvm_tdp_mmu_put_root(&w->kvm, root_to_sp(hpa));
	read_unlock(&w->kvm.mmu_lock);
	vcpu->arch.mmu->root.hpa = INVALID_PAGE;
}

/* Like kvm_mmu_reload(): give the vCPU a shared root that is valid. */
static int load_root(struct world *w, struct kvm_vcpu *vcpu)
{
	int ret;

	if (vcpu->arch.mmu->root.hpa != INVALID_PAGE) {
		bool invalid;

		read_lock(&w->kvm.mmu_lock);
		invalid = root_to_sp(vcpu->arch.mmu->root.hpa)->role.invalid;
		read_unlock(&w->kvm.mmu_lock);
		if (!invalid)
			return 0;
		put_root(w, vcpu);
	}

	ret = kvm_mmu_topup_memory_caches(vcpu);
	return ret ?: kvm_tdp_mmu_alloc_root(vcpu);
}

struct world *world_create(const struct world_config *config)
{
	struct world *w = calloc(1, sizeof(*w));
	int i;

	kvm_mmu_spte_module_init();
	kvm_mmu_reset_all_pte_masks();
	if (config->ept)
		kvm_mmu_set_ept_masks(true, true);

	w->config = *config;
	w->kvm.world = w;
	w->kvm.arch.shadow_mmio_value = shadow_mmio_value;
	w->slot.npages = SHARED_GFN;
	refcount_set(&w->kvm.users_count, 1);
	shim_rwlock_init(&w->kvm.mmu_lock);
	pthread_mutex_init(&w->slots_lock, NULL);
	pthread_mutex_init(&w->gmem_lock, NULL);
	kvm_mmu_init_tdp_mmu(&w->kvm);
	for (i = 0; i < NR_BLOCKS; i++) {
		w->huge_ok[i] = true;
		w->nr_private[i] = BLOCK_PAGES;
	}
	memset(w->attr, PRIVATE, sizeof(w->attr));

	if (create_mirror(w)) {
		free(w);
		return NULL;
	}
	for (i = 0; i < config->nr_vcpus; i++) {
		w->vcpus[i] = calloc(1, sizeof(*w->vcpus[i]));
		init_vcpu(w, &w->vcpus[i]->vcpu);
		w->kvm.created_vcpus++;
	}
	return w;
}

/* The order is that of kvm_destroy_vm(): private memory, MMU notifier, vCPUs, MMU, backend. */
void world_destroy(struct world *w)
{
	int i;

	for (i = 0; i < w->config.nr_vcpus; i++)
		world_exit(w, i);

	kvm_mirror_flush_all(&w->kvm);
	write_lock(&w->kvm.mmu_lock);
	kvm_tdp_mmu_zap_all(&w->kvm);
	write_unlock(&w->kvm.mmu_lock);

	for (i = 0; i < w->config.nr_vcpus; i++) {
		struct kvm_vcpu *vcpu = &w->vcpus[i]->vcpu;

		put_root(w, vcpu);
		kvm_mmu_free_memory_cache(&vcpu->arch.mmu_page_header_cache);
		kvm_mmu_free_memory_cache(&vcpu->arch.mmu_shadow_page_cache);
		kvm_mirror_free_cache(vcpu);
		free(w->vcpus[i]);
	}
	w->config.nr_vcpus = 0;

	refcount_set(&w->kvm.users_count, 0);
	kvm_mirror_destroy(&w->kvm);
	kvm_mmu_uninit_tdp_mmu(&w->kvm);
	kvm_mock_uninit(w->mock);
	kfree(w->mock);
	free(w);
}

/* Faults */

static bool is_stale(struct world *w, unsigned long seq, gfn_t gfn)
{
	if (w->ignore_stale)
		return false;
	if (w->invalidate_in_progress && gfn >= w->invalidate_start && gfn < w->invalidate_end)
		return true;
	return READ_ONCE(w->invalidate_seq) != seq;
}

int world_fault(struct world *w, int v, int page, enum side side)
{
	struct kvm_vcpu *vcpu = &w->vcpus[v]->vcpu;
	gpa_t gpa = gfn_to_gpa(world_gfn(page) | (side == SHARED ? SHARED_GFN : 0));
	unsigned long seq = READ_ONCE(w->invalidate_seq);
	struct kvm_page_fault fault = {
		.addr = gpa,
		.error_code = PFERR_WRITE_MASK | (side == PRIVATE ? PFERR_PRIVATE_ACCESS : 0),
		.write = true,
		.is_tdp = true,
		.is_private = side == PRIVATE,
		.max_level = PG_LEVEL_2M,
		.req_level = PG_LEVEL_4K,
		.goal_level = PG_LEVEL_4K,
		.gfn = kvm_mmu_gpa_to_gfn(&w->kvm, gpa),
		.slot = &w->slot,
		.pfn = SHIM_GUEST_PFN + page,
		.map_writable = true,
	};
	int ret;

	ret = load_root(w, vcpu) ?: kvm_mmu_topup_memory_caches(vcpu);
	if (ret)
		return ret;

	read_lock(&w->kvm.mmu_lock);
	if (w->attr[page] != side)
		ret = -EFAULT;
	else if (root_to_sp(vcpu->arch.mmu->root.hpa)->role.invalid ||
		 is_stale(w, seq, fault.gfn))
		ret = RET_PF_RETRY;
	else
		ret = kvm_tdp_mmu_map(vcpu, &fault);
	read_unlock(&w->kvm.mmu_lock);
	return ret;
}

/* Ranges */

static void invalidate_begin(struct world *w, gfn_t start, gfn_t end)
{
	/*
	 * Widen the range to whole blocks, as kvm_arch_pre_set_memory_attributes() does: a
	 * fault beside the range must not map a huge page that covers part of the range.
	 */
	start = gfn_round_for_level(start, PG_LEVEL_2M);
	end = gfn_round_for_level(end + KVM_PAGES_PER_HPAGE(PG_LEVEL_2M) - 1, PG_LEVEL_2M);

	if (w->invalidate_in_progress++) {
		w->invalidate_start = min(w->invalidate_start, start);
		w->invalidate_end = max(w->invalidate_end, end);
	} else {
		w->invalidate_start = start;
		w->invalidate_end = end;
	}
}

static void invalidate_end(struct world *w)
{
	WRITE_ONCE(w->invalidate_seq, w->invalidate_seq + 1);
	w->invalidate_in_progress--;
}

/* After the unmap, the guest may own pages of the range only if they are pinned. */
static void check_unmapped(struct world *w, int page, int nr)
{
	int i;

	for (i = page; i < page + nr; i++) {
		struct page *p = pfn_to_page(SHIM_GUEST_PFN + i);

		if (__atomic_load_n(&p->owner, __ATOMIC_SEQ_CST) == OWNER_GUEST)
			BUG_ON(!atomic_read(&p->refs) &&
			       !atomic_read(&pfn_to_page(SHIM_GUEST_PFN + i / BLOCK_PAGES * BLOCK_PAGES)->refs));
	}
	(void)w;
}

/*
 * Unmap pages [page, page + nr) on the sides that @filter names.  Returns with mmu_lock
 * held for write.
 */
static void unmap_begin(struct world *w, int page, int nr, unsigned int filter,
			bool becomes_private)
{
	bool flush = false;
	int run, p;

	write_lock(&w->kvm.mmu_lock);
	invalidate_begin(w, world_gfn(page), world_gfn(page + nr - 1) + 1);
	for (p = page; p < page + nr; p += run) {
		struct kvm_gfn_range range = {
			.slot = &w->slot,
			.start = world_gfn(p),
			.may_block = filter != KVM_FILTER_SHARED,
			.attr_filter = filter,
		};

		run = world_run(p, page + nr - p);
		range.end = range.start + run;
		if (becomes_private)
			kvm_mirror_unlink_tables(&w->kvm, &range);
		flush = kvm_tdp_mmu_unmap_gfn_range(&w->kvm, &range, flush);
	}
	if (flush)
		kvm_flush_remote_tlbs(&w->kvm);
	if (filter != KVM_FILTER_SHARED)
		check_unmapped(w, page, nr);
}

static void set_attr(struct world *w, int page, int nr, enum side to)
{
	int i;

	for (i = page; i < page + nr; i++) {
		if (w->attr[i] == to)
			continue;
		w->attr[i] = to;
		w->nr_private[i / BLOCK_PAGES] += to == PRIVATE ? 1 : -1;
	}
}

int world_convert(struct world *w, int page, int nr, enum side to)
{
	int ret;

	pthread_mutex_lock(&w->slots_lock);
	ret = kvm_mirror_prepare_zap(&w->kvm);
	if (!ret) {
		unmap_begin(w, page, nr, to == SHARED ? KVM_FILTER_PRIVATE : KVM_FILTER_SHARED,
			    to == PRIVATE);
		write_unlock(&w->kvm.mmu_lock);

		write_lock(&w->kvm.mmu_lock);
		set_attr(w, page, nr, to);
		invalidate_end(w);
		write_unlock(&w->kvm.mmu_lock);
	}
	pthread_mutex_unlock(&w->slots_lock);
	return ret;
}

static void unmap(struct world *w, int page, int nr, unsigned int filter)
{
	unmap_begin(w, page, nr, filter, false);
	write_unlock(&w->kvm.mmu_lock);

	write_lock(&w->kvm.mmu_lock);
	invalidate_end(w);
	write_unlock(&w->kvm.mmu_lock);
}

int world_punch_unlocked(struct world *w, int page, int nr)
{
	int ret = kvm_mirror_prepare_zap(&w->kvm);

	if (!ret)
		unmap(w, page, nr, KVM_FILTER_PRIVATE);
	return ret;
}

int world_punch(struct world *w, int page, int nr)
{
	int ret;

	pthread_mutex_lock(&w->gmem_lock);
	ret = world_punch_unlocked(w, page, nr);
	pthread_mutex_unlock(&w->gmem_lock);
	return ret;
}

void world_hva_unmap(struct world *w, int page, int nr)
{
	unmap(w, page, nr, KVM_FILTER_SHARED);
}

void world_slot_unmap(struct world *w, int page, int nr)
{
	pthread_mutex_lock(&w->slots_lock);
	unmap(w, page, nr, 0);
	pthread_mutex_unlock(&w->slots_lock);
}

/* Like kvm_mmu_zap_all_fast(). */
void world_zap_all_fast(struct world *w)
{
	pthread_mutex_lock(&w->slots_lock);
	write_lock(&w->kvm.mmu_lock);
	kvm_tdp_mmu_invalidate_all_roots(&w->kvm);
	write_unlock(&w->kvm.mmu_lock);
	kvm_tdp_mmu_zap_invalidated_roots(&w->kvm);
	pthread_mutex_unlock(&w->slots_lock);
}

/* The guest */

bool world_enter(struct world *w, int v)
{
	struct sim_vcpu *s = w->vcpus[v];

	__atomic_add_fetch(&s->entries, 1, __ATOMIC_SEQ_CST);
	if (kvm_mirror_vcpus_held(&w->kvm) || kvm_mock_enter(w->mock, &s->epoch)) {
		__atomic_add_fetch(&s->entries, 1, __ATOMIC_SEQ_CST);
		return false;
	}
	if (s->tlb_epoch != s->epoch)
		memset(s->tlb, 0, sizeof(s->tlb));
	s->tlb_epoch = s->epoch;
	return true;
}

void world_exit(struct world *w, int v)
{
	struct sim_vcpu *s = w->vcpus[v];

	if (!(s->entries & 1))
		return;
	kvm_mock_exit(w->mock, s->epoch);
	__atomic_store_n(&s->kicked, 0, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&s->entries, 1, __ATOMIC_SEQ_CST);
}

/*
 * A vCPU that is in the guest accesses a page.  Returns false if the access faults.  An
 * access to a pending page accepts the page.
 */
static bool touch(struct world *w, struct sim_vcpu *s, int page)
{
	enum kvm_mock_state state;
	kvm_pfn_t pfn;
	int level;

	if (!s->tlb[page]) {
		state = kvm_mock_walk(w->mock, world_gfn(page), &pfn, &level);
		if (state == KVM_MOCK_PENDING)
			(void)kvm_mock_accept(w->mock, gfn_round_for_level(world_gfn(page), level), level);
		if (state != KVM_MOCK_MAPPED)
			return state == KVM_MOCK_PENDING;
		s->tlb[page] = (u32)(pfn - SHIM_GUEST_PFN) + 1;
	}

	/*
	 * Did track and kick flush what they had to?  A translation that is still in use
	 * must lead to the right page, and the guest must own that page.
	 */
	if (s->tlb[page] != (u32)page + 1 ||
	    __atomic_load_n(&pfn_to_page(SHIM_GUEST_PFN + page)->owner, __ATOMIC_SEQ_CST) != OWNER_GUEST)
		atomic_inc(&w->nr_stale);
	return true;
}

int world_access(struct world *w, int v, int page)
{
	struct sim_vcpu *s = w->vcpus[v];
	bool done;

	if (!(s->entries & 1) && !world_enter(w, v))
		return RET_PF_RETRY;

	done = touch(w, s, page);
	if (done && !__atomic_load_n(&s->kicked, __ATOMIC_SEQ_CST))
		return RET_PF_FIXED;

	world_exit(w, v);
	return done ? RET_PF_FIXED : world_fault(w, v, page, PRIVATE);
}

/* Checks */

bool world_verify(struct world *w)
{
	struct kvm_mirror_report report;
	int ret = kvm_mirror_verify(&w->kvm, &report);

	if (ret == -ESRCH)
		return true;
	if (ret || report.nr_wrong || report.nr_unread || !report.nr_entries) {
		fprintf(stderr, "# verify: %d, entries %lu wrong %lu unread %lu, first gfn %#llx level %d\n",
			ret, report.nr_entries, report.nr_wrong, report.nr_unread,
			(unsigned long long)report.first_gfn, report.first_level);
		return false;
	}
	return true;
}

s64 world_counter(struct world *w, enum mirror_counter counter)
{
	kvm_mirror_sum_stat(&w->kvm);
	return atomic64_read(&w->kvm.stat.mirror.values[counter]);
}

int world_mapped(struct world *w, int page, enum side side)
{
	struct kvm_vcpu *vcpu = &w->vcpus[0]->vcpu;
	u64 sptes[PT64_ROOT_MAX_LEVEL + 1];
	int level, root_level;
	kvm_pfn_t pfn;

	if (side == PRIVATE) {
		enum kvm_mock_state state = kvm_mock_walk(w->mock, world_gfn(page), &pfn, &level);

		return state == KVM_MOCK_MAPPED || state == KVM_MOCK_PENDING ? level : 0;
	}

	if (vcpu->arch.mmu->root.hpa == INVALID_PAGE)
		return 0;
	kvm_tdp_mmu_walk_lockless_begin();
	level = kvm_tdp_mmu_get_walk(vcpu, gfn_to_gpa(world_gfn(page) | SHARED_GFN), sptes, &root_level);
	kvm_tdp_mmu_walk_lockless_end();
	return is_shadow_present_pte(sptes[level]) ? level : 0;
}
