/*
 * Into the guest and out of it; the host's interruption entries; the images that can be run as guests.
 *
 * An interruption of the host stores the address of the SIE instruction as its old PSW's: returned to, SIE would enter the
 * guest again. So the entries replace that address by the one behind. They own no register, hence the constants in the lowcore.
 */
#include "lowcore.h"

#define LC_AT_SIE	0x520		/* address of SIE */
#define LC_BEHIND_SIE	0x528
#define LC_SCRATCH	0x530

#define V_SD		(14 * 8)	/* struct vcpu */
#define V_FPR		(15 * 8)
#define V_AR		(31 * 8)
#define V_FPC		(39 * 8)

	.text
/* int enter_guest(struct vcpu *): runs the CPU until something leads out. */
	.globl	enter_guest
enter_guest:
	stmg	%r6,%r15,48(%r15)
	aghi	%r15,-168
	stg	%r2,160(%r15)
	lg	%r14,V_SD(%r2)
	lmg	%r0,%r13,0(%r2)
	stosm	LC_SCRATCH,0x03			/* I/O and external */
at_sie:
	.insn	s,0xb2140000,0(%r14)		/* SIE */
behind_sie:
	stnsm	LC_SCRATCH,0xfc
	lg	%r14,160(%r15)
	stmg	%r0,%r13,0(%r14)
	aghi	%r15,168
	lmg	%r6,%r15,48(%r15)
	lghi	%r2,0
	br	%r14

	.macro	floating op
	.irp	n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	\op	%f\n,V_FPR+\n*8(%r2)
	.endr
	.endm

/* void save_registers(struct vcpu *), void load_registers(const struct vcpu *): floating-point and access registers */
	.globl	save_registers, load_registers
save_registers:
	floating std
	stam	%a0,%a15,V_AR(%r2)
	stfpc	V_FPC(%r2)
	br	%r14
load_registers:
	floating ld
	lam	%a0,%a15,V_AR(%r2)
	lfpc	V_FPC(%r2)
	br	%r14

/* void host_wait(void): until one I/O or external interruption */
	.globl	host_wait
host_wait:
	larl	%r1,host_wait_psw
	lpswe	0(%r1)
0:	br	%r14

/* void install_handlers(void) */
	.globl	install_handlers
install_handlers:
	larl	%r1,at_sie
	stg	%r1,LC_AT_SIE
	larl	%r1,behind_sie
	stg	%r1,LC_BEHIND_SIE
	larl	%r1,host_ext
	stg	%r1,LC_NEW_PSWS+16+8
	larl	%r1,host_io
	stg	%r1,LC_NEW_PSWS+80+8
	br	%r14

host_ext:
	mvc	LC_SAW_EXT(16),LC_EXT_OLD
	mvc	LC_SAW_EXT+16(8),LC_EXT_PARM
	asi	LC_SAW_EXT+24,1
	mvc	LC_RETURN(16),LC_EXT_OLD
	j	host_return
host_io:
	mvc	LC_SAW_IO(16),LC_IO_OLD
	mvc	LC_SAW_IO+16(12),LC_IO_ID
	asi	LC_SAW_IO+28,1
	mvc	LC_RETURN(16),LC_IO_OLD
host_return:
	ni	LC_RETURN,0xfc			/* I/O and external masks */
	ni	LC_RETURN+1,0xfd		/* wait */
	clc	LC_RETURN+8(8),LC_AT_SIE
	jne	1f
	mvc	LC_RETURN+8(8),LC_BEHIND_SIE
1:	lpswe	LC_RETURN

	.data
	.balign	8
host_wait_psw:
	.quad	PSW_IO | PSW_EXT | PSW_WAIT | PSW_EA_BA, 0b

/* Flat images, made from the other samples; the list of them, too. */
	.macro	image name
	.section .rodata
	.quad	11f, 12f, 13f
	.section .rodata.images,"a"
11:	.asciz	"\name"
	.balign	8
12:	.incbin	"build/guest/\name\().bin"
13:
	.endm

	.section .rodata
	.balign	8
	.globl	images, images_end
images:
	.include "build/guest/images.inc"
	.section .rodata
images_end:
