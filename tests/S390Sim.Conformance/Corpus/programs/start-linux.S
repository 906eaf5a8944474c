/* Start-up under Linux: run, write what was printed, exit. */
	.text
	.globl	_start
_start:
	aghi	%r15,-160
	brasl	%r14,corpus
	lgr	%r6,%r2
	larl	%r7,output
0:	ltgr	%r6,%r6
	jz	1f
	lghi	%r2,1
	lgr	%r3,%r7
	lgr	%r4,%r6
	svc	4			/* write */
	ltgr	%r2,%r2
	jnp	2f
	agr	%r7,%r2
	sgr	%r6,%r2
	j	0b
1:	lghi	%r2,0
	svc	1			/* exit */
2:	lghi	%r2,1
	svc	1
	.section .note.GNU-stack,"",@progbits
