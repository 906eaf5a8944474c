#include "alloc.h"
#include "translation.h"

static u32 level_shift(enum level level)
{
	return level == PAGE ? 12 : 20 + 11 * (level - SEGMENT);
}

u64 *new_table(enum level level)
{
	u32 i, entries = level == PAGE ? 256 : 2048;
	u64 *table = alloc(entries * 8, entries * 8);

	for (i = 0; i < entries; i++)
		table[i] = level == PAGE ? PTE_INVALID : RSTE_INVALID;
	return table;
}

static u64 designate(const u64 *table, enum level of_entry)
{
	if (of_entry == SEGMENT)
		return (u64)table;
	return (u64)table | (of_entry - SEGMENT) << 2 | RSTE_TL;
}

u64 *table_entry(u64 *top, enum level top_level, u64 address, enum level level)
{
	enum level l = top_level;
	u64 *table = top, *entry;

	for (;;) {
		entry = &table[address >> level_shift(l) & (l == PAGE ? 0xff : 0x7ff)];
		if (l == level)
			return entry;
		if (*entry & RSTE_INVALID)
			*entry = designate(new_table(l - 1), l);
		table = (u64 *)(*entry & (l == SEGMENT ? ~0x7ffUL : ~0xfffUL));
		l--;
	}
}
