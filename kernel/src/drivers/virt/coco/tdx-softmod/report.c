// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDREPORT.
 *
 * The key of its MAC is random and exists only while softmod is loaded, and all fields that
 * would name a TDX module and its security version are zero: no verifier can take the
 * report for a genuine one.
 */

#include "core.h"

/* Type of the report, and offsets in its 1024 bytes. */
#define TYPE		0x81
#define TCB_HASH	0x020
#define TD_HASH		0x050
#define DATA		0x080
#define MAC		0x0e0
#define TCB		0x100
#define TCB_SIZE	239
#define TD_INFO		0x200
#define TD_INFO_SIZE	512

static void put(u8 *to, const void *from, size_t size)
{
	memcpy(to, from, size);
}

static void hash(u8 *to, const u8 *from, size_t size)
{
	struct sm_sha384 sha;

	sm_platform_sha384_init(&sha);
	sm_platform_sha384_update(&sha, from, size);
	sm_platform_sha384_final(&sha, to);
}

u64 sm_report(struct sm_vcpu *vcpu, const u8 data[SM_REPORTDATA_SIZE], u8 report[SM_REPORT_SIZE])
{
	struct sm_tdcs *tdcs = vcpu->tdcs;
	u8 *td = report + TD_INFO;

	if (!sm_try_lock(&tdcs->rtmr_lock, SM_SHARED))
		return TDX_OPERAND_BUSY | TDX_OPERAND_ID_RTMR;
	memset(report, 0, SM_REPORT_SIZE);
	report[0] = TYPE;
	put(report + DATA, data, SM_REPORTDATA_SIZE);

	put(td + 0x000, &tdcs->attributes, 8);
	put(td + 0x008, &tdcs->xfam, 8);
	put(td + 0x010, tdcs->mrtd, SM_SHA384_SIZE);
	put(td + 0x040, tdcs->mrconfigid, SM_SHA384_SIZE);
	put(td + 0x070, tdcs->mrowner, SM_SHA384_SIZE);
	put(td + 0x0a0, tdcs->mrownerconfig, SM_SHA384_SIZE);
	put(td + 0x0d0, tdcs->rtmr, sizeof(tdcs->rtmr));
	put(td + 0x190, tdcs->servtd_hash, SM_SHA384_SIZE);
	sm_unlock(&tdcs->rtmr_lock, SM_SHARED);

	hash(report + TCB_HASH, report + TCB, TCB_SIZE);
	hash(report + TD_HASH, td, TD_INFO_SIZE);
	sm_platform_hmac(sm_sys.report_key, report, MAC, report + MAC);
	return TDX_SUCCESS;
}

u64 sm_report_verify(const u8 mac[SM_REPORTMAC_SIZE])
{
	u8 expected[SM_SHA256_SIZE], different = 0;
	unsigned int i;

	sm_platform_hmac(sm_sys.report_key, mac, MAC, expected);
	/* Compare in constant time, or a guest could guess the MAC byte by byte. */
	for (i = 0; i < sizeof(expected); i++)
		different |= expected[i] ^ mac[MAC + i];
	return different ? TDX_INVALID_REPORTMACSTRUCT : TDX_SUCCESS;
}
