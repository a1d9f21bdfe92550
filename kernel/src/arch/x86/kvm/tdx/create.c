// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creation of a TD in the TDX module.
 */
#include <linux/cpu.h>

#include "tdx.h"

/* A busy TDX module is no mistake of user space: return -EAGAIN, so that it tries again. */
static int check(enum tdx_host_leaf leaf, u64 status)
{
	int ret = td_check(leaf, status);

	return ret == -EBUSY ? -EAGAIN : ret;
}

static int config_key(void *arg)
{
	struct kvm_tdx *td = arg;
	int tries = TD_BUSY_RETRIES;
	u64 status;

	do {
		status = tdh_mng_key_config(td->tdr);
	} while ((tdx_status_is_busy(status) ||
		  tdx_status_is(status, TDX_KEY_GENERATION_FAILED)) && --tries);

	/* The CPU is short of entropy for a key: user space may try again. */
	if (tdx_status_is(status, TDX_KEY_GENERATION_FAILED))
		return -EAGAIN;

	return check(TDH_MNG_KEY_CONFIG, status);
}

/* Take a KeyID and create the TDR with it. */
static int create_root(struct kvm_tdx *td, u64 *ret_status)
{
	phys_addr_t tdr;
	int ret;

	ret = td_take_keyid(td);
	if (ret)
		return ret;

	tdr = td_alloc_page();
	if (!tdr) {
		ret = -ENOMEM;
		goto err_keyid;
	}

	*ret_status = tdh_mng_create(tdr, td->keyid);
	ret = check(TDH_MNG_CREATE, *ret_status);
	if (ret)
		goto err_page;

	td->tdr = tdr;
	return 0;

err_page:
	td_free_page(tdr);
err_keyid:
	td_put_keyid(td);
	return ret;
}

static int add_tdcs(struct kvm_tdx *td, u64 *ret_status)
{
	unsigned int i, nr = tdx_nr_tdcs_pages(tdx_get_sys_info());
	phys_addr_t page;
	int ret;

	for (i = 0; i < nr; i++) {
		page = td_alloc_page();
		if (!page)
			return -ENOMEM;

		*ret_status = tdh_mng_addcx(td->tdr, page);
		ret = check(TDH_MNG_ADDCX, *ret_status);
		if (ret) {
			td_free_page(page);
			return ret;
		}
		td->tdcs[i] = page;
	}

	return 0;
}

static int init(struct kvm_tdx *td, const struct tdx_td_params *params, u64 *ret_status)
{
	u64 refused;
	int ret;

	*ret_status = tdh_mng_init(td->tdr, __pa(params), &refused);
	/* The module checks what user space asked for more closely than KVM does. */
	if (tdx_status_is(*ret_status, TDX_OPERAND_INVALID))
		return -EINVAL;

	ret = check(TDH_MNG_INIT, *ret_status);
	if (ret)
		return ret;

	*ret_status = tdh_mng_rd(td->tdr, TDX_MD_TD_TSC_OFFSET, &td->tsc_offset);
	ret = check(TDH_MNG_RD, *ret_status);
	if (ret)
		return ret;

	*ret_status = tdh_mng_rd(td->tdr, TDX_MD_TD_TSC_MULTIPLIER, &td->tsc_multiplier);
	return check(TDH_MNG_RD, *ret_status);
}

/*
 * Create a TD.  *@ret_status is the status of the last SEAMCALL that creates it, other than
 * TDH.MNG.KEY.CONFIG.  After an error nothing is left of the TD:
 *
 * -EAGAIN  the module was busy, or the CPU was short of entropy
 * -EINVAL  the module refused @params
 * -ENOSPC  all KeyIDs are in use
 * -EBUSY   the cgroup may not have another KeyID
 * -ENOMEM, -EIO
 */
int td_create(struct kvm_tdx *td, const struct tdx_td_params *params, u64 *ret_status)
{
	int ret;

	mutex_lock(&td_keys_lock);
	/*
	 * If a package has no online CPU, find out before the module has a TDR: a TD whose key is
	 * not configured everywhere can be neither finished nor removed.
	 */
	cpus_read_lock();
	ret = td_on_each_package(NULL, NULL);
	if (!ret)
		ret = create_root(td, ret_status);
	if (!ret)
		ret = td_on_each_package(config_key, td);
	cpus_read_unlock();
	mutex_unlock(&td_keys_lock);

	if (!ret)
		ret = add_tdcs(td, ret_status);
	if (!ret)
		ret = init(td, params, ret_status);
	if (ret)
		td_destroy(td);

	return ret;
}
