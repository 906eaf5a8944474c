/* What C cannot say: access registers, the linkage stack, PROGRAM CALL. Each runs in the primary-space mode with DAT on. */
	.text
	.globl	ar_load, ar_store, ar_copy, test_access, through_stack, call_program, return_early
	.globl	service, to_primary, to_secondary, between, traced_branch

ar_load:				/* u64 ar_load(u64 address, u32 alet) */
	sar	%a2,%r3
	sac	512
	lg	%r2,0(%r2)
	sac	0
	br	%r14

ar_store:				/* void ar_store(u64 address, u32 alet, u64 value) */
	sar	%a2,%r3
	sac	512
	stg	%r4,0(%r2)
	sac	0
	br	%r14

ar_copy:				/* void ar_copy(u64 to, u32 to_alet, u64 from, u32 from_alet): 8 bytes */
	sar	%a2,%r3
	sar	%a4,%r5
	sac	512
	mvc	0(8,%r2),0(%r4)
	sac	0
	br	%r14

test_access:				/* int test_access(u32 alet, u32 eax): condition code */
	sar	%a2,%r2
	sll	%r3,16
	tar	%a2,%r3
	ipm	%r2
	srl	%r2,28
	llgfr	%r2,%r2
	br	%r14

/* A subroutine that saves nothing: PROGRAM RETURN gives everything back. Bit 63 of the return address is the 64-bit mode. */
through_stack:				/* void through_stack(u64 *state): what EXTRACT STACKED STATE tells, and its cc */
	oill	%r14,1
	bakr	%r14,%r0
	lgr	%r1,%r2
	lghi	%r6,0
	lghi	%r7,0
	lghi	%r13,0
	lghi	%r8,-1
	lghi	%r9,-2
	msta	%r8
	lghi	%r5,3
	lghi	%r10,0
	lghi	%r11,0
	esta	%r10,%r5
	ipm	%r4
	srl	%r4,28
	stg	%r10,0(%r1)
	stg	%r11,8(%r1)
	llgfr	%r4,%r4
	stg	%r4,16(%r1)
	pr

return_early:				/* void return_early(void): PROGRAM RETURN with nothing to return to */
	pr

call_program:				/* void call_program(u64 number) */
	pc	0(%r2)
	br	%r14

/* The called program, in the access-register mode: a doubleword of its own space, and of its caller's by token 1. */
service:
	larl	%r1,service_saw
	cpya	%a1,%a0			/* both zero */
	llilh	%r3,0x4000
	lghi	%r4,0
	sar	%a3,%r4
	lg	%r5,0(%r3)
	stg	%r5,0(%r1)
	lghi	%r4,1
	sar	%a3,%r4
	lg	%r5,0(%r3)
	stg	%r5,8(%r1)
	epar	%r5
	llgfr	%r5,%r5
	stg	%r5,16(%r1)
	esar	%r5
	llgfr	%r5,%r5
	stg	%r5,24(%r1)
	pr

to_primary:				/* int to_primary(u64 to, u64 from, u64 length): cc of MVCP with key 0 */
	lghi	%r0,0
	mvcp	0(%r4,%r2),0(%r3),%r0
	j	1f
to_secondary:				/* int to_secondary(u64 to, u64 from, u64 length): cc of MVCS with key 0 */
	lghi	%r0,0
	mvcs	0(%r4,%r2),0(%r3),%r0
1:	ipm	%r2
	srl	%r2,28
	llgfr	%r2,%r2
	br	%r14

between:				/* int between(u64 to, u64 from, u64 length, u64 controls): cc of MVCOS */
	lgr	%r0,%r5
	.insn	ssf,0xc80000000000,0(%r2),0(%r3),%r4
	j	1b

traced_branch:				/* void traced_branch(void) */
	larl	%r1,2f
	lgr	%r0,%r14
	basr	%r14,%r1
2:	lgr	%r14,%r0
	br	%r14

	.bss
	.balign	8
	.globl	service_saw
service_saw:
	.skip	32
