/*
 * Start-up and the interruption entries.
 *
 * The handlers do as little as an interruption needs: note what was presented, open the way back. Each of them returns
 * with I/O and external interruptions disabled and the wait state over, so "enable and wait" is one LPSWE.
 */
#include "lowcore.h"

	.section .head,"ax"
	.globl	_start
_start:
	larl	%r1,new_psws
	mvc	LC_NEW_PSWS(96),0(%r1)
	xc	LC_PGM_RESUME(0x90),LC_PGM_RESUME
	larl	%r1,initial_cr0
	lctlg	%c0,%c0,0(%r1)
	larl	%r2,bss_start
	larl	%r3,bss_end
	sgr	%r3,%r2
	lghi	%r4,0			/* no source: MVCLE pads with the zero of its third operand */
	lghi	%r5,0
0:	mvcle	%r2,%r4,0
	jo	0b
	larl	%r15,stack_top
	aghi	%r15,-160
	xc	0(8,%r15),0(%r15)	/* end of the back chain */
	brasl	%r14,main
	brasl	%r14,exit

/*
 * A program interruption that is expected goes back to the place that expected it (pgm_arm), with the registers of that
 * place; this works whatever the instruction did to the program's own.
 */
pgm_entry:
	stmg	%r0,%r15,LC_PGM_GRS
	mvc	LC_SAW_PGM(4),LC_PGM_ILC
	lg	%r1,LC_PGM_RESUME
	ltgr	%r1,%r1
	jz	0f
	xc	LC_PGM_RESUME(8),LC_PGM_RESUME
	lmg	%r6,%r15,16(%r1)
	lghi	%r2,1
	lpswe	0(%r1)
0:	larl	%r15,crash_stack_top
	aghi	%r15,-160
	brasl	%r14,pgm_crash

ext_entry:
	mvc	LC_SAW_EXT(16),LC_EXT_OLD
	mvc	LC_SAW_EXT+16(8),LC_EXT_PARM
	asi	LC_SAW_EXT+24,1
	mvc	LC_RETURN(16),LC_EXT_OLD
	ni	LC_RETURN,0xfc		/* I/O and external masks */
	ni	LC_RETURN+1,0xfd	/* wait */
	lpswe	LC_RETURN

io_entry:
	mvc	LC_SAW_IO(16),LC_IO_OLD
	mvc	LC_SAW_IO+16(12),LC_IO_ID
	asi	LC_SAW_IO+28,1
	mvc	LC_RETURN(16),LC_IO_OLD
	ni	LC_RETURN,0xfc
	ni	LC_RETURN+1,0xfd
	lpswe	LC_RETURN

/* Supervisor call, any number: come back in the supervisor state. */
svc_entry:
	mvc	LC_SAW_SVC(16),LC_SVC_OLD
	mvc	LC_SAW_SVC+16(4),LC_SVC_ILC
	asi	LC_SAW_SVC+24,1
	mvc	LC_RETURN(16),LC_SVC_OLD
	ni	LC_RETURN+1,0xfe	/* problem state */
	lpswe	LC_RETURN

	.text
/* int pgm_arm(void): 0 now, 1 when a program interruption has come back here. */
	.globl	pgm_arm
pgm_arm:
	larl	%r1,jump_buffer
	epsw	%r2,%r3
	st	%r2,0(%r1)
	st	%r3,4(%r1)
	stg	%r14,8(%r1)
	stmg	%r6,%r15,16(%r1)
	xc	LC_SAW_PGM(4),LC_SAW_PGM
	stg	%r1,LC_PGM_RESUME
	lghi	%r2,0
	br	%r14

/* void wait_external(void): returns after one external interruption; wait_external_psw is what it waited with. */
	.globl	wait_external
	.globl	wait_external_psw
wait_external:
	larl	%r1,wait_external_psw
	lpswe	0(%r1)
0:	br	%r14

/* void wait_io(void): the same for I/O interruptions, of the subclasses that control register 6 enables. */
	.globl	wait_io
wait_io:
	larl	%r1,wait_io_psw
	lpswe	0(%r1)
1:	br	%r14

/* void enter_problem_state(void), to be left by an SVC */
	.globl	enter_problem_state
enter_problem_state:
	larl	%r1,problem_psw
	stg	%r14,8(%r1)
	lpswe	0(%r1)

	.data
	.balign	8
new_psws:
	.quad	PSW_WAIT | PSW_EA_BA, WAIT_CRASH	/* restart */
	.quad	PSW_EA_BA, ext_entry
	.quad	PSW_EA_BA, svc_entry
	.quad	PSW_EA_BA, pgm_entry
	.quad	PSW_WAIT | PSW_EA_BA, WAIT_CRASH	/* machine check */
	.quad	PSW_EA_BA, io_entry
wait_external_psw:
	.quad	PSW_EXT | PSW_WAIT | PSW_EA_BA, 0b
wait_io_psw:
	.quad	PSW_IO | PSW_WAIT | PSW_EA_BA, 1b
problem_psw:
	.quad	PSW_PROBLEM | PSW_EA_BA, 0
initial_cr0:
	.quad	CR0_INITIAL | CR0_SERVICE_SIGNAL

	.bss
	.balign	16
jump_buffer:
	.skip	16 + 10 * 8
	.balign	16
	.skip	4096
crash_stack_top:
	.skip	16384
stack_top:
