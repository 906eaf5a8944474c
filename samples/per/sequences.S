/*
 * Instructions watched by program-event recording, between labels: NAME_start is the instruction, NAME_end what follows it.
 * The PER mask of the PSW is one from NAME_start until an event interrupts, or off has been reached.
 */
	.macro	watch name
	.globl	\name, \name\()_start, \name\()_end
	.balign	8
\name:
	larl	%r1,scratch
	larl	%r2,per_data
	.endm

	.macro	on psw=watched_psw	/* LOAD PSW EXTENDED of what follows, with the PER mask: not watched itself */
	larl	%r0,watched\@
	stg	%r0,\psw+8-scratch(%r1)
	lpswe	\psw-scratch(%r1)
watched\@:
	.endm

	.macro	off
	larl	%r1,scratch
	stnsm	0(%r1),0xbf
	br	%r14
	.endm

	.text
	watch	load
	on
load_start:
	lr	%r0,%r0
load_end:
	off

	watch	branch
	on
branch_start:
	j	branch_target
branch_end:
	nopr
branch_target:
	.globl	branch_target
	off

	watch	branch_next		/* taken, though it leads to the next instruction */
	on
branch_next_start:
	j	branch_next_end
branch_next_end:
	off

	watch	branch_not
	on
branch_not_start:
	.insn	ri,0xa7040000,%r0,8	/* BRC with a mask of zeros */
branch_not_end:
	off

	watch	store
	on
store_start:
	st	%r0,8(%r2)
store_end:
	off

	watch	store_long
	on
store_long_start:
	mvc	4(8,%r2),64(%r2)
store_long_end:
	off

	watch	store_executed
	on
store_executed_start:
	exrl	%r0,store_target
store_executed_end:
	off

	watch	store_real
	lghi	%r0,0
	la	%r3,32(%r2)
	on
store_real_start:
	stura	%r0,%r3
store_real_end:
	off

	watch	move_long		/* 256 bytes up to a boundary, then as many behind it: two units of operation */
	lg	%r2,boundary-scratch(%r1)
	lghi	%r3,512
	lghi	%r4,0
	lghi	%r5,0
	on
move_long_start:
	mvcl	%r2,%r4
move_long_end:
	off

	watch	supervisor_call
	on
supervisor_call_start:
	svc	9
supervisor_call_end:
	off

	watch	load_psw		/* turns the mask off */
	larl	%r3,load_psw_end
	stg	%r3,next_psw+8-scratch(%r1)
	on
load_psw_start:
	lpswe	next_psw-scratch(%r1)
load_psw_end:
	off

	watch	handled			/* a hypervisor executes it in the guest's place */
	on
handled_start:
	stpx	16(%r2)
handled_end:
	off

	watch	operation
	on
operation_start:
	.short	0x0000
operation_end:
	off

	watch	beyond_storage
	llihh	%r3,0x7fff
	on
beyond_storage_start:
	stg	%r3,0(%r3)
beyond_storage_end:
	off

	watch	monitor_call
	on
monitor_call_start:
	mc	0x123,3
monitor_call_end:
	off

	watch	overflow		/* ADD IMMEDIATE of a word in storage: stored, then interrupted */
	llilf	%r3,0x7fffffff
	st	%r3,8(%r2)
	on	overflow_psw
overflow_start:
	asi	8(%r2),1
overflow_end:
	off

	watch	zero_base
	lghi	%r3,0
	on
zero_base_start:
	l	%r0,128(%r3)
zero_base_end:
	off

	watch	no_base
	on
no_base_start:
	.long	0x58000080		/* L %r0,128 */
no_base_end:
	off

store_target:
	st	%r0,8(%r2)

	.data
	.balign	16
scratch:
	.quad	0
boundary:
	.quad	per_pages + 4096 - 256
watched_psw:
	.quad	0x4000000180000000, 0
overflow_psw:			/* the fixed-point-overflow mask is one */
	.quad	0x4000080180000000, 0
next_psw:
	.quad	0x0000000180000000, 0
	.globl	per_data
per_data:
	.space	256

	.bss
	.balign	4096
	.globl	per_pages
per_pages:
	.space	8192
