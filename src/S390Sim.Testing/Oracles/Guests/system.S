# Runs cases on a whole machine. The host puts records (Wire.cs) at BATCH and their number at MAILBOX; each record is replaced
# by what its case leaves behind, the number of records done is counted at MAILBOX + 8, and MAILBOX becomes zero at the end.
# Every program ends in an interruption, if only that of the operation code after it. Runs with DAT off and prefix zero.
#
# A case may have one of three prefix areas, and change to another. They all hold the same: new PSWs, wait PSWs, and otherwise
# zeros when a case begins, except its own PSW. Cases that look at more of this program, or store anywhere but into their own
# pages, are not brought here. What they may change, registers of all kinds, prefix, storage keys, translation tables, is saved
# and put right before the next.

	.set	RECORD, 10240
	.set	DATA_SIZE, 8192
	.set	CODE, 0x200000
	.set	DATA, 0x300000
	.set	FIXED, 0x302000
	.set	TABLES, 0x420000		# of slots 1 to 3
	.set	PRISTINE, 0x620000		# how they were
	.set	SLOT, 0x20000
	.set	TABLES_SIZE, 0x14000
	.set	MAILBOX, 0x1000000
	.set	BATCH, 0x1001000

	.set	R_PSW, 328			# places in a record
	.set	R_OLD, 336
	.set	R_FLAGS, 496
	.set	R_CR, 352
	.set	R_PREFIX, 480
	.set	R_KEYS, 488
	.set	R_CODE, 512
	.set	R_DATA, 1024
	.set	R_TABLES, 9216
	.set	WITH_KEYS, 1			# flags: storage keys are the case's
	.set	WITH_TABLES, 2			# its program may change tables

	.set	LC_PARAMETERS, 0x80
	.set	LC_GR, 0x400
	.set	LC_OLD, 0x480
	.set	LC_PSW, 0x490
	.set	LC_WAITS, 0xf00
	.set	OWN, 0x180000000
	.set	WAIT, 0x2000180000000
	.set	IDLE, 0x0102000180000000
	.set	ENTRY, 0x18000

	.section .entry, "ax"
	.macro	entry name, old, ending
	.org	0x100 * (\ending - 1)
\name:	stmg	%r0, %r15, LC_GR
	mvc	LC_OLD(16), \old
	lghi	%r0, \ending
	jg	ended
	.endm
	entry	restart, 0x120, 1
	entry	external, 0x130, 2
	entry	supervisor_call, 0x140, 3
	entry	program, 0x150, 4
	entry	machine_check, 0x160, 5
	entry	input_output, 0x170, 6

	.text
	.globl	_start
_start:	larl	%r11, own_controls
	lctlg	%c0, %c15, 0(%r11)
	larl	%r1, never
	spt	0(%r1)
	.irp	area, 0, 0xc000, 0xe000
	llilf	%r2, \area
	lghi	%r3, 8192
	lghi	%r5, 0
	lghi	%r4, 0
0:	mvcle	%r2, %r4, 0
	jo	0b
	.endr
	iske	%r0, %r0			# QEMU has no storage keys before somebody asks for one
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
	larl	%r3, time			# nothing to do: wait 50 microseconds
	stck	0(%r3)
	lg	%r2, 0(%r3)
	algfi	%r2, 50 * 4096
	stg	%r2, 0(%r3)
	sckc	0(%r3)
	larl	%r1, idle_new
	mvc	0x1b0(16), 0(%r1)
	larl	%r1, idle_psw
	lpswe	0(%r1)

start:	larl	%r1, left
	stg	%r2, 0(%r1)
	larl	%r1, never
	sckc	0(%r1)
	spt	0(%r1)
	larl	%r1, new_psws
	.irp	area, 0, 0xc000, 0xe000
	llilf	%r2, \area
	xc	0(256, %r2), 0(%r2)		# an idle wait and the start leave something here
	xc	256(256, %r2), 256(%r2)
	xc	LC_GR(160, %r2), LC_GR(%r2)
	mvc	0x1a0(96, %r2), 0(%r1)
	mvc	LC_WAITS(96, %r2), 96(%r1)
	.endr
	llilf	%r11, BATCH
prepare:
	la	%r2, R_DATA(%r11)
	lghi	%r3, DATA_SIZE
	llilf	%r4, DATA
	lghi	%r5, DATA_SIZE
0:	mvcle	%r4, %r2, 0
	jo	0b
	llilf	%r1, CODE		# by ordinary stores: QEMU 7.2 goes on with old code after MVC
	la	%r2, R_CODE(%r11)
	lghi	%r3, 512 / 8
0:	lg	%r0, 0(%r2)
	stg	%r0, 0(%r1)
	la	%r1, 8(%r1)
	la	%r2, 8(%r2)
	brctg	%r3, 0b
	larl	%r1, record
	stg	%r11, 0(%r1)
	tm	R_FLAGS + 3(%r11), WITH_KEYS
	jz	0f
	bras	%r14, set_keys
0:	ptlb
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	ld	%f\r, 192 + 8 * \r(%r11)
	.endr
	lfpc	320(%r11)
	lam	%a0, %a15, 128(%r11)
	lg	%r1, R_PREFIX(%r11)
	mvc	LC_PSW(16, %r1), R_PSW(%r11)
	ltgr	%r1, %r1
	jz	0f
	spx	R_PREFIX + 4(%r11)
0:	lctlg	%c0, %c15, R_CR(%r11)
	lmg	%r0, %r15, 0(%r11)
	lpswe	LC_PSW

# %r0 ending. The prefix is still the case's, and so are the control registers.
ended:	larl	%r11, record
	lg	%r11, 0(%r11)
	stctg	%c0, %c15, R_CR(%r11)
	larl	%r1, own_controls
	lctlg	%c0, %c15, 0(%r1)
	stg	%r0, R_PSW(%r11)
	mvc	0(128, %r11), LC_GR
	stam	%a0, %a15, 128(%r11)
	.irp	r, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	std	%f\r, 192 + 8 * \r(%r11)
	.endr
	stfpc	320(%r11)
	mvc	R_OLD(16, %r11), LC_OLD
	mvc	R_CODE(160, %r11), LC_PARAMETERS
	stpx	R_PREFIX + 4(%r11)
	larl	%r1, zero
	spx	0(%r1)
	.irp	area, 0, 0xc000, 0xe000
	llilf	%r2, \area
	xc	LC_PARAMETERS(256, %r2), LC_PARAMETERS(%r2)
	xc	LC_GR(160, %r2), LC_GR(%r2)
	.endr
	larl	%r1, new_psws
	.irp	area, 0, 0xc000, 0xe000
	llilf	%r2, \area
	mvc	0x1a0(96, %r2), 0(%r1)
	.endr
	tm	R_FLAGS + 3(%r11), WITH_KEYS
	jz	0f
	bras	%r14, get_keys
0:	tm	R_FLAGS + 3(%r11), WITH_TABLES
	jz	0f
	bras	%r14, get_tables
0:	la	%r2, R_DATA(%r11)
	lghi	%r3, DATA_SIZE
	llilf	%r4, DATA
	lghi	%r5, DATA_SIZE
0:	mvcle	%r2, %r4, 0
	jo	0b
	llilf	%r1, MAILBOX
	agsi	8(%r1), 1
	algfi	%r11, RECORD
	larl	%r2, left
	agsi	0(%r2), -1
	jnz	prepare
	llilf	%r1, MAILBOX
	mvghi	0(%r1), 0
	jg	poll

set_keys:
	.irp	frame, 0, 1, 2, 3
	larl	%r2, frames
	lg	%r2, 8 * \frame(%r2)
	llc	%r3, R_KEYS + \frame(%r11)
	sske	%r3, %r2
	.endr
	br	%r14

# The pages get key zero again, so that the next case, which may not ask for keys, finds them so.
get_keys:
	.irp	frame, 0, 1, 2, 3
	larl	%r2, frames
	lg	%r2, 8 * \frame(%r2)
	iske	%r3, %r2
	stc	%r3, R_KEYS + \frame(%r11)
	lghi	%r3, 0
	sske	%r3, %r2
	.endr
	br	%r14

# Copies what is compared, and brings everything back as it was.
get_tables:
	llilf	%r8, TABLES
	llilf	%r9, PRISTINE
	lgr	%r7, %r11
	algfi	%r7, R_TABLES
	lghi	%r6, 3
0:	mvc	0(64, %r7), 0(%r8)
	mvc	64(64, %r7), 0x800(%r8)
	.irp	at, 0x4000, 0x8000, 0xc000, 0x10000
	lgr	%r1, %r8
	algfi	%r1, \at
	.if	\at == 0x4000
	mvc	128(64, %r7), 0(%r1)
	.else
	mvc	192 + (\at - 0x8000) / 0x800(8, %r7), 0(%r1)
	.endif
	.endr
	lgr	%r2, %r8
	llilf	%r3, TABLES_SIZE
	lgr	%r4, %r9
	llilf	%r5, TABLES_SIZE
1:	mvcle	%r2, %r4, 0
	jo	1b
	algfi	%r7, 216
	algfi	%r8, SLOT
	algfi	%r9, SLOT
	brctg	%r6, 0b
	br	%r14

	.data
	.balign	8
time:		.quad	0
left:		.quad	0
record:		.quad	0
zero:		.quad	0
new_psws:
	.irp	n, 0, 1, 2, 3, 4, 5
	.quad	OWN, ENTRY + 0x100 * \n
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5
	.quad	WAIT, ENTRY + 0x100 * \n
	.endr
idle_new:	.quad	OWN, poll
idle_psw:	.quad	IDLE, 0
frames:		.quad	CODE, DATA, DATA + 4096, FIXED
own_controls:	.quad	0x000408e0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0	# AFP registers, clock comparator
never:		.quad	0x7fffffffffffffff
fixed:		.incbin	"readonly.bin"
