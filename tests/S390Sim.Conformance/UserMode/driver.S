# Executes cases under an s390x Linux (QEMU user mode) and writes the state each leaves behind to standard output.
# A case: 16 general registers, SPM operand, template number, 16 access registers, 128 bytes of code. It is executed at
# SLOT with the two pages at DATA filled from its template; DATA + 8192 is a read-only page, its neighbours are not mapped.
# A record: signal or 0, IPM or PSW bits 0-47, 16 general registers, 16 access registers, the two pages.

	.set	CASE_SIZE, 336
	.set	CODE_SIZE, 128
	.set	HEADER_SIZE, 208

	.section .slot, "awx", @progbits
slot:	.fill	CODE_SIZE / 2, 2, 0x0707
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	stgrl	%r\r, out_gr + 8 * \r
	.endr
	lghi	%r0, 0
	ipm	%r0
	stgrl	%r0, out_cc
	larl	%r1, out_ar
	stam	%a0, %a15, 0(%r1)
	jg	done

	.section .pages, "aw", @progbits
before:	.skip	4096
pages:	.skip	8192
fixed:	.incbin	"fixed.bin"
after:	.skip	4096

	.data
	.balign	8
out:
out_signal:	.quad	0
out_cc:		.quad	0
out_gr:		.skip	128
out_ar:		.skip	64
current:	.quad	0
action:		.quad	handler, 0x48000004, 0, 0	# SA_SIGINFO, SA_ONSTACK, SA_NODEFER
alternate:	.quad	stack, 0, 65536
	.bss
	.balign	16
stack:	.skip	65536

	.section .rodata
	.balign	8
cases:	.incbin	"cases.bin"
cases_end:
templates:
	.incbin	"templates.bin"

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
	.irp	page, before, after
	larl	%r2, \page
	lghi	%r3, 4096
	lghi	%r4, 0
	svc	125			# mprotect: no access
	.endr
	larl	%r2, fixed
	lghi	%r3, 4096
	lghi	%r4, 1
	svc	125			# read only
	larl	%r11, cases
next:	larl	%r12, cases_end
	clgr	%r11, %r12
	jhe	exit
	stgrl	%r11, current
	lg	%r1, 136(%r11)
	sllg	%r1, %r1, 13
	larl	%r2, templates
	agr	%r2, %r1
	lghi	%r3, 8192
	larl	%r4, pages
	lghi	%r5, 8192
0:	mvcle	%r4, %r2, 0
	jo	0b
	larl	%r1, slot
	mvc	0(CODE_SIZE, %r1), 208(%r11)
	lghi	%r0, 0
	stgrl	%r0, out_signal
	lam	%a0, %a15, 144(%r11)
	lg	%r0, 128(%r11)
	spm	%r0
	lgr	%r15, %r11
	lmg	%r0, %r15, 0(%r15)
	jg	slot

done:	lghi	%r2, 1
	larl	%r3, out
	lghi	%r4, HEADER_SIZE
	svc	4			# write
	lghi	%r2, 1
	larl	%r3, pages
	lghi	%r4, 8192
	svc	4
	lgrl	%r11, current
	aghi	%r11, CASE_SIZE
	j	next

exit:	lghi	%r2, 0
	svc	1

# %r2 signal, %r4 context: PSW at 40, general registers at 56, access registers at 184.
handler:
	lgfr	%r2, %r2
	stgrl	%r2, out_signal
	lg	%r1, 40(%r4)
	srlg	%r1, %r1, 16
	stgrl	%r1, out_cc
	larl	%r1, out_gr
	mvc	0(128, %r1), 56(%r4)
	mvc	128(64, %r1), 184(%r4)
	jg	done
