/*
 * Region, segment and page tables. The formats serve the processor's dynamic address translation (Principles of Operation,
 * chapter 3) and the PCI functions' I/O translation alike, so there is one builder.
 */
#ifndef FIRMWARE_TRANSLATION_H
#define FIRMWARE_TRANSLATION_H

#include "types.h"

enum level { PAGE, SEGMENT, REGION_THIRD, REGION_SECOND, REGION_FIRST };

/* Region- and segment-table entries */
#define RSTE_PROTECT	0x200		/* region tables: with EDAT-1 for the processor */
#define RSTE_TF		0x0c0		/* table offset (region tables) */
#define RSTE_INVALID	0x020
#define RSTE_TT		0x00c		/* table type = level - SEGMENT */
#define RSTE_TL		0x003		/* table length (region tables): 3 = 2048 entries */
#define STE_FORMAT	0x400		/* the entry designates a 1 MiB frame */
/* Page-table entries */
#define PTE_INVALID	0x400
#define PTE_PROTECT	0x200

/* A new table with every entry invalid: 2048 entries on 16 KiB, page tables 256 on 2 KiB. */
u64 *new_table(enum level level);

/*
 * The entry that translates the address at the level, in the tree under top. Missing tables on the way down are created;
 * the entry itself is not touched.
 */
u64 *table_entry(u64 *top, enum level top_level, u64 address, enum level level);

#endif
