/*
 * Shadow I/O translation tables: the machine's IOMMU reads these, not the guest's. Their shape is that of the guest's tables,
 * entry for entry, with the host's addresses in place of the guest's; all other bits are copied, so that what the guest did
 * wrong is found by the machine, in its order and with its event codes.
 */
#include "alloc.h"
#include "guest.h"
#include "string.h"
#include "translation.h"

#define MAX_TABLES	512			/* of all functions: 24 MiB of the host's storage at most */
#define MAX_ENTRIES	(1UL << 22)		/* looked at for one refresh: 16 GiB in pages of 4 KiB */
#define IOTA_ORIGIN	(~0x3fffUL)
#define IOTA_TYPE(iota)	((iota) >> 2 & 7)
#define IOTA_TRANSLATE	0x800
#define BEYOND		(1UL << 62)		/* no machine has storage there: stands for what is not the guest's */
#define UNKNOWN		RSTE_INVALID		/* in seen: the child, if there is one, is not in step */

/* What the machine reads comes first, so that it has a table's alignment. */
struct table {
	u64 entry[2048];
	u64 seen[2048];				/* the guest's entries when they were copied */
	struct table *child[2048];
};

struct page_table {
	u64 entry[256];
};

static u32 tables;

static u32 entries(enum level level)
{
	return level == PAGE ? 256 : 2048;
}

static u64 shift(enum level level)
{
	return level == PAGE ? 12 : 20 + 11 * (level - SEGMENT);
}

/* Nothing is mapped. Children stay where they are, to be used again. */
static void clear(enum level level, void *table)
{
	u32 i;

	for (i = 0; i < entries(level); i++) {
		if (level == PAGE) {
			((struct page_table *)table)->entry[i] = PTE_INVALID;
			continue;
		}
		((struct table *)table)->entry[i] = RSTE_INVALID;
		((struct table *)table)->seen[i] = UNKNOWN;
	}
}

static void *new_shadow_table(enum level level)
{
	void *table;

	if (tables == MAX_TABLES)
		return NULL;
	tables++;
	table = level == PAGE ? alloc(sizeof(struct page_table), sizeof(struct page_table))
		: alloc(sizeof(struct table), 16 * KiB);
	clear(level, table);
	return table;
}

static bool is_table_of_guest(enum level level, u64 origin)
{
	return origin < GUEST_SIZE && entries(level) * 8 <= GUEST_SIZE - origin;
}

static void put_entry(u64 *entry, u64 value)
{
	*(volatile u64 *)entry = value;
}

static u64 host_frame(u64 guest_frame)
{
	u8 *frame = guest_page(guest_frame);

	return frame ? (u64)frame : BEYOND | (guest_frame & (BEYOND - 1));
}

static u64 copy_page_entry(u64 entry)
{
	if (entry & PTE_INVALID)
		return PTE_INVALID;
	return host_frame(entry & -PAGE_SIZE) | (entry & (PAGE_SIZE - 1));
}

static u64 load_entry(u64 table, u64 index)
{
	u64 entry = 0;

	guest_load(table + index * 8, &entry, 8);
	return entry;
}

static bool copy_pages(u64 guest_table, struct page_table *t, u64 first, u64 last)
{
	u64 i;

	for (i = first >> 12 & 0xff; i <= (last >> 12 & 0xff); i++)
		put_entry(&t->entry[i], copy_page_entry(load_entry(guest_table, i)));
	return true;
}

/* A segment entry that maps a megabyte: the host has its pages here and there. */
static bool copy_large(u64 guest_frame, struct page_table *t)
{
	u64 i;

	for (i = 0; i < 256; i++)
		put_entry(&t->entry[i], host_frame(guest_frame + i * PAGE_SIZE));
	return true;
}

static bool is_well_formed(enum level level, u64 entry)
{
	if ((entry & RSTE_TT) >> 2 != level - SEGMENT)
		return false;
	return level == SEGMENT || (entry & (RSTE_TL | RSTE_TF)) == RSTE_TL;
}

static bool copy_range(enum level level, u64 guest_table, void *table, u64 first, u64 last, u64 *budget);

/* Brings what is under a valid, well-formed entry in step; all of it when the guest's entry is another than before. */
static bool copy_under(enum level level, u64 entry, struct table *t, u64 index, u64 first, u64 last, u64 *budget)
{
	bool large = level == SEGMENT && entry & STE_FORMAT;
	u64 below = entry & (large ? -MiB : level == SEGMENT ? ~0x7ffUL : IOTA_ORIGIN);
	u64 attributes = entry & (RSTE_PROTECT | RSTE_TT | (level == SEGMENT ? 0 : RSTE_TL));
	bool done;

	if (!large && !is_table_of_guest(level - 1, below)) {
		put_entry(&t->entry[index], BEYOND | attributes);
		return true;
	}
	if (!t->child[index])
		t->child[index] = new_shadow_table(level - 1);
	if (!t->child[index])
		return false;
	if ((t->seen[index] ^ entry) & ~(u64)RSTE_PROTECT) {
		put_entry(&t->entry[index], RSTE_INVALID);
		clear(level - 1, t->child[index]);
		first &= -(1UL << shift(level));
		last = first | ((1UL << shift(level)) - 1);
	}
	done = large ? copy_large(below, (void *)t->child[index])
		: copy_range(level - 1, below, t->child[index], first, last, budget);
	t->seen[index] = done ? entry : UNKNOWN;
	put_entry(&t->entry[index], (u64)t->child[index] | attributes);
	return done;
}

static bool copy_range(enum level level, u64 guest_table, void *table, u64 first, u64 last, u64 *budget)
{
	struct table *t = table;
	u64 span = 1UL << shift(level), from, to, index, entry;
	bool done = true;

	if (level == PAGE) {
		*budget -= *budget < 256 ? *budget : 256;
		return *budget && copy_pages(guest_table, table, first, last);
	}
	for (from = first; ; from = to + 1) {
		to = from | (span - 1);
		if (to > last)
			to = last;
		index = from >> shift(level) & 0x7ff;
		entry = load_entry(guest_table, index);
		if (entry & RSTE_INVALID || !is_well_formed(level, entry)) {
			/* Refused by the machine before it would look at an origin. */
			put_entry(&t->entry[index], entry & (RSTE_PROTECT | RSTE_TF | RSTE_INVALID | RSTE_TT | RSTE_TL));
			t->seen[index] = UNKNOWN;
		} else {
			done &= copy_under(level, entry, t, index, from, to, budget);
		}
		if (to == last || !*budget)
			return done && *budget;
		--*budget;
	}
}

bool shadow_begin(struct shadow *s, u64 guest_iota)
{
	u32 type = IOTA_TYPE(guest_iota);

	if (!(guest_iota & IOTA_TRANSLATE) || type >= ARRAY_SIZE(s->roots))
		return false;
	s->guest_iota = guest_iota;
	s->top = SEGMENT + type;
	if (!s->roots[type])
		s->roots[type] = new_shadow_table(s->top);
	if (!s->roots[type])
		return false;
	clear(s->top, s->roots[type]);
	s->root = is_table_of_guest(s->top, guest_iota & IOTA_ORIGIN) ? s->roots[type] : NULL;
	return true;
}

u64 shadow_iota(const struct shadow *s)
{
	return (s->root ? (u64)s->root : BEYOND) | (s->guest_iota & ~IOTA_ORIGIN);
}

bool shadow_refresh(struct shadow *s, u64 first, u64 last)
{
	u64 budget = MAX_ENTRIES, mask = s->top == REGION_FIRST ? ~0UL : (1UL << (shift(s->top) + 11)) - 1;

	/* Higher bits are ignored by translation: addresses beyond a table's reach are others again. */
	if (last - first >= mask || (first & mask) > (last & mask)) {
		first = 0;
		last = mask;
	}
	return !s->root || copy_range(s->top, s->guest_iota & IOTA_ORIGIN, s->root, first & mask, last & mask, &budget);
}
