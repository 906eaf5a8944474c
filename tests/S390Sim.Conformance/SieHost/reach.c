/*
 * What a device reaches through tables of every kind: entries and tables beyond 64 MiB of storage, exchanged tables, large
 * frames, protection above the page. Prints what happened, not whether it was right: the same program on the machine itself
 * says that. Run with an edu device and 64 MiB.
 */
#include "alloc.h"
#include "clp.h"
#include "console.h"
#include "edu.h"
#include "string.h"

#define STORAGE		(64 * MiB)
#define BYTES		0x100UL
#define IOTA_TRANSLATE	0x800

static struct pci_function edu;
static enum level top;
static u64 *root, base;
static u8 *source, *mark;

static const char *const type_names[] = { "segment table", "region-third table", "region-second table", "region-first table" };

static u64 *entry_of(u64 iova, enum level level)
{
	return table_entry(root, top, iova, level);
}

static u64 checksum(const u8 *page)
{
	u64 sum = 0, i;

	for (i = 0; i < PAGE_SIZE; i++)
		sum = sum * 31 + page[i];
	return sum;
}

/* The function is brought back from the error state; what had been registered stays. */
static void recover(void)
{
	static const struct fib none;
	struct pci_event e;

	while (pci_next_event(&e))
		printf(", event %04x at +%lx", e.pec, e.address - base);
	printf(", fc %02x\n", pci_fc(edu.fh));
	if (pci_fc(edu.fh) & FC_ERROR)
		pci_modify(edu.fh, 0, RESET_ERROR, &none);
}

/* RPCIT over a range, then DMA to a page and from it. */
static void attempt(const char *what, u64 start, u64 bytes, u64 iova)
{
	outcome refreshed = pci_refresh(edu.fh, start, bytes), out, in;

	printf("%s: RPCIT %s", what, outcome_text(refreshed));
	recover();
	edu_fetch(&edu, base, BYTES);
	out = edu_deliver(&edu, iova, BYTES);
	printf("  to it %s", outcome_text(out));
	recover();
	in = edu_fetch(&edu, iova, BYTES);
	printf("  from it %s", outcome_text(in));
	recover();
	printf("  marked page %lx\n", checksum(mark));
}

/* One entry has a value for a while. */
static void with_entry(const char *what, u64 iova, enum level level, u64 value)
{
	u64 *entry = entry_of(iova, level), before = *entry;

	*(volatile u64 *)entry = value;
	attempt(what, iova, PAGE_SIZE, iova);
	*(volatile u64 *)entry = before;
	printf("  as before: RPCIT %s", outcome_text(pci_refresh(edu.fh, iova, PAGE_SIZE)));
	recover();
}

static void pages(void)
{
	u64 iova = base + 2 * PAGE_SIZE;

	with_entry("the last page of storage", iova, PAGE, STORAGE - PAGE_SIZE);
	with_entry("the page behind storage", iova, PAGE, STORAGE);
	with_entry("a page at 1 GiB", iova, PAGE, GiB);
	with_entry("a page at 1 TiB", iova, PAGE, 1024 * GiB);
	with_entry("the last page of all", iova, PAGE, -PAGE_SIZE);
	with_entry("an invalid page behind storage", iova, PAGE, STORAGE | PTE_INVALID);
	with_entry("unassigned bits of a page entry", iova, PAGE, (u64)mark | 0x9ff);
}

static void tables(void)
{
	u64 iova = base + 16 * MiB, *other = new_table(PAGE), segment;
	enum level l;
	char name[48];

	*entry_of(iova, PAGE) = (u64)mark;
	segment = *entry_of(iova, SEGMENT);
	attempt("a page of a segment of its own", iova, PAGE_SIZE, iova);
	with_entry("a page table behind storage", iova, SEGMENT, (segment & 0x7ff) | STORAGE);
	with_entry("a protected segment", iova, SEGMENT, segment | RSTE_PROTECT);
	with_entry("a megabyte", iova, SEGMENT, STE_FORMAT | (STORAGE - MiB));
	with_entry("a megabyte that is protected", iova, SEGMENT, STE_FORMAT | RSTE_PROTECT | (STORAGE - MiB));
	with_entry("a megabyte behind storage", iova, SEGMENT, STE_FORMAT | STORAGE);
	for (l = REGION_THIRD; l <= top; l++) {
		snprintf(name, sizeof(name), "an entry of level %u that designates nothing there", l);
		with_entry(name, iova, l, (*entry_of(iova, l) & 0xfff) | STORAGE);
		snprintf(name, sizeof(name), "a protected entry of level %u", l);
		with_entry(name, iova, l, *entry_of(iova, l) | RSTE_PROTECT);
		snprintf(name, sizeof(name), "an entry of level %u that is its own table", l);
		with_entry(name, iova, l, (*entry_of(iova, l) & 0xfff) | ((u64)entry_of(iova, l) & -16 * KiB));
	}

	/* Another page table in its place, of which one page is announced. */
	other[0] = (u64)source;
	other[7] = (u64)mark;
	*entry_of(iova, SEGMENT) = (u64)other;
	attempt("an exchanged page table, another page of it", iova, PAGE_SIZE, iova + 7 * PAGE_SIZE);
	*entry_of(iova, SEGMENT) = segment | RSTE_INVALID;
	attempt("the segment is gone", iova, MiB, iova + 7 * PAGE_SIZE);
	*entry_of(iova, SEGMENT) = segment;
	attempt("and is back with its old table", iova, PAGE_SIZE, iova);
	attempt("a page that only the other table had", iova, PAGE_SIZE, iova + 7 * PAGE_SIZE);
}

static void registered(u32 type)
{
	struct fib fib = { .pba = base, .pal = base + 32 * MiB - 1 };
	outcome o;

	top = SEGMENT + type;
	printf("\n== %s\n", type_names[type]);
	root = new_table(top);
	*entry_of(base, PAGE) = (u64)source;
	fib.iota = STORAGE | IOTA_TRANSLATE | type << 2;
	o = pci_modify(edu.fh, 0, REGISTER_IOAT, &fib);
	printf("register a table behind storage: %s", outcome_text(o));
	recover();
	if (o != CC(0))
		return;
	attempt("a page of it", base, PAGE_SIZE, base);
	fib.iota = (u64)root | IOTA_TRANSLATE | type << 2;
	printf("reregister: %s", outcome_text(pci_modify(edu.fh, 0, REREGISTER_IOAT, &fib)));
	recover();
	attempt("a page that was there before", base, 0, base);
	pages();
	tables();
	printf("deregister: %s", outcome_text(pci_modify(edu.fh, 0, DEREGISTER_IOAT, &fib)));
	recover();
}

int main(void)
{
	u32 type, i;

	if (!pci_find(EDU_VENDOR, EDU_DEVICE, &edu) || pci_enable(&edu) != CC(0) || !edu_start(&edu))
		return 1;
	base = edu.sdma;
	source = alloc_page();
	mark = alloc_page();
	for (i = 0; i < PAGE_SIZE; i++) {
		source[i] = i * 7;
		mark[i] = i * 11;
	}
	for (type = 0; type < ARRAY_SIZE(type_names); type++)
		registered(type);
	return 0;
}
