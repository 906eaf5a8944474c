/*
 * Interrupted instructions between labels: NAME starts where the instruction starts, NAME_end is what follows it. All are
 * functions without arguments.
 */
	.macro	sequence name
	.globl	\name, \name\()_start, \name\()_end
	.balign	8
\name:
	.endm

	.text
	sequence svc_plain
svc_plain_start:
	svc	17
svc_plain_end:
	br	%r14

	sequence svc_by_ex			/* the immediate byte is ORed with bits 56-63 of register 1 */
	lghi	%r1,0x05
	larl	%r2,svc_target
svc_by_ex_start:
	ex	%r1,0(%r2)
svc_by_ex_end:
	br	%r14

	sequence svc_by_exrl
	lghi	%r1,0x05
svc_by_exrl_start:
	exrl	%r1,svc_target
svc_by_exrl_end:
	br	%r14

	.balign	2
svc_target:
	svc	0x20

	sequence operation_2			/* operation code 00 is invalid for ever; the next two are unassigned */
operation_2_start:
	.short	0x0000
operation_2_end:
	br	%r14

	sequence operation_4
operation_4_start:
	.long	0xb9ff0000
operation_4_end:
	br	%r14

	sequence operation_6
operation_6_start:
	.short	0xe300, 0x0000, 0x00ff
operation_6_end:
	br	%r14

	sequence execute_of_execute
	larl	%r2,execute_target
execute_of_execute_start:
	ex	%r0,0(%r2)
execute_of_execute_end:
	br	%r14

	.balign	2
execute_target:
	ex	%r0,0(%r2)

	sequence odd_pair
odd_pair_start:
	.insn	rre,0xb9870000,%r1,%r2		/* DLGR, which the assembler would refuse */
odd_pair_end:
	br	%r14

	sequence beyond_storage
	llihh	%r1,0x7fff
beyond_storage_start:
	lg	%r2,0(%r1)
beyond_storage_end:
	br	%r14

	sequence divide_by_zero
	lghi	%r0,0
	lghi	%r1,1
	lghi	%r2,0
divide_by_zero_start:
	dlgr	%r0,%r2
divide_by_zero_end:
	br	%r14

	sequence overflow			/* fixed-point-overflow mask on, 2^31 - 1 + 1 */
	llilh	%r0,0x0800
	spm	%r0
	llilf	%r1,0x7fffffff
	lhi	%r2,1
overflow_start:
	ar	%r1,%r2
overflow_end:
	lghi	%r0,0
	spm	%r0
	br	%r14

	sequence decimal_data			/* the last four bits have to be a sign, and 1 is none */
	larl	%r2,not_decimal
decimal_data_start:
	cvb	%r1,0(%r2)
decimal_data_end:
	br	%r14

	sequence compare_and_trap
	lghi	%r1,5
compare_and_trap_start:
	cgite	%r1,5
compare_and_trap_end:
	br	%r14

	sequence monitor_call
monitor_call_start:
	mc	0x123(0),3
monitor_call_end:
	br	%r14

	/* void wait_with(const struct psw *): the PSW's address is wait_with_end */
	.globl	wait_with, wait_with_end
wait_with:
	lpswe	0(%r2)
wait_with_end:
	br	%r14

	.section .rodata
	.balign	8
not_decimal:
	.quad	0x0000000000000001

	sequence early_lpswe			/* bit 0 of the PSW must be zero */
	larl	%r1,early_psw
	larl	%r2,early_lpswe_end
	stg	%r2,8(%r1)
early_lpswe_start:
	lpswe	0(%r1)
early_lpswe_end:
	br	%r14

	sequence early_lpsw
	larl	%r1,early_short_psw
	larl	%r2,early_lpsw_end
	oilh	%r2,0x8000
	st	%r2,4(%r1)
early_lpsw_start:
	lpsw	0(%r1)
early_lpsw_end:
	br	%r14

	sequence long_psw_by_lpsw		/* bit 12 must be one */
	larl	%r1,early_psw
long_psw_by_lpsw_start:
	lpsw	0(%r1)
long_psw_by_lpsw_end:
	br	%r14

	sequence early_stosm
	larl	%r1,early_scratch
early_stosm_start:
	stosm	0(%r1),0x80
early_stosm_end:
	br	%r14

	sequence early_by_exrl
	larl	%r1,early_scratch
early_by_exrl_start:
	exrl	%r0,stosm_target
early_by_exrl_end:
	br	%r14

	sequence execute_odd
	larl	%r1,early_scratch
execute_odd_start:
	ex	%r0,1(%r1)
execute_odd_end:
	br	%r14

	sequence prefix_odd			/* privileged, and a specification exception in the supervisor state */
	larl	%r1,early_scratch
prefix_odd_start:
	spx	1(%r1)
prefix_odd_end:
	br	%r14

stosm_target:
	stosm	0(%r1),0x80

	.data
	.balign	16
early_psw:
	.quad	0x8000000180000000, 0
early_short_psw:
	.long	0x80080000, 0
early_scratch:
	.quad	0
