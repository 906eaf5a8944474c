/* Storage behind the image, handed out once and never taken back. */
#ifndef FIRMWARE_ALLOC_H
#define FIRMWARE_ALLOC_H

#include "types.h"

void *alloc(u64 size, u64 alignment);	/* zeroed; the alignment is a power of two */

static inline void *alloc_page(void)
{
	return alloc(PAGE_SIZE, PAGE_SIZE);
}

#endif
