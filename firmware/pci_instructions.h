/*
 * The zPCI instructions. The assembler has no mnemonics for them; operands are in the order of the manual's notation.
 * Each function returns the condition code and writes back the register that carries the status.
 */
#ifndef FIRMWARE_PCI_INSTRUCTIONS_H
#define FIRMWARE_PCI_INSTRUCTIONS_H

#include "types.h"

union register_pair {
	unsigned __int128 pair;
	struct {
		u64 even, odd;
	};
};

#define STORE_CC "\n\tipm\t%[cc]\n\tsrl\t%[cc],28"

/* PCI LOAD */
static inline int pcilg(u64 *data, u64 *request, u64 offset)
{
	union register_pair r2 = { .even = *request, .odd = offset };
	int cc;

	asm volatile(".insn	rre,0xb9d20000,%[r1],%[r2]" STORE_CC
		     : [cc] "=&d"(cc), [r1] "+&d"(*data), [r2] "+&d"(r2.pair) : : "cc", "memory");
	*request = r2.even;
	return cc;
}

/* PCI STORE */
static inline int pcistg(u64 data, u64 *request, u64 offset)
{
	union register_pair r2 = { .even = *request, .odd = offset };
	int cc;

	asm volatile(".insn	rre,0xb9d00000,%[r1],%[r2]" STORE_CC
		     : [cc] "=&d"(cc), [r2] "+&d"(r2.pair) : [r1] "d"(data) : "cc", "memory");
	*request = r2.even;
	return cc;
}

/* PCI STORE BLOCK */
static inline int pcistb(u64 *request, u64 offset, const void *from)
{
	int cc;

	asm volatile(".insn	rsy,0xeb00000000d0,%[r1],%[r3],0(%[b2])" STORE_CC
		     : [cc] "=&d"(cc), [r1] "+&d"(*request) : [r3] "d"(offset), [b2] "a"(from) : "cc", "memory");
	return cc;
}

/* REFRESH PCI TRANSLATIONS */
static inline int rpcit(u64 *request, u64 start, u64 bytes)
{
	union register_pair r2 = { .even = start, .odd = bytes };
	int cc;

	asm volatile(".insn	rre,0xb9d30000,%[r1],%[r2]" STORE_CC
		     : [cc] "=&d"(cc), [r1] "+&d"(*request), [r2] "+&d"(r2.pair) : : "cc", "memory");
	return cc;
}

/* MODIFY PCI FUNCTION CONTROLS */
static inline int mpcifc(u64 *request, const void *fib)
{
	int cc;

	asm volatile(".insn	rxy,0xe300000000d0,%[r1],0(%[b2])" STORE_CC
		     : [cc] "=&d"(cc), [r1] "+&d"(*request) : [b2] "a"(fib) : "cc", "memory");
	return cc;
}

/* STORE PCI FUNCTION CONTROLS */
static inline int stpcifc(u64 *request, void *fib)
{
	int cc;

	asm volatile(".insn	rxy,0xe300000000d4,%[r1],0(%[b2])" STORE_CC
		     : [cc] "=&d"(cc), [r1] "+&d"(*request) : [b2] "a"(fib) : "cc", "memory");
	return cc;
}

/* SET INTERRUPTION CONTROLS: the only one that leaves the condition code alone */
static inline void sic(u16 control, u8 isc, const void *block)
{
	u64 r3 = (u64)isc << 27;

	asm volatile(".insn	rsy,0xeb00000000d1,%[r1],%[r3],0(%[b2])"
		     : : [r1] "d"((u64)control), [r3] "d"(r3), [b2] "a"(block) : "memory");
}

/* CALL LOGICAL PROCESSOR, logical processor 2 = PCI */
static inline int clp(void *block)
{
	u64 ignored;
	int cc;

	asm volatile(".insn	rrf,0xb9a00000,%[r1],%[r2],0,2" STORE_CC
		     : [cc] "=&d"(cc), [r1] "=&d"(ignored) : [r2] "a"(block) : "cc", "memory");
	return cc;
}

/* CHANNEL SUBSYSTEM CALL */
static inline int chsc(void *block)
{
	int cc;

	asm volatile(".insn	rre,0xb25f0000,%[r1],0" STORE_CC
		     : [cc] "=&d"(cc) : [r1] "a"(block) : "cc", "memory");
	return cc;
}

#endif
