/*
 * Assigned storage locations (Principles of Operation, chapter 3) and what this library keeps beside them. The file is
 * read by the assembler too: plain numbers only. Displacements below 4096 need no base register, which is why an
 * interruption handler can save registers here before it owns any.
 */
#ifndef FIRMWARE_LOWCORE_H
#define FIRMWARE_LOWCORE_H

#define LC_EXT_PARM		0x080	/* external-interruption parameter: SCCB address for a service signal */
#define LC_EXT_CPU		0x084
#define LC_EXT_CODE		0x086
#define LC_SVC_ILC		0x088	/* bytes: 0, ILC, code (2) */
#define LC_SVC_CODE		0x08a
#define LC_PGM_ILC		0x08c	/* bytes: 0, ILC, code (2) */
#define LC_PGM_CODE		0x08e
#define LC_DXC			0x090
#define LC_MON_CLASS		0x094
#define LC_TEID			0x0a8
#define LC_MON_CODE		0x0b0
#define LC_IO_ID		0x0b8	/* subsystem id, parameter, interruption-identification word */
#define LC_STFL			0x0c8

#define LC_EXT_OLD		0x130
#define LC_SVC_OLD		0x140
#define LC_PGM_OLD		0x150
#define LC_IO_OLD		0x170
#define LC_NEW_PSWS		0x1a0	/* restart, external, SVC, program, machine check, I/O */
#define LC_PGM_NEW		0x1d0

/*
 * The library's own part: what the handlers found, and the PSW they return with. They never store below 512, so that they
 * work under low-address protection.
 */
#define LC_PGM_GRS		0x400	/* 16 doublewords */
#define LC_PGM_RESUME		0x480	/* address of the jump buffer; 0 = no program interruption is expected */
#define LC_SAW_EXT		0x490	/* old PSW (16), parameter (4), CPU (2), code (2), count (4) */
#define LC_SAW_SVC		0x4b0	/* old PSW (16), ILC word (4), unused (4), count (4) */
#define LC_SAW_IO		0x4d0	/* old PSW (16), identification (12), count (4) */
#define LC_SAW_PGM		0x4f0	/* ILC word (4) */
#define LC_RETURN		0x500	/* PSW */

/* PSW mask bits */
#define PSW_DAT			0x0400000000000000
#define PSW_IO			0x0200000000000000
#define PSW_EXT			0x0100000000000000
#define PSW_MCHECK		0x0004000000000000
#define PSW_WAIT		0x0002000000000000
#define PSW_PROBLEM		0x0001000000000000
#define PSW_EA_BA		0x0000000180000000	/* 64-bit addressing */

#define CR0_SERVICE_SIGNAL	0x200
#define CR0_INITIAL		0x0e0

/* Disabled waits that end a run; the address is the verdict. */
#define WAIT_PASS		0xfff
#define WAIT_FAIL		0xf00	/* | code */
#define WAIT_CRASH		0xdead

#endif
