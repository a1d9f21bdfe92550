// SPDX-License-Identifier: GPL-2.0-only
/* Symbols of softmod for the test modules in this folder.  Nobody else may use them. */
#include <linux/export.h>

#include "../core.h"
#include "../module.h"

#define FOR_TESTS(symbol)	EXPORT_SYMBOL_NS_GPL(symbol, TDX_SOFTMOD_TEST)

FOR_TESTS(sm_injection);
FOR_TESTS(sm_kot_limit);
FOR_TESTS(sm_leaf);
FOR_TESTS(sm_page_at);
FOR_TESTS(sm_pamt_set);
FOR_TESTS(sm_seamcall);
FOR_TESTS(sm_sept_walk);
FOR_TESTS(sm_sys);
FOR_TESTS(sm_va);
