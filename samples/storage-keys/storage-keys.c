/*
 * storage-keys: the key of every block of storage, with its reference and change bits: what sets, reads and resets it, many
 * at a time, and of storage that nobody has touched yet. As a guest the program has keys of its own, wherever its host keeps
 * them.
 *
 * Needs no device, and 32 MB of storage.
 */
#include "alloc.h"
#include "cpu.h"
#include "string.h"
#include "test.h"

#define REFERENCE	0x04
#define CHANGE		0x02
#define KEY_BITS	0xfe

#define MASK_REFERENCE	4
#define MASK_CHANGE	2
#define MULTIPLE	1

#define PFMF_SET_KEY	0x20000
#define PFMF_CLEAR	0x10000
#define PFMF_1M		0x1000

/* Far behind the image: nobody has touched it. */
#define UNTOUCHED	((u8 *)(24 * MiB))
#define SEGMENT_SIZE	(1 * MiB)

static void set_key(const volatile void *page, u64 key)
{
	asm volatile("sske %0,%1" : : "d"(key), "a"(page) : "memory");
}

static u64 get_key(const volatile void *page)
{
	u64 key = ~0UL;

	asm volatile("iske %0,%1" : "+d"(key) : "a"(page) : "memory");
	return key & 0xff;
}

/* Reference and change bit as they were, where a key has them. */
static u64 reset_reference(const volatile void *page)
{
	u64 cc;

	asm volatile("rrbe 0,%1\n\tipm %0\n\tsrl %0,28" : "=d"(cc) : "a"(page) : "cc", "memory");
	return (cc & 3) << 1;
}

static void fetch(const volatile void *p)
{
	u64 value;

	asm volatile("lg %0,%1" : "=d"(value) : "Q"(*(const volatile u64 *)p));
}

static void store(volatile void *p)
{
	asm volatile("stg %1,%0" : "=Q"(*(volatile u64 *)p) : "d"(0UL));
}

static void set_and_insert(void)
{
	volatile u64 *page = alloc_page();
	u64 key, wrong = 0;

	section("Set and insert");
	for (key = 0; key <= KEY_BITS; key += 2) {
		set_key(page, key | 1);
		wrong += get_key(page) != key;
	}
	check_number("each of the 128 keys comes back", wrong, 0);
	set_key(page, 0);
	check_number("ISKE beyond storage", EXPECT_PGM(get_key((void *)(1UL << 40))), 0x0005);
	check_number("SSKE beyond storage", EXPECT_PGM(set_key((void *)(1UL << 40), 0x10)), 0x0005);
	check_number("RRBE beyond storage", EXPECT_PGM(reset_reference((void *)(1UL << 40))), 0x0005);
}

static void reference_and_change(void)
{
	volatile u64 *page = alloc_page();

	section("Reference and change");
	set_key(page, 0x20);
	check_number("set to zero", get_key(page), 0x20);
	fetch(page);
	check_number("a fetch refers", get_key(page), 0x20 | REFERENCE);
	check_number("RRBE tells that", reset_reference(page), REFERENCE);
	check_number("and resets it", get_key(page), 0x20);
	store(page);
	check_number("a store refers and changes", get_key(page), 0x20 | REFERENCE | CHANGE);
	check_number("RRBE tells both", reset_reference(page), REFERENCE | CHANGE);
	check_number("and leaves the change bit", reset_reference(page), CHANGE);
	fetch(page);
	check_number("the next fetch refers again", get_key(page), 0x20 | REFERENCE | CHANGE);
	set_key(page, 0x30 | CHANGE);
	check_number("both as they are set", get_key(page), 0x30 | CHANGE);
	store(page);
	set_key(page, 0);
	check_number("both reset by SSKE", get_key(page), 0);
}

static void untouched(void)
{
	u64 n, wrong = 0, dirty = 0;

	section("Storage that nobody has touched");
	check_number("its key", get_key(UNTOUCHED) & 0xf8, 0);
	for (n = 0; n < 300; n++)
		set_key(UNTOUCHED + n * PAGE_SIZE, n * 2 & KEY_BITS);
	for (n = 0; n < 300; n++)
		wrong += get_key(UNTOUCHED + n * PAGE_SIZE) != (n * 2 & KEY_BITS);
	check_number("300 keys come back", wrong, 0);
	for (n = 0; n < 300; n++)
		dirty += *(volatile u64 *)(UNTOUCHED + n * PAGE_SIZE) != 0;
	check_number("their blocks are zeros", dirty, 0);
	for (wrong = n = 0; n < 300; n++)
		wrong += get_key(UNTOUCHED + n * PAGE_SIZE) != ((n * 2 & KEY_BITS) | REFERENCE);
	check_number("and have been referred to now", wrong, 0);
	for (wrong = n = 0; n < 300; n++)
		wrong += reset_reference(UNTOUCHED + n * PAGE_SIZE) != (REFERENCE | (n * 2 & CHANGE));
	check_number("as RRBE tells", wrong, 0);
}

#define PAGES	64

static u64 random(void)
{
	static u64 state = 1;

	state = state * 6364136223846793005UL + 1442695040888963407UL;
	return state >> 33;
}

/* Against an array of bytes. */
static void random_operations(void)
{
	static u8 keys[PAGES];
	u8 *pages = alloc(PAGES * PAGE_SIZE, PAGE_SIZE);
	u64 n, page, wrong = 0;

	section("4000 random operations on 64 blocks");
	for (page = 0; page < PAGES; page++)
		set_key(pages + page * PAGE_SIZE, 0);
	for (n = 0; n < 4000; n++) {
		u8 *p = pages + (page = random() % PAGES) * PAGE_SIZE;

		switch (random() % 5) {
		case 0:
			set_key(p, keys[page] = random() & KEY_BITS);
			break;
		case 1:
			wrong += reset_reference(p) != (keys[page] & (REFERENCE | CHANGE));
			keys[page] &= ~REFERENCE;
			break;
		case 2:
			wrong += get_key(p) != keys[page];
			break;
		case 3:
			fetch(p);
			keys[page] |= REFERENCE;
			break;
		default:
			store(p);
			keys[page] |= REFERENCE | CHANGE;
			break;
		}
	}
	for (page = 0; page < PAGES; page++)
		wrong += get_key(pages + page * PAGE_SIZE) != keys[page];
	check_number("all as expected", wrong, 0);
}

/* SSKE with the conditional options: condition code, and the key before in bits 48-55. */
static u64 conditional(const volatile void *page, u64 key, int mask)
{
	u64 cc, r1 = key;

#define SSKE(m)	asm volatile("sske %1,%2," #m "\n\tipm %0\n\tsrl %0,28" : "=d"(cc), "+d"(r1) : "a"(page) : "cc", "memory")
	switch (mask) {
	case MASK_REFERENCE: SSKE(4); break;
	case MASK_CHANGE: SSKE(2); break;
	default: SSKE(6); break;
	}
	return (cc & 3) << 16 | (r1 & 0xff00);
}

static void conditional_setting(void)
{
	volatile u64 *page = alloc_page();

	section("Conditional setting");
	set_key(page, 0x44);
	check_number("the reference bit does not matter", conditional(page, 0x40, MASK_REFERENCE), 0x04400);
	check_number("and stays", get_key(page), 0x44);
	check_number("the change bit does", conditional(page, 0x42, MASK_REFERENCE), 0x14400);
	check_number("so that all is replaced", get_key(page), 0x42);
	check_number("neither matters", conditional(page, 0x44, MASK_REFERENCE | MASK_CHANGE), 0x04200);
	check_number("access control always does", conditional(page, 0x50, MASK_REFERENCE | MASK_CHANGE), 0x14200);
	check_number("the key then", get_key(page), 0x50);
}

static u64 keys_of_segment(const u8 *segment, u64 from, u64 key)
{
	u64 n, wrong = 0;

	for (n = 0; n < 256; n++)
		wrong += get_key(segment + n * PAGE_SIZE) != (n < from ? 0 : key);
	return wrong;
}

static void many_at_a_time(void)
{
	u8 *segment = UNTOUCHED + 2 * SEGMENT_SIZE;
	u64 end = (u64)segment + 3 * PAGE_SIZE + 0x123, n, bits;
	u16 code;

	section("Many at a time");
	for (n = 0; n < 256; n += 7)
		store(segment + n * PAGE_SIZE);
	for (n = 0; n < 256; n++)
		set_key(segment + n * PAGE_SIZE, 0);
	asm volatile(".insn rrf,0xb22b0000,%1,%0,1,0" : "+a"(end) : "d"(0x70UL | REFERENCE) : "memory");
	check_number("SSKE with the multiple-block option goes to the end of 1 MB", end - (u64)segment, SEGMENT_SIZE + 0x123);
	check_number("and sets them all", keys_of_segment(segment, 3, 0x74), 0);
	end = (u64)segment;
	code = EXPECT_PGM(asm volatile(".insn rre,0xb9af0000,%1,%0"
				       : "+a"(end) : "d"((u64)(PFMF_SET_KEY | PFMF_1M | 0x60)) : "memory"));
	check_number("PFMF is there", code, 0);
	if (code)
		return;
	check_number("it does so too", end - (u64)segment, SEGMENT_SIZE);
	check_number("all of them", keys_of_segment(segment, 0, 0x60), 0);
	for (n = 0; n < 64; n += 3)
		set_key(segment + n * PAGE_SIZE, 0x60 | REFERENCE);
	asm volatile(".insn rre,0xb9ae0000,%0,%1" : "=d"(bits) : "a"(segment + 5 * PAGE_SIZE) : "memory");
	check_number("RRBM: reference bits of 64 blocks", bits, 0x9249249249249249);
	asm volatile(".insn rre,0xb9ae0000,%0,%1" : "=d"(bits) : "a"(segment) : "memory");
	check_number("which are zero then", bits, 0);
	*(u64 *)segment = ~0UL;
	asm volatile(".insn rre,0xb9af0000,%1,%0" : "+a"(segment) : "d"((u64)(PFMF_SET_KEY | PFMF_CLEAR | 0x90)) : "memory");
	check_number("PFMF sets one", get_key(segment), 0x90);
	check_number("and clears it", *(u64 *)segment, 0);
}

int main(void)
{
	printf("storage-keys: a key for every block\n");
	set_and_insert();
	reference_and_change();
	untouched();
	random_operations();
	conditional_setting();
	many_at_a_time();
	return test_summary();
}
