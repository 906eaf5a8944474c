# What Vectors.tsv was made with: runs a list of cases: storage, keys and registers are set, one instruction is executed, what it left behind is recorded.
	.equ	CASES, 0x400000
	.equ	RESULTS, 0x1000000
	.equ	CASE_SIZE, 512
	.equ	RESULT_SIZE, 256
	.text
	.globl	_start
_start:
	basr	%r13,0
0:	lhi	%r1,1
	lhi	%r2,0
	sigp	%r1,%r2,0x12		# z/Architecture
	sam64
	larl	%r1,_start
	lgr	%r13,%r1
	# new PSWs: program, supervisor call
	larl	%r2,handler
	lmg	%r4,%r5,mask-_start(%r13)
	stg	%r4,0x1d0
	stg	%r2,0x1d8
	stg	%r4,0x1c0
	stg	%r2,0x1c8
	llilh	%r10,CASES>>16
	llilh	%r11,RESULTS>>16
next:
	lg	%r1,0(%r10)
	ltgr	%r1,%r1
	je	done
	# storage
	lghi	%r2,12
	la	%r3,160(%r10)
1:	lg	%r4,0(%r3)
	ltgr	%r4,%r4
	je	2f
	lg	%r5,8(%r3)
	stg	%r5,0(%r4)
	la	%r3,16(%r3)
	brctg	%r2,1b
2:	lghi	%r2,4
	la	%r3,352(%r10)
3:	lg	%r4,0(%r3)
	ltgr	%r4,%r4
	je	4f
	lg	%r5,8(%r3)
	sske	%r5,%r4
	la	%r3,16(%r3)
	brctg	%r2,3b
4:	# the instruction, then SVC
	lghi	%r1,0x3000
	llgc	%r2,0(%r10)		# its length
	mvc	0(6,%r1),0(%r10)
	lghi	%r3,2
	clijl	%r2,0x40,10f
	lghi	%r3,4
	clijl	%r2,0xc0,10f
	lghi	%r3,6
10:	la	%r1,0(%r3,%r1)
	mvhhi	0(%r1),0x0a00
	xc	0x8c(4),0x8c
	xc	0xa8(8),0xa8
	xc	0xa0(4),0xa0
	stg	%r10,0x800
	stg	%r11,0x808
	stg	%r13,0x810
	lctlg	%c0,%c1,16(%r10)
	lctlg	%c3,%c3,32(%r10)
	lctlg	%c7,%c7,40(%r10)
	lctlg	%c13,%c13,48(%r10)
	ptlb
	mvc	0x820(8),8(%r10)
	lghi	%r1,0x3000
	stg	%r1,0x828
	lmg	%r0,%r9,56(%r10)
	lpswe	0x820
handler:
	stmg	%r0,%r15,0x880
	lg	%r10,0x800
	lg	%r11,0x808
	lg	%r13,0x810
	lctlg	%c0,%c0,zero-_start(%r13)
	xc	0(RESULT_SIZE,%r11),0(%r11)
	llgf	%r1,0x8c
	stg	%r1,0(%r11)
	lg	%r2,0x150
	lg	%r3,0x158
	ltgr	%r1,%r1
	jne	5f
	lg	%r2,0x140
	lg	%r3,0x148
5:	stg	%r2,8(%r11)
	stg	%r3,16(%r11)
	mvc	24(8,%r11),0xa8
	mvc	32(80,%r11),0x880
	# watched storage
	lghi	%r2,6
	la	%r3,416(%r10)
	la	%r6,112(%r11)
6:	lg	%r4,0(%r3)
	ltgr	%r4,%r4
	je	7f
	mvc	0(8,%r6),0(%r4)
	la	%r3,8(%r3)
	la	%r6,8(%r6)
	brctg	%r2,6b
7:	lghi	%r2,4
	la	%r3,464(%r10)
	la	%r6,160(%r11)
8:	lg	%r4,0(%r3)
	ltgr	%r4,%r4
	je	9f
	lghi	%r5,0
	iske	%r5,%r4
	stg	%r5,0(%r6)
	la	%r3,8(%r3)
	la	%r6,8(%r6)
	brctg	%r2,8b
9:	la	%r10,CASE_SIZE(%r10)
	la	%r11,RESULT_SIZE(%r11)
	j	next
done:	lpswe	stop-_start(%r13)
	.align	8
mask:	.quad	0x0000000180000000,0
stop:	.quad	0x0002000180000000,0xfff
zero:	.quad	0xe0
