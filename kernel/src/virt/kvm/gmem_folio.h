/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_GMEM_FOLIO_H
#define __KVM_GMEM_FOLIO_H

#include <linux/kvm_host.h>
#include <linux/pgtable.h>

/*
 * Folios of a guest_memfd: huge where a huge folio serves the guest, one page
 * everywhere else.  Nothing in between, KVM could not map it.
 */
#define KVM_GMEM_HUGE_PAGES	(PMD_SIZE >> PAGE_SHIFT)

/*
 * Return the folio at @index, locked and with a reference, or an ERR_PTR.  Both
 * create it if need be, and may sleep.
 */
struct folio *kvm_gmem_grab_slot_folio(struct kvm *kvm, struct kvm_memory_slot *slot,
				       struct address_space *mapping, pgoff_t index);
struct folio *kvm_gmem_grab_range_folio(struct address_space *mapping, pgoff_t index,
					pgoff_t start, pgoff_t end);

int kvm_gmem_slot_order(const struct kvm_memory_slot *slot, const struct folio *folio);

/* May sleep; -EBUSY if somebody keeps hold of the folio, -ENOMEM, -EINTR. */
int __must_check kvm_gmem_make_page(struct address_space *mapping, pgoff_t index);
int __must_check kvm_gmem_split_edges(struct address_space *mapping, pgoff_t start, pgoff_t end);

bool __must_check kvm_gmem_lock_poisoned(struct address_space *mapping, struct folio *folio);
void kvm_gmem_unlock_poisoned(struct address_space *mapping, struct folio *folio);

#endif
