/*
 * Start-up on the bare machine: allow the floating-point registers, run, and leave what was printed where the test reads it:
 * its length at 0x1ffff8, the text behind. The disabled wait that ends it says how it went.
 */
	.section .head,"ax"
	.globl	_start
_start:
	larl	%r1,failed_psw
	mvc	0x1d0(16,%r0),0(%r1)	/* program new PSW */
	mvc	0x1c0(16,%r0),0(%r1)	/* supervisor-call new PSW */
	larl	%r1,cr0
	lctlg	%c0,%c0,0(%r1)
	lghi	%r1,0
	sfpc	%r1
	larl	%r15,stack_top-160
	brasl	%r14,corpus
	lgr	%r5,%r2
	lgr	%r3,%r2
	llilh	%r2,0x20
	lay	%r1,-8(%r2)
	stg	%r5,0(%r1)
	larl	%r4,output
0:	mvcle	%r2,%r4,0
	jo	0b
	larl	%r1,done_psw
	lpswe	0(%r1)

	.data
	.balign	8
cr0:
	.quad	0x400e0			/* AFP-register control */
done_psw:
	.quad	0x0002000180000000, 0x600d
failed_psw:
	.quad	0x0002000180000000, 0xbad
	.bss
	.balign	16
	.skip	65536
stack_top:
	.section .note.GNU-stack,"",@progbits
