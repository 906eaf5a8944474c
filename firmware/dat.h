/* Address spaces for dynamic address translation (Principles of Operation, chapter 3). */
#ifndef FIRMWARE_DAT_H
#define FIRMWARE_DAT_H

#include "cpu.h"
#include "translation.h"

#define ASCE_TL			0x003	/* table length: 3 = 2048 entries */
#define ASCE_REAL_SPACE		0x020
#define ASCE_PRIVATE_SPACE	0x100	/* no low-address protection, no common segments */

#define CR0_LOW_ADDRESS_PROTECTION	0x10000000	/* bit 35 */
#define CR0_EDAT			0x00800000	/* bit 40 */

#define FACILITY_EDAT_1		8

struct address_space {
	u64 *top;
	enum level level;	/* of the table the ASCE designates: SEGMENT to REGION_FIRST */
	u64 asce;
};

/* A space that maps nothing but the first bytes to themselves, so that this program can run in it. */
void space_create(struct address_space *s, enum level level, u64 identity_bytes);
u64 *space_entry(struct address_space *s, u64 address, enum level level);
void space_map(struct address_space *s, u64 address, const void *frame);
void space_map_megabyte(struct address_space *s, u64 address, const void *frame);	/* EDAT-1 */

/* The primary space; entries may have changed since it was last used, so the TLB is purged. */
static inline void dat_on(u64 asce)
{
	u8 old;

	WRITE_CR(1, asce);
	asm volatile("ptlb" : : : "memory");
	asm volatile("stosm %0,0x04" : "=Q"(old) : : "memory");
}

static inline void dat_off(void)
{
	u8 old;

	asm volatile("stnsm %0,0xfb" : "=Q"(old) : : "memory");
}

#endif
