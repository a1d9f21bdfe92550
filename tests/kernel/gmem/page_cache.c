// SPDX-License-Identifier: GPL-2.0-only
#include "gmem_folio.h"

atomic_t nr_failed_splits, nr_invalidate_waits, nr_lock_waiters, nr_idle, time_stands_still;
void (*on_split)(void), (*on_invalidate_wait)(void);
__thread int nr_folio_locks;
unsigned long jiffies, nr_cleared;

void schedule_timeout_killable(long ticks)
{
	BUG_ON(nr_folio_locks);
	__atomic_fetch_add(&jiffies, (unsigned long)ticks, __ATOMIC_SEQ_CST);
	atomic_inc(&nr_idle);
	do {
		sched_yield();
	} while (atomic_read(&time_stands_still));
	atomic_dec(&nr_idle);
}

/* Folios */

static struct folio *new_folio(unsigned int order)
{
	struct folio *folio = calloc(1, sizeof(*folio));

	folio->order = order;
	folio->refs = 1;
	pthread_mutex_init(&folio->lock, NULL);
	return folio;
}

struct folio *filemap_alloc_folio(gfp_t gfp, unsigned int order)
{
	return new_folio(order);
}

struct folio *filemap_get_folio(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio;

	pthread_mutex_lock(&mapping->lock);
	folio = mapping->folios[index];
	if (folio)
		folio->refs++;
	pthread_mutex_unlock(&mapping->lock);
	return folio ?: ERR_PTR(-ENOENT);
}

void folio_put(struct folio *folio)
{
	struct address_space *mapping = folio->mapping;
	int refs;

	if (mapping)
		pthread_mutex_lock(&mapping->lock);
	refs = --folio->refs;
	if (mapping)
		pthread_mutex_unlock(&mapping->lock);
	if (!refs)
		free(folio);
}

void folio_lock(struct folio *folio)
{
	if (pthread_mutex_trylock(&folio->lock)) {
		atomic_inc(&nr_lock_waiters);
		pthread_mutex_lock(&folio->lock);
		atomic_dec(&nr_lock_waiters);
	}
	nr_folio_locks++;
}

void folio_unlock(struct folio *folio)
{
	nr_folio_locks--;
	pthread_mutex_unlock(&folio->lock);
}

/* A folio that is split while somebody waits for its lock has fewer pages then: look again. */
struct folio *filemap_lock_folio(struct address_space *mapping, pgoff_t index)
{
	for (;;) {
		struct folio *folio = filemap_get_folio(mapping, index);

		if (IS_ERR(folio))
			return folio;
		folio_lock(folio);
		if (index - folio->index < folio_nr_pages(folio))
			return folio;
		folio_unlock(folio);
		folio_put(folio);
	}
}

static bool add(struct address_space *mapping, struct folio *folio, pgoff_t index)
{
	pgoff_t i;
	bool is_free = true;

	pthread_mutex_lock(&mapping->lock);
	for (i = index; i < index + folio_nr_pages(folio); i++)
		is_free = is_free && !mapping->folios[i];
	for (i = index; is_free && i < index + folio_nr_pages(folio); i++)
		mapping->folios[i] = folio;
	if (is_free) {
		folio->mapping = mapping;
		folio->index = index;
		folio->refs += (int)folio_nr_pages(folio);
	}
	pthread_mutex_unlock(&mapping->lock);
	return is_free;
}

int filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index, gfp_t gfp)
{
	folio_lock(folio);
	if (add(mapping, folio, index))
		return 0;
	folio_unlock(folio);
	return -EEXIST;
}

struct folio *filemap_grab_folio(struct address_space *mapping, pgoff_t index)
{
	for (;;) {
		struct folio *folio = filemap_lock_folio(mapping, index);

		if (!IS_ERR(folio))
			return folio;
		folio = new_folio(0);
		if (!filemap_add_folio(mapping, folio, index, 0))
			return folio;
		folio_put(folio);
	}
}

bool filemap_range_has_page(struct address_space *mapping, loff_t start, loff_t end)
{
	bool has = false;

	pthread_mutex_lock(&mapping->lock);
	for (loff_t i = start >> PAGE_SHIFT; i <= end >> PAGE_SHIFT; i++)
		has = has || mapping->folios[i];
	pthread_mutex_unlock(&mapping->lock);
	return has;
}

int split_folio_to_order(struct folio *folio, unsigned int order)
{
	struct address_space *mapping = folio->mapping;
	pgoff_t i, nr = folio_nr_pages(folio);

	BUG_ON(order || !nr_folio_locks);
	if (on_split)
		on_split();

	pthread_mutex_lock(&mapping->lock);
	if (folio->refs != (int)nr + 1) {
		pthread_mutex_unlock(&mapping->lock);
		atomic_inc(&nr_failed_splits);
		return -EAGAIN;
	}
	for (i = 1; i < nr; i++) {
		struct folio *page = new_folio(0);

		page->mapping = mapping;
		page->index = folio->index + i;
		page->uptodate = folio->uptodate;
		mapping->folios[page->index] = page;
	}
	folio->refs = 2;
	WRITE_ONCE(folio->order, 0);
	pthread_mutex_unlock(&mapping->lock);
	return 0;
}

/* Locks and the inode */

static bool try_down_read(struct rw_semaphore *sem)
{
	if (sem->exclusive)
		return false;
	__atomic_fetch_add(&sem->nr_shared, 1, __ATOMIC_SEQ_CST);
	return true;
}

int down_read_trylock(struct rw_semaphore *sem)
{
	BUG_ON(nr_folio_locks);
	if (try_down_read(sem))
		return 1;
	atomic_inc(&nr_invalidate_waits);
	if (on_invalidate_wait)
		on_invalidate_wait();
	return 0;
}

void filemap_invalidate_lock_shared(struct address_space *mapping)
{
	BUG_ON(nr_folio_locks);
	atomic_inc(&nr_invalidate_waits);
	BUG_ON(!try_down_read(&mapping->invalidate_lock));
}

void filemap_invalidate_unlock_shared(struct address_space *mapping)
{
	__atomic_fetch_sub(&mapping->invalidate_lock.nr_shared, 1, __ATOMIC_SEQ_CST);
}

struct inode *igrab(struct inode *inode)
{
	if (inode->freeing)
		return NULL;
	inode->refs++;
	return inode;
}

/* The last reference frees the file's folios, for which it takes their locks. */
void iput(struct inode *inode)
{
	BUG_ON(nr_folio_locks);
	inode->refs--;
}

bool kvm_range_has_memory_attributes(struct kvm *kvm, gfn_t start, gfn_t end, unsigned long mask, unsigned long attrs)
{
	return true;
}
