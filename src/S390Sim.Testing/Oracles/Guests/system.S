# Runs cases on a whole machine. The host puts records (Wire.cs) at BATCH and their number at MAILBOX; each record is replaced
# by what its case leaves behind, the number of records done is counted at MAILBOX + 8, and MAILBOX becomes zero at the end.
# Every program ends in an interruption, if only that of the operation code after it. Runs with DAT off; assigned storage
# from 0x400 on is the driver's own, which a program under DAT cannot reach.

	.set	RECORD, 9216
	.set	DATA_SIZE, 8192
	.set	CODE, 0x200000
	.set	DATA, 0x300000
	.set	FIXED, 0x302000
	.set	MAILBOX, 0x1000000
	.set	BATCH, 0x1001000

	.set	LC_PARAMETERS, 0x80
	.set	LC_GR, 0x400
	.set	LC_RECORD, 0x480
	.set	LC_LEFT, 0x488
	.set	LC_PSW, 0x490
	.set	LC_OLD, 0x4a0
	.set	LC_TIME, 0x4b0
	.set	OWN, 0x180000000
	.set	IDLE, 0x0102000180000000

	.text
	.globl	_start
_start:	larl	%r1, new_psws
	mvc	0x1a0(96), 0(%r1)
	larl	%r1, own_cr0
	lctlg	%c0, %c0, 0(%r1)
	larl	%r1, fixed
	llilf	%r2, FIXED
	lghi	%r3, 4096
	lghi	%r5, 4096
	lgr	%r4, %r1
0:	mvcle	%r2, %r4, 0
	jo	0b

poll:	llilf	%r1, MAILBOX
	lg	%r2, 0(%r1)
	ltgr	%r2, %r2
	jnz	start
	stck	LC_TIME			# nothing to do: wait 50 microseconds
	lg	%r2, LC_TIME
	algfi	%r2, 50 * 4096
	stg	%r2, LC_TIME
	sckc	LC_TIME
	larl	%r1, idle_new
	mvc	0x1b0(16), 0(%r1)
	larl	%r1, idle_psw
	lpswe	0(%r1)

start:	stg	%r2, LC_LEFT
	larl	%r1, never
	sckc	0(%r1)
	larl	%r1, new_psws
	mvc	0x1a0(96), 0(%r1)
	llilf	%r11, BATCH
prepare:
	stg	%r11, LC_RECORD
	la	%r2, 1024(%r11)
	lghi	%r3, DATA_SIZE
	llilf	%r4, DATA
	lghi	%r5, DATA_SIZE
0:	mvcle	%r4, %r2, 0
	jo	0b
	llilf	%r1, CODE		# by ordinary stores: QEMU 7.2 goes on with old code after MVC
	la	%r2, 512(%r11)
	lghi	%r3, 512 / 8
0:	lg	%r0, 0(%r2)
	stg	%r0, 0(%r1)
	la	%r1, 8(%r1)
	la	%r2, 8(%r2)
	brctg	%r3, 0b
	xc	LC_PARAMETERS(160), LC_PARAMETERS
	ptlb
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	ld	%f\r, 192 + 8 * \r(%r11)
	.endr
	lfpc	320(%r11)
	lam	%a0, %a15, 128(%r11)
	mvc	LC_PSW(16), 328(%r11)
	lctlg	%c0, %c15, 352(%r11)
	lmg	%r0, %r15, 0(%r11)
	lpswe	LC_PSW

	.macro	entry name, old, ending
\name:	stmg	%r0, %r15, LC_GR
	mvc	LC_OLD(16), \old
	lghi	%r0, \ending
	j	ended
	.endm
	entry	program, 0x150, 1
	entry	supervisor_call, 0x140, 2
	entry	external, 0x130, 3
	entry	input_output, 0x170, 4
	entry	machine_check, 0x160, 5
	entry	restart, 0x120, 6

ended:	lg	%r11, LC_RECORD
	stctg	%c0, %c15, 352(%r11)
	larl	%r1, own_cr0
	lctlg	%c0, %c0, 0(%r1)
	stg	%r0, 328(%r11)
	mvc	0(128, %r11), LC_GR
	stam	%a0, %a15, 128(%r11)
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	std	%f\r, 192 + 8 * \r(%r11)
	.endr
	stfpc	320(%r11)
	mvc	336(16, %r11), LC_OLD
	mvc	512(160, %r11), LC_PARAMETERS
	la	%r2, 1024(%r11)
	lghi	%r3, DATA_SIZE
	llilf	%r4, DATA
	lghi	%r5, DATA_SIZE
0:	mvcle	%r2, %r4, 0
	jo	0b
	llilf	%r1, MAILBOX
	agsi	8(%r1), 1
	algfi	%r11, RECORD
	lg	%r2, LC_LEFT
	aghi	%r2, -1
	stg	%r2, LC_LEFT
	jnz	prepare
	stg	%r2, 0(%r1)
	j	poll

	.section .rodata
	.balign	8
new_psws:
	.quad	OWN, restart, OWN, external, OWN, supervisor_call, OWN, program, OWN, machine_check, OWN, input_output
idle_new:	.quad	OWN, poll
idle_psw:	.quad	IDLE, 0
own_cr0:	.quad	0x000408e0		# AFP registers, clock comparator
never:		.quad	-1
fixed:		.incbin	"readonly.bin"
