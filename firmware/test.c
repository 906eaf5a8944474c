#include "cpu.h"
#include "string.h"
#include "test.h"

/* What was seen is part of a line when it is as wanted, too: the log is meant to be read. */

static u32 tests, failures;

void section(const char *title)
{
	printf("\n== %s\n", title);
}

static bool count(bool passed)
{
	tests++;
	failures += !passed;
	return passed;
}

void check(const char *name, bool holds)
{
	printf("%s: %s\n", count(holds) ? "PASS" : "FAIL", name);
}

void check_number(const char *name, u64 got, u64 want)
{
	if (count(got == want))
		printf("PASS: %s: %lx\n", name, got);
	else
		printf("FAIL: %s: got %lx want %lx\n", name, got, want);
}

void check_text(const char *name, const char *got, const char *want)
{
	if (count(!strcmp(got, want)))
		printf("PASS: %s: %s\n", name, got);
	else
		printf("FAIL: %s: got %s want %s\n", name, got, want);
}

void check_outcome(const char *name, outcome got, outcome want)
{
	check_text(name, outcome_text(got), outcome_text(want));
}

void require(const char *name, bool holds)
{
	check(name, holds);
	if (!holds)
		exit(test_summary());
}

int test_summary(void)
{
	printf("\nSUMMARY: %u tests", tests);
	if (failures)
		printf(", %u unexpected failures", failures);
	printf("\n");
	return failures != 0;
}
