/* Checks that report themselves in the kvm-unit-tests manner. */
#ifndef FIRMWARE_TEST_H
#define FIRMWARE_TEST_H

#include "console.h"
#include "outcome.h"

void section(const char *title);
void check(const char *name, bool holds);
void check_number(const char *name, u64 got, u64 want);		/* hexadecimal; not for what depends on the machine */
void check_text(const char *name, const char *got, const char *want);
void check_outcome(const char *name, outcome got, outcome want);

/* A condition without which going on is pointless: fails the test and ends the run. */
void require(const char *name, bool holds);

/* Prints the SUMMARY line; what main has to return. */
int test_summary(void);

#endif
