# Executes binary-floating-point instructions under an s390x Linux (QEMU user mode). From standard input come groups: the number
# of a variant, the number of cases, and the cases: FPC, SPM word, F0, F2, F4, F6, F1, and R1 = R2. For each case goes to standard
# output: FPC, IPM word with the signal in its last byte, F0, F2, F1, R1.

	.set	CASE_SIZE, 56
	.set	OUTCOME_SIZE, 40
	.set	BATCH, 4096

# In %r8 the number of cases, in %r6 their address, in %r7 that of the outcomes. A signal comes back to %r13.
	.macro	variant text:vararg
	larl	%r13, 2f
1:	brasl	%r14, load
	.short	\text
2:	brasl	%r14, save
	brctg	%r8, 1b
	jg	group
	.balign	64
	.endm

	.data
	.balign	8
header:		.skip	16
action:		.quad	handler, 0x48000004, 0, 0	# SA_SIGINFO, SA_ONSTACK, SA_NODEFER
alternate:	.quad	stack, 0, 65536
remaining:	.quad	0
	.bss
	.balign	16
stack:		.skip	65536
cases:		.skip	CASE_SIZE * BATCH
outcomes:	.skip	OUTCOME_SIZE * BATCH

	.text
	.globl	_start
_start:	larl	%r2, alternate
	lghi	%r3, 0
	svc	186			# sigaltstack
	.irp	signal, 4, 8, 11
	lghi	%r2, \signal
	larl	%r3, action
	lghi	%r4, 0
	lghi	%r5, 8
	svc	174			# rt_sigaction
	.endr
	j	next

# Outcomes of the batch; then the next batch of the group, or the next group.
group:	larl	%r3, outcomes
	sgrk	%r4, %r7, %r3
0:	lghi	%r2, 1
	svc	4			# write
	agr	%r3, %r2
	sgr	%r4, %r2
	jne	0b
batch:	lgrl	%r8, remaining
	ltgr	%r8, %r8
	je	next
	lghi	%r1, BATCH
	clgr	%r8, %r1
	jnh	0f
	lgr	%r8, %r1
0:	lgrl	%r1, remaining
	sgr	%r1, %r8
	stgrl	%r1, remaining
	lgr	%r4, %r8
	mghi	%r4, CASE_SIZE
	larl	%r3, cases
	brasl	%r14, read
	larl	%r6, cases
	larl	%r7, outcomes
	lghi	%r9, 0
	lgrl	%r1, header
	sllg	%r1, %r1, 6
	larl	%r2, table
	agr	%r1, %r2
	br	%r1

next:	larl	%r3, header
	lghi	%r4, 16
	brasl	%r14, read
	lgrl	%r1, header + 8
	stgrl	%r1, remaining
	j	batch

# %r4 bytes to %r3; ends the program at the end.
read:	lghi	%r2, 0
	svc	3			# read
	ltgr	%r2, %r2
	jnp	exit
	agr	%r3, %r2
	sgr	%r4, %r2
	jne	read
	br	%r14
exit:	lghi	%r2, 0
	svc	1

load:	lfpc	0(%r6)
	ld	%f0, 8(%r6)
	ld	%f2, 16(%r6)
	ld	%f4, 24(%r6)
	ld	%f6, 32(%r6)
	ld	%f1, 40(%r6)
	lg	%r1, 48(%r6)
	lgr	%r2, %r1
	l	%r0, 4(%r6)
	spm	%r0
	br	%r14

save:	stfpc	0(%r7)
	ipm	%r0
	nill	%r0, 0
	or	%r0, %r9
	st	%r0, 4(%r7)
	std	%f0, 8(%r7)
	std	%f2, 16(%r7)
	std	%f1, 24(%r7)
	stg	%r1, 32(%r7)
	lghi	%r9, 0
	aghi	%r6, CASE_SIZE
	aghi	%r7, OUTCOME_SIZE
	br	%r14

# %r2 signal, %r4 context: PSW address at 48, general registers at 56. The signal goes to %r9.
handler:
	llgfr	%r2, %r2
	stg	%r2, 56 + 9 * 8(%r4)
	lg	%r1, 56 + 13 * 8(%r4)
	stg	%r1, 48(%r4)
	br	%r14

	.balign	64
table:
#VARIANTS
