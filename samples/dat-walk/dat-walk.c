/*
 * dat-walk: dynamic address translation. Tables of every type, what a walk through them finds, and every way in which it
 * ends early: the interruption code, where the old PSW points, what the translation-exception identification says.
 *
 * Needs no device.
 */
#include "alloc.h"
#include "dat.h"
#include "test.h"

#define IDENTITY	(4 * MiB)
#define PATTERN		0x0123456789abcdefUL
#define TEID_DAT	0x4			/* bit 61 of a protection exception: the tables protect */

extern char probe_load[], probe_load_end[], probe_store[], probe_store_end[];
u64 load(u64 address) __asm__("probe_load");
void store(u64 address, u64 value) __asm__("probe_store");
void branch(u64 address) __asm__("probe_branch");

static u64 *frame, *other;

/* The access in the space; the exception's code or 0. pgm and loaded tell the rest. */
static u64 loaded;

static u16 load_in(u64 asce, u64 address)
{
	return EXPECT_PGM(dat_on(asce); loaded = load(address); dat_off());
}

static u16 store_in(u64 asce, u64 address, u64 value)
{
	return EXPECT_PGM(dat_on(asce); store(address, value); dat_off());
}

static void check_loads(const char *name, u64 asce, u64 address, u64 want)
{
	u16 code = load_in(asce, address);

	check_text(name, code ? outcome_text(PGM(code)) : loaded == want ? "read" : "other data", "read");
}

static const char *where(u64 address, const char *start, const char *end)
{
	return address == (u64)start ? "nullified" : address == (u64)end ? "suppressed" : "elsewhere";
}

/* Nullified: the old PSW points to the instruction. The TEID names the page, and the primary space (bits 62-63). */
static void check_nullified(const char *name, u64 asce, u64 address, u16 want)
{
	char seen[64], wanted[64];
	u16 code = load_in(asce, address);

	snprintf(seen, sizeof(seen), "%s, %s, ILC %u, TEID %s", outcome_text(PGM(code)),
		 where(pgm.old.address, probe_load, probe_load_end), pgm.ilc / 2,
		 (pgm.teid & -PAGE_SIZE) == (address & -PAGE_SIZE) && !(pgm.teid & 3) ? "names the page" : "is wrong");
	snprintf(wanted, sizeof(wanted), "%s, nullified, ILC 3, TEID names the page", outcome_text(PGM(want)));
	check_text(name, seen, wanted);
}

static void check_suppressed(const char *name, u16 code, const char *start, const char *end, u16 want)
{
	char seen[48], wanted[48];

	snprintf(seen, sizeof(seen), "%s, %s, ILC %u", outcome_text(PGM(code)), where(pgm.old.address, start, end),
		 pgm.ilc / 2);
	snprintf(wanted, sizeof(wanted), "%s, suppressed, ILC 3", outcome_text(PGM(want)));
	check_text(name, seen, wanted);
}

static void translation(void)
{
	static const u64 page = 0x12345678000;
	struct address_space s;
	u64 real;
	int cc;

	section("Region-third, segment and page tables");
	space_create(&s, REGION_THIRD, IDENTITY);
	space_map(&s, page, frame);
	space_map(&s, page + PAGE_SIZE, other);
	space_map(&s, 0x40000000, frame);
	frame[0] = PATTERN;
	frame[511] = 0x1111111122222222;
	other[0] = 0x3333333344444444;
	check_loads("a page reads its frame", s.asce, page, PATTERN);
	check_loads("a second address for the frame", s.asce, 0x40000000, PATTERN);
	check_loads("a doubleword across pages comes from both frames", s.asce, page + PAGE_SIZE - 4, 0x2222222233333333);
	check_number("a store ends in order", store_in(s.asce, page + 8, ~PATTERN), 0);
	check("it reached the frame", frame[1] == ~PATTERN);

	dat_on(s.asce);
	asm volatile("lrag %0,0x123(%2)\n\tipm %1\n\tsrl %1,28" : "=&d"(real), "=d"(cc) : "a"(page) : "cc");
	dat_off();
	check("LOAD REAL ADDRESS finds the frame", !cc && real == (u64)frame + 0x123);
}

static void designations(void)
{
	static const struct { enum level level; const char *name; u64 address, beyond; } type[] = {
		{ SEGMENT, "segment table", 0x7ffff000, 0x80000000 },
		{ REGION_THIRD, "region-third table", 0x3fffffff000, 0x40000000000 },
		{ REGION_SECOND, "region-second table", 0x1ffffffffff000, 0x20000000000000 },
		{ REGION_FIRST, "region-first table", 0xfffffffffffff000, 0 },
	};
	struct address_space s;
	u32 i;

	section("Address-space-control elements");
	frame[0] = PATTERN;
	for (i = 0; i < ARRAY_SIZE(type); i++) {
		printf("%s\n", type[i].name);
		space_create(&s, type[i].level, IDENTITY);
		space_map(&s, type[i].address, frame);
		check_loads("its last page", s.asce, type[i].address, PATTERN);
		if (type[i].beyond)
			check_nullified("the page after it", s.asce, type[i].beyond, 0x0038);
	}
	printf("real space\n");
	check_loads("the address is the real address", ASCE_REAL_SPACE, (u64)frame, PATTERN);
}

static void large_frame(void)
{
	u64 *megabyte = alloc(MiB, MiB), cr0 = READ_CR(0);
	struct address_space s;

	section("A segment as one frame (EDAT-1)");
	if (!has_facility(FACILITY_EDAT_1)) {
		printf("SKIP: enhanced-DAT facility 1 is not installed\n");
		return;
	}
	megabyte[0x12340 / 8] = PATTERN;
	space_create(&s, REGION_THIRD, IDENTITY);
	space_map_megabyte(&s, 0x50000000, megabyte);
	WRITE_CR(0, cr0 | CR0_EDAT);
	check_loads("a load inside it", s.asce, 0x50012340, PATTERN);
	check_number("a store ends in order", store_in(s.asce, 0x500ffff8, PATTERN), 0);
	check("it reached the end of the frame", megabyte[MiB / 8 - 1] == PATTERN);
	WRITE_CR(0, cr0);
}

/* One entry of the walk holds the value while a load goes through it. */
static void check_entry(const char *name, struct address_space *s, u64 address, enum level level, u64 value, u16 want)
{
	u64 *entry = space_entry(s, address, level), good = *entry;

	*entry = value;
	check_nullified(name, s->asce, address, want);
	*entry = good;
}

static void invalid_entries(void)
{
	static const u64 address = 0x50300c1234567000;		/* nothing in common with the program's own addresses */
	struct address_space s;

	section("Invalid entries");
	space_create(&s, REGION_FIRST, IDENTITY);
	space_map(&s, address, frame);
	check_loads("all valid", s.asce, address, frame[0]);
	check_entry("page-table entry", &s, address, PAGE, PTE_INVALID, 0x0011);
	check_entry("segment-table entry", &s, address, SEGMENT, RSTE_INVALID, 0x0010);
	check_entry("region-third-table entry", &s, address, REGION_THIRD, RSTE_INVALID | 0x4, 0x003b);
	check_entry("region-second-table entry", &s, address, REGION_SECOND, RSTE_INVALID | 0x8, 0x003a);
	check_entry("region-first-table entry", &s, address, REGION_FIRST, RSTE_INVALID | 0xc, 0x0039);
	check_loads("all valid again", s.asce, address, frame[0]);
	check_outcome("a branch to an unmapped page",
		      PGM(EXPECT_PGM(dat_on(s.asce); branch(address + 4 * PAGE_SIZE); dat_off())), PGM(0x0011));
	check("the old PSW points there", pgm.old.address == address + 4 * PAGE_SIZE);
}

static void lengths(void)
{
	static const u64 high = 0x20000000000 + 0x40000000;	/* third quarter of both tables */
	struct address_space s;
	u64 rte;

	section("Table lengths");
	space_create(&s, REGION_THIRD, IDENTITY);
	space_map(&s, high, frame);
	check_loads("in the third quarter of the region-third and segment tables", s.asce, high, frame[0]);
	check_nullified("region-third table of one quarter", s.asce & ~ASCE_TL, high, 0x003b);
	rte = *space_entry(&s, high, REGION_THIRD);
	check_entry("segment table of one quarter", &s, high, REGION_THIRD, rte & ~RSTE_TL, 0x0010);
	check_entry("segment table without its first three quarters", &s, high, REGION_THIRD, rte | 0xc0, 0x0010);
}

static void check_specification(const char *name, struct address_space *s, u64 address, enum level level, u64 value)
{
	u64 *entry = space_entry(s, address, level), good = *entry;

	*entry = value;
	check_suppressed(name, load_in(s->asce, address), probe_load, probe_load_end, 0x0012);
	*entry = good;
}

static void malformed_entries(void)
{
	static const u64 address = 0x1234567000;
	struct address_space s;
	u64 rte, ste;

	section("Malformed entries");
	space_create(&s, REGION_THIRD, IDENTITY);
	space_map(&s, address, frame);
	rte = *space_entry(&s, address, REGION_THIRD);
	ste = *space_entry(&s, address, SEGMENT);
	check_specification("region-third-table entry of type segment", &s, address, REGION_THIRD, rte & ~RSTE_TT);
	check_specification("segment-table entry of type region-third", &s, address, SEGMENT, ste | 0x4);
	check_specification("page-table entry with bit 52", &s, address, PAGE, (u64)frame | 0x800);
}

static void check_protected(const char *name, struct address_space *s, u64 address)
{
	check_suppressed(name, store_in(s->asce, address, 0), probe_store, probe_store_end, 0x0004);
	check("the TEID names the page and DAT protection",
	      (pgm.teid & -PAGE_SIZE) == (address & -PAGE_SIZE) && pgm.teid & TEID_DAT);
	check("the frame is as it was", frame[0] == PATTERN);
	check_loads("a load is allowed", s->asce, address, PATTERN);
}

static void protection(void)
{
	static const u64 address = 0x1234567000;
	struct address_space s;

	section("DAT protection");
	frame[0] = PATTERN;
	space_create(&s, REGION_THIRD, IDENTITY);
	space_map(&s, address, frame);
	*space_entry(&s, address, PAGE) |= PTE_PROTECT;
	check_protected("a store to a page protected by its entry", &s, address);
	*space_entry(&s, address, PAGE) &= ~PTE_PROTECT;
	*space_entry(&s, address, SEGMENT) |= RSTE_PROTECT;
	check_protected("a store to a page in a protected segment", &s, address);
}

static u16 store_real(u64 address)
{
	u64 old = *(volatile u64 *)lowcore(address);

	return EXPECT_PGM(store(address, old));
}

/* Bytes 0-511 and 4096-4607, for the program; what an interruption stores there is exempt. */
static void low_address_protection(void)
{
	u64 cr0 = READ_CR(0);
	struct address_space s;

	section("Low-address protection");
	space_create(&s, REGION_THIRD, IDENTITY);
	WRITE_CR(0, cr0 | CR0_LOW_ADDRESS_PROTECTION);
	check_suppressed("byte 504, DAT off", store_real(504), probe_store, probe_store_end, 0x0004);
	check_number("byte 512, DAT off", store_real(512), 0);
	check_suppressed("byte 4096, DAT off", store_real(4096), probe_store, probe_store_end, 0x0004);
	check_suppressed("byte 4600, DAT off", store_real(4600), probe_store, probe_store_end, 0x0004);
	check_number("byte 4608, DAT off", store_real(4608), 0);
	check_suppressed("byte 4096, DAT on", store_in(s.asce, 4096, 0), probe_store, probe_store_end, 0x0004);
	check_number("byte 4096, DAT on, private space", store_in(s.asce | ASCE_PRIVATE_SPACE, 4096, 0), 0);
	WRITE_CR(0, cr0);
	check_number("byte 4096, the control off", store_real(4096), 0);
}

static void invalidation(void)
{
	static const u64 address = 0x1234567000;
	struct address_space s;
	u64 *entry;

	section("INVALIDATE PAGE TABLE ENTRY");
	space_create(&s, REGION_THIRD, IDENTITY);
	space_map(&s, address, frame);
	entry = space_entry(&s, address, PAGE);
	dat_on(s.asce);
	load(address);
	asm volatile("ipte %0,%1" : : "a"((u64)entry & ~0x7ffUL), "a"(address) : "memory");
	loaded = EXPECT_PGM(load(address));
	dat_off();
	check_number("the next load ends with code", loaded, 0x11);
	check_number("the entry has its invalid bit", *(volatile u64 *)entry & PTE_INVALID, PTE_INVALID);
}

int main(void)
{
	printf("dat-walk: dynamic address translation\n");
	frame = alloc_page();
	alloc_page();
	other = alloc_page();
	translation();
	designations();
	large_frame();
	invalid_entries();
	lengths();
	malformed_entries();
	protection();
	low_address_protection();
	invalidation();
	return test_summary();
}
