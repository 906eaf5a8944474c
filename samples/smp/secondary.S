/*
 * What a CPU other than the first begins with. Its prefix area says what it needs (see struct start in smp.c), so that it
 * needs nothing but real addresses to get going.
 */
#include "lowcore.h"

#define START_CR0	0x600
#define START_STACK	0x608
#define START_FUNCTION	0x610

	.text
	.globl	secondary_entry
secondary_entry:
	lctlg	%c0,%c0,START_CR0
	lg	%r15,START_STACK
	lg	%r1,START_FUNCTION
	basr	%r14,%r1
	j	.

/*
 * u32 load_until_fault(volatile u64 *p): loads from *p with DAT on, again and again, until a program interruption ends that;
 * returns its code. The caller has made load_fault this CPU's program-new PSW, which has DAT off.
 */
	.globl	load_until_fault
	.globl	load_fault
load_until_fault:
	stosm	0x620,0x04
0:	lg	%r0,0(%r2)
	j	0b
load_fault:
	llgh	%r2,LC_PGM_CODE
	br	%r14

/* void wait_enabled(void): an enabled wait; returns after one external interruption. */
	.globl	wait_enabled
wait_enabled:
	larl	%r1,wait_enabled_psw
	lpswe	0(%r1)
0:	br	%r14

	.data
	.balign	8
wait_enabled_psw:
	.quad	PSW_EXT | PSW_WAIT | PSW_EA_BA, 0b
