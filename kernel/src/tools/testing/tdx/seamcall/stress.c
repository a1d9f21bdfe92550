// SPDX-License-Identifier: GPL-2.0-only
/* Threads take and drop references to TDX while the backend is registered and unregistered. */

#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/kthread.h>

#include "fake.h"
#include "test.h"

#define ROUNDS		50
#define NR_THREADS	4

static atomic_t bad;
static atomic_t gets;

static int user(void *unused)
{
	while (!kthread_should_stop()) {
		int keyid;

		if (tdx_get()) {
			cond_resched();
			continue;
		}
		atomic_inc(&gets);
		/* As long as there is a reference, TDX must stay enabled. */
		if (!tdx_is_enabled() || !tdx_is_available() || !tdx_get_sys_info() ||
		    tdx_nr_guest_keyids() != FAKE_NR_KEYIDS - 1)
			atomic_inc(&bad);
		keyid = tdx_guest_keyid_alloc();
		if (keyid <= FAKE_FIRST_KEYID || keyid >= FAKE_FIRST_KEYID + FAKE_NR_KEYIDS)
			atomic_inc(&bad);
		if (tdh_mem_track(0x1000) != TDX_SUCCESS)
			atomic_inc(&bad);
		if (keyid > 0)
			tdx_guest_keyid_free(keyid);
		tdx_put();
		cond_resched();
	}
	return 0;
}

void case_users_against_unregister(void)
{
	struct task_struct *threads[NR_THREADS];
	unsigned int i, nr, rounds = 0;
	int r = 0;

	atomic_set(&bad, 0);
	atomic_set(&gets, 0);
	for (nr = 0; nr < NR_THREADS; nr++) {
		threads[nr] = kthread_run(user, NULL, "seamcall_test/%u", nr);
		if (IS_ERR(threads[nr]))
			break;
	}
	expect(nr == NR_THREADS);
	while (!r && nr && (rounds < ROUNDS || !atomic_read(&gets))) {
		fake_reset();
		r = bring_up();
		/* Unregistering is refused while a thread has a reference. */
		while (!r && tdx_unregister_backend(&fake_backend) == -EBUSY)
			cond_resched();
		rounds++;
	}
	for (i = 0; i < nr; i++)
		kthread_stop(threads[i]);
	say("# %u rounds, %d references taken", rounds, atomic_read(&gets));
	expect(r == 0);
	expect(atomic_read(&bad) == 0);
}
