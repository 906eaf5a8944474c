/* I/O address translation: the tables a function's DMA addresses go through. */
#include "string.h"
#include "zpci.h"

void ioat_create(struct ioat *t, u64 base, u64 bytes)
{
	t->root = new_table(REGION_THIRD);
	t->pba = base;
	t->pal = base + bytes - 1;
}

u64 *ioat_entry(struct ioat *t, u64 iova, enum level level)
{
	return table_entry(t->root, REGION_THIRD, iova, level);
}

/* Entries may be read by the platform at any time: each is stored once, as a doubleword. */
static void store_entry(u64 *entry, u64 value)
{
	*(volatile u64 *)entry = value;
}

void ioat_map(struct ioat *t, u64 iova, const void *frame)
{
	store_entry(ioat_entry(t, iova, PAGE), (u64)frame);
}

void ioat_protect(struct ioat *t, u64 iova)
{
	u64 *entry = ioat_entry(t, iova, PAGE);

	store_entry(entry, *entry | PTE_PROTECT);
}

/* As Linux does it: the frame address stays, only the invalid bit counts. */
void ioat_unmap(struct ioat *t, u64 iova)
{
	u64 *entry = ioat_entry(t, iova, PAGE);

	store_entry(entry, *entry | PTE_INVALID);
}

void ioat_fib(const struct ioat *t, struct fib *fib)
{
	memset(fib, 0, sizeof(*fib));
	fib->pba = t->pba;
	fib->pal = t->pal;
	fib->iota = (u64)t->root | IOTA_RTTO;
}
