#include "alloc.h"
#include "string.h"

extern char heap_start[];

void *alloc(u64 size, u64 alignment)
{
	static u64 next;
	void *p;

	if (!next)
		next = (u64)heap_start;
	next = (next + alignment - 1) & -alignment;
	p = (void *)next;
	next += size;
	return memset(p, 0, size);
}
