/*
 * One privileged instruction per entry of a table: name, first byte, byte after it. Each is followed by a return, so that
 * an entry is also a function. Operands are harmless or, if that cannot be, never reached in a correct machine.
 */
	.macro	privileged name, instruction
	.section .rodata
	.balign	8
	.quad	11f, 12f, 13f
	.section .rodata.names,"a"
11:	.asciz	"\name"
	.text
	.balign	2
12:	\instruction
13:	br	%r14
	.endm

	.section .rodata
	.balign	8
	.globl	privileged_table, privileged_table_end
privileged_table:

	privileged "SSM", "ssm 0x500"
	privileged "LPSW", "lpsw 0x500"
	privileged "DIAGNOSE", ".insn rs,0x83000000,%r0,%r0,0x44"
	privileged "STNSM", "stnsm 0x500,0xff"
	privileged "STOSM", "stosm 0x500,0x00"
	privileged "SIGP", "sigp %r0,%r0,1"
	privileged "LRA", "lra %r0,0"
	privileged "STCTL", "stctl %c0,%c0,0x500"
	privileged "LCTL", "lctl %c0,%c0,0x500"
	privileged "STIDP", "stidp 0x500"
	privileged "SCK", "sck 0x500"
	privileged "SCKC", "sckc 0x500"
	privileged "STCKC", "stckc 0x500"
	privileged "SPT", "spt 0x500"
	privileged "STPT", "stpt 0x500"
	privileged "PTLB", "ptlb"
	privileged "SPX", "spx 0x500"
	privileged "STPX", "stpx 0x500"
	privileged "STAP", "stap 0x500"
	privileged "SERVC", ".insn rre,0xb2200000,%r0,%r1"
	privileged "IPTE", "ipte %r0,%r1"
	privileged "ISKE", "iske %r0,%r1"
	privileged "RRBE", "rrbe %r0,%r1"
	privileged "SSKE", "sske %r0,%r1"
	privileged "TSCH", "tsch 0x500"
	privileged "STSCH", "stsch 0x500"
	privileged "TPI", "tpi 0x500"
	privileged "STURA", "stura %r0,%r1"
	privileged "LURA", "lura %r0,%r1"
	privileged "CHSC", ".insn rre,0xb25f0000,%r1,0"
	privileged "STSI", "stsi 0x500"
	privileged "STFL", ".insn s,0xb2b10000,0"
	privileged "LPSWE", "lpswe 0x500"
	privileged "LURAG", "lurag %r0,%r1"
	privileged "STURG", "sturg %r0,%r1"
	privileged "IDTE", "idte %r0,%r2,%r4"
	privileged "LRAG", "lrag %r0,0"
	privileged "STCTG", "stctg %c0,%c0,0x500"
	privileged "LCTLG", "lctlg %c0,%c0,0x500"
	privileged "TPROT", "tprot 0x500,0"
	privileged "PCISTG", ".insn rre,0xb9d00000,%r0,%r2"
	privileged "PCILG", ".insn rre,0xb9d20000,%r0,%r2"
	privileged "RPCIT", ".insn rre,0xb9d30000,%r0,%r2"
	privileged "CLP", ".insn rrf,0xb9a00000,%r0,%r1,0,2"
	privileged "MPCIFC", ".insn rxy,0xe300000000d0,%r0,0x500"
	privileged "STPCIFC", ".insn rxy,0xe300000000d4,%r0,0x500"
	privileged "PCISTB", ".insn rsy,0xeb00000000d0,%r0,%r1,0x500"
	privileged "SIC", ".insn rsy,0xeb00000000d1,%r0,%r1,0x500"

	.section .rodata
privileged_table_end:

	.text
/* The access under a key of its own. Only registers in between: the stack's pages have key 0. */
	.globl	load_with_key, store_with_key
load_with_key:			/* u64 load_with_key(const u64 *from, u64 key << 4) */
	spka	0(%r3)
	lg	%r2,0(%r2)
	spka	0
	br	%r14
store_with_key:			/* void store_with_key(u64 *to, u64 key << 4, u64 value) */
	spka	0(%r3)
	stg	%r4,0(%r2)
	spka	0
	br	%r14
