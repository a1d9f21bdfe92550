/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GMEM_PAGE_CACHE_H
#define GMEM_PAGE_CACHE_H

/*
 * A page cache of one file: folios with a lock and references, an invalidate lock, and the rules of their use.
 * As in the kernel, a folio can be split only if nobody but the page cache and the caller has a reference to it, and who
 * waits for a folio's lock has one.  To wait for the invalidate lock with a folio's lock held is a BUG, because
 * whoever punches a hole takes them in the other order.
 */

#define CONFIG_TRANSPARENT_HUGEPAGE 1
#define PMD_ORDER 9
#define PMD_SIZE (1UL << PMD_SHIFT)
#define HZ 250
#define FILE_PAGES 2048
#define __GFP_NORETRY 8u
#define __GFP_NOWARN 16u
#define MF_DELAYED 2
#define KVM_MEMORY_ATTRIBUTE_PRIVATE BIT(3)
#define round_down(x, y) ALIGN_DOWN(x, y)
#define ERR_PTR(e) ((void *)(long)(e))
#define PTR_ERR(p) ((int)(long)(p))
#define IS_ERR(p) ((unsigned long)(p) >= -4095UL)

typedef unsigned long pgoff_t;
struct inode {
	pthread_mutex_t rwsem;
	int refs;
	/* For a negative test: the inode is being freed. */
	bool freeing;
};
struct address_space {
	struct inode *host;
	struct list_head i_private_list;
	/* Protects the array, the references and the indices of the folios. */
	pthread_mutex_t lock;
	struct folio *folios[FILE_PAGES];
	/* Somebody holds it exclusively; number of shared holders. */
	struct rw_semaphore {
		bool exclusive;
		int nr_shared;
	} invalidate_lock;
};
struct folio {
	struct address_space *mapping;
	pgoff_t index;
	unsigned int order;
	int refs;
	bool uptodate, poisoned;
	pthread_mutex_t lock;
};
struct xarray { int unused; };
struct kvm { int unused; };
struct kvm_memory_slot {
	gfn_t base_gfn;
	unsigned long npages;
	struct { pgoff_t pgoff; } gmem;
};

/* How often a split failed for a reference, and how often somebody found the invalidate lock taken or waited for it. */
extern atomic_t nr_failed_splits, nr_invalidate_waits;
/* Called when somebody finds the invalidate lock taken; NULL: nothing. */
extern void (*on_invalidate_wait)(void);
/* Threads that wait for a folio's lock, and threads that let time pass. */
extern atomic_t nr_lock_waiters, nr_idle;
/* Called in a split, with the folio locked; NULL: nothing. */
extern void (*on_split)(void);
/* While it is set, a thread that lets time pass stays where it is. */
extern atomic_t time_stands_still;
extern __thread int nr_folio_locks;
/* Time passes when somebody waits for it. */
extern unsigned long jiffies;

#define time_after(a, b) ((long)((b) - (a)) < 0)
#define fatal_signal_pending(task) shim_signal_pending()
/* Pages that were zeroed. */
extern unsigned long nr_cleared;
#define clear_highpage(page) ((void)(page), (void)nr_cleared++)
bool kvm_arch_gmem_is_zeroed(struct kvm *kvm);
void schedule_timeout_killable(long ticks);

struct folio *filemap_get_folio(struct address_space *mapping, pgoff_t index);
struct folio *filemap_lock_folio(struct address_space *mapping, pgoff_t index);
struct folio *filemap_grab_folio(struct address_space *mapping, pgoff_t index);
struct folio *filemap_alloc_folio(gfp_t gfp, unsigned int order);
int filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index, gfp_t gfp);
bool filemap_range_has_page(struct address_space *mapping, loff_t start, loff_t end);
void folio_lock(struct folio *folio);
void folio_unlock(struct folio *folio);
void folio_put(struct folio *folio);
int split_folio_to_order(struct folio *folio, unsigned int order);
int down_read_trylock(struct rw_semaphore *sem);
void filemap_invalidate_lock_shared(struct address_space *mapping);
void filemap_invalidate_unlock_shared(struct address_space *mapping);
struct inode *igrab(struct inode *inode);
void iput(struct inode *inode);
#define inode_trylock(inode) (!pthread_mutex_trylock(&(inode)->rwsem))
#define inode_unlock(inode) pthread_mutex_unlock(&(inode)->rwsem)
#define mapping_gfp_mask(mapping) 0u
#define folio_nr_pages(folio) (1UL << READ_ONCE((folio)->order))
#define folio_order(folio) READ_ONCE((folio)->order)
#define folio_test_large(folio) (READ_ONCE((folio)->order) > 0)
#define folio_test_uptodate(folio) READ_ONCE((folio)->uptodate)
#define folio_mark_uptodate(folio) WRITE_ONCE((folio)->uptodate, true)
#define folio_pfn(folio) ((kvm_pfn_t)(folio)->index)
#define folio_page(folio, i) ((void)(i), (folio))
#define folio_test_has_hwpoisoned(folio) READ_ONCE((folio)->poisoned)
bool kvm_range_has_memory_attributes(struct kvm *kvm, gfn_t start, gfn_t end, unsigned long mask, unsigned long attrs);

#endif
