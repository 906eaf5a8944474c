# Runs cases in a Linux process: reads them from standard input one after the other and writes what each leaves behind to
# standard output, in the records of Wire.cs. Every program ends in a signal, if only that of the operation code after it.

	.set	RECORD, 10240
	.set	DATA_SIZE, 8192

	.section .code, "awx", @progbits
code:	.skip	4096
	.section .pages, "aw", @progbits
pages:	.skip	DATA_SIZE
fixed:	.incbin	"readonly.bin"

	.data
action:		.quad	handler, 0x48000004, 0, 0	# SA_SIGINFO, SA_ONSTACK, SA_NODEFER
alternate:	.quad	stack, 0, 65536
	.bss
	.balign	4096
record:	.skip	RECORD
	.balign	16
stack:	.skip	65536

	.text
	.globl	_start
_start:	larl	%r2, alternate
	lghi	%r3, 0
	svc	186			# sigaltstack
	.irp	signal, 4, 5, 7, 8, 11
	lghi	%r2, \signal
	larl	%r3, action
	lghi	%r4, 0
	lghi	%r5, 8
	svc	174			# rt_sigaction
	.endr
	larl	%r2, fixed
	lghi	%r3, 4096
	lghi	%r4, 1
	svc	125			# mprotect: may be read
	larl	%r2, code
	aghi	%r2, -4096
	lghi	%r3, 4096
	svc	91			# munmap: the program's headers
	srlg	%r2, %r15, 20		# and the stack, which nothing here needs
	sllg	%r2, %r2, 20
	slgfi	%r2, 8 << 20
	llilf	%r3, 10 << 20
	svc	91

next:	larl	%r11, record
	llilf	%r12, RECORD
0:	lghi	%r2, 0
	lgr	%r3, %r11
	lgr	%r4, %r12
	svc	3			# read
	ltgr	%r2, %r2
	jnh	exit
	agr	%r11, %r2
	sgr	%r12, %r2
	jnz	0b
	larl	%r15, record
	la	%r2, 1024(%r15)
	lghi	%r3, DATA_SIZE
	larl	%r4, pages
	lghi	%r5, DATA_SIZE
0:	mvcle	%r4, %r2, 0
	jo	0b
	larl	%r1, code
	mvc	0(256, %r1), 512(%r15)
	mvc	256(256, %r1), 768(%r15)
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	ld	%f\r, 192 + 8 * \r(%r15)
	.endr
	lfpc	320(%r15)
	lam	%a0, %a15, 128(%r15)
	l	%r0, 344(%r15)
	spm	%r0
	lmg	%r0, %r15, 0(%r15)
	jg	code

exit:	lghi	%r2, 0
	svc	1

# %r2 signal, %r4 context: PSW at 40, general registers at 56, access registers at 184. The others are still there.
handler:
	larl	%r11, record
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	std	%f\r, 192 + 8 * \r(%r11)
	.endr
	stfpc	320(%r11)
	lgfr	%r2, %r2
	stg	%r2, 328(%r11)
	mvc	336(16, %r11), 40(%r4)
	mvc	0(192, %r11), 56(%r4)
	la	%r2, 1024(%r11)
	lghi	%r3, DATA_SIZE
	larl	%r4, pages
	lghi	%r5, DATA_SIZE
0:	mvcle	%r2, %r4, 0
	jo	0b
	llilf	%r12, RECORD
0:	lghi	%r2, 1
	lgr	%r3, %r11
	lgr	%r4, %r12
	svc	4			# write
	ltgr	%r2, %r2
	jnh	exit
	agr	%r11, %r2
	sgr	%r12, %r2
	jnz	0b
	j	next
