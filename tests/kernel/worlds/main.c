// SPDX-License-Identifier: GPL-2.0-only
/* Runs the tests, prints KTAP. */
#include <stdarg.h>

#include "test.h"

static int nr_tests, nr_failed;

void report(bool ok, const char *name, const char *format, ...)
{
	va_list args;

	nr_failed += !ok;
	printf("%s %d - worlds.%s # ", ok ? "ok" : "not ok", ++nr_tests, name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

int main(void)
{
	printf("KTAP version 1\n");
	test_controls();
	test_msr();
	test_tables();
	test_svm();
	test_vmx();
	printf("1..%d\n", nr_tests);
	return nr_failed || !nr_tests;
}
