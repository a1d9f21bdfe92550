/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ASM_X86_TDX_LEAVES_H
#define _ASM_X86_TDX_LEAVES_H

/*
 * The one table of the functions of SEAMCALL, which the interface calls leaves: number of the
 * leaf, its name in identifiers, and its name in the interface, without "TDH.".
 *
 * The constants TDH_* and the names in traces and in the log are made from this table.  The
 * software TDX module builds only if its own table has a row for each leaf, and a test compares
 * the names with those that user space has (common/seamcall.c).
 */
#define TDX_HOST_LEAVES(LEAF)							\
	LEAF(0,		VP_ENTER,		"VP.ENTER")			\
	LEAF(1,		MNG_ADDCX,		"MNG.ADDCX")			\
	LEAF(2,		MEM_PAGE_ADD,		"MEM.PAGE.ADD")			\
	LEAF(3,		MEM_SEPT_ADD,		"MEM.SEPT.ADD")			\
	LEAF(4,		VP_ADDCX,		"VP.ADDCX")			\
	LEAF(5,		MEM_PAGE_RELOCATE,	"MEM.PAGE.RELOCATE")		\
	LEAF(6,		MEM_PAGE_AUG,		"MEM.PAGE.AUG")			\
	LEAF(7,		MEM_RANGE_BLOCK,	"MEM.RANGE.BLOCK")		\
	LEAF(8,		MNG_KEY_CONFIG,		"MNG.KEY.CONFIG")		\
	LEAF(9,		MNG_CREATE,		"MNG.CREATE")			\
	LEAF(10,	VP_CREATE,		"VP.CREATE")			\
	LEAF(11,	MNG_RD,			"MNG.RD")			\
	LEAF(12,	MEM_RD,			"MEM.RD")			\
	LEAF(13,	MNG_WR,			"MNG.WR")			\
	LEAF(14,	MEM_WR,			"MEM.WR")			\
	LEAF(15,	MEM_PAGE_DEMOTE,	"MEM.PAGE.DEMOTE")		\
	LEAF(16,	MR_EXTEND,		"MR.EXTEND")			\
	LEAF(17,	MR_FINALIZE,		"MR.FINALIZE")			\
	LEAF(18,	VP_FLUSH,		"VP.FLUSH")			\
	LEAF(19,	MNG_VPFLUSHDONE,	"MNG.VPFLUSHDONE")		\
	LEAF(20,	MNG_KEY_FREEID,		"MNG.KEY.FREEID")		\
	LEAF(21,	MNG_INIT,		"MNG.INIT")			\
	LEAF(22,	VP_INIT,		"VP.INIT")			\
	LEAF(23,	MEM_PAGE_PROMOTE,	"MEM.PAGE.PROMOTE")		\
	LEAF(24,	PHYMEM_PAGE_RDMD,	"PHYMEM.PAGE.RDMD")		\
	LEAF(25,	MEM_SEPT_RD,		"MEM.SEPT.RD")			\
	LEAF(26,	VP_RD,			"VP.RD")			\
	LEAF(27,	MNG_KEY_RECLAIMID,	"MNG.KEY.RECLAIMID")		\
	LEAF(28,	PHYMEM_PAGE_RECLAIM,	"PHYMEM.PAGE.RECLAIM")		\
	LEAF(29,	MEM_PAGE_REMOVE,	"MEM.PAGE.REMOVE")		\
	LEAF(30,	MEM_SEPT_REMOVE,	"MEM.SEPT.REMOVE")		\
	LEAF(31,	SYS_KEY_CONFIG,		"SYS.KEY.CONFIG")		\
	LEAF(32,	SYS_INFO,		"SYS.INFO")			\
	LEAF(33,	SYS_INIT,		"SYS.INIT")			\
	LEAF(34,	SYS_RD,			"SYS.RD")			\
	LEAF(35,	SYS_LP_INIT,		"SYS.LP.INIT")			\
	LEAF(36,	SYS_TDMR_INIT,		"SYS.TDMR.INIT")		\
	LEAF(37,	SYS_RDALL,		"SYS.RDALL")			\
	LEAF(38,	MEM_TRACK,		"MEM.TRACK")			\
	LEAF(39,	MEM_RANGE_UNBLOCK,	"MEM.RANGE.UNBLOCK")		\
	LEAF(40,	PHYMEM_CACHE_WB,	"PHYMEM.CACHE.WB")		\
	LEAF(41,	PHYMEM_PAGE_WBINVD,	"PHYMEM.PAGE.WBINVD")		\
	LEAF(43,	VP_WR,			"VP.WR")			\
	LEAF(44,	SYS_LP_SHUTDOWN,	"SYS.LP.SHUTDOWN")		\
	LEAF(45,	SYS_CONFIG,		"SYS.CONFIG")			\
	LEAF(52,	SYS_SHUTDOWN,		"SYS.SHUTDOWN")			\
	LEAF(53,	SYS_UPDATE,		"SYS.UPDATE")			\
	LEAF(69,	SYS_DISABLE,		"SYS.DISABLE")

/* TDH_VP_ENTER = 0 and so on: RAX bits 15:0 of a SEAMCALL.  Bits 23:16 are a version. */
enum tdx_host_leaf {
#define TDX_LEAF_NUMBER(nr, id, name)	TDH_##id = (nr),
	TDX_HOST_LEAVES(TDX_LEAF_NUMBER)
#undef TDX_LEAF_NUMBER
	/* One more than the last leaf number. */
	TDX_HOST_LEAF_END
};

/* Name of a leaf, for example "MEM.PAGE.ADD" for TDH_MEM_PAGE_ADD. */
static inline const char *tdx_leaf_name(enum tdx_host_leaf leaf)
{
	switch (leaf) {
#define TDX_LEAF_NAME(nr, id, name)	case TDH_##id: return name;
	TDX_HOST_LEAVES(TDX_LEAF_NAME)
#undef TDX_LEAF_NAME
	default:
		return "unknown leaf";
	}
}

#endif /* _ASM_X86_TDX_LEAVES_H */
