#include "dat.h"

void space_create(struct address_space *s, enum level level, u64 identity_bytes)
{
	u64 address;

	s->top = new_table(level);
	s->level = level;
	s->asce = (u64)s->top | (level - SEGMENT) << 2 | ASCE_TL;
	for (address = 0; address < identity_bytes; address += PAGE_SIZE)
		space_map(s, address, (void *)address);
}

u64 *space_entry(struct address_space *s, u64 address, enum level level)
{
	return table_entry(s->top, s->level, address, level);
}

void space_map(struct address_space *s, u64 address, const void *frame)
{
	*space_entry(s, address, PAGE) = (u64)frame;
}

void space_map_megabyte(struct address_space *s, u64 address, const void *frame)
{
	*space_entry(s, address, SEGMENT) = (u64)frame | STE_FORMAT;
}
