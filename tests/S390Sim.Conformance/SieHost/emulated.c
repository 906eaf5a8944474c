/*
 * What a hypervisor has to execute in its guest's place: operands by real and by virtual address, alignment, storage that is not
 * there, protection, keys, timers. Prints what happened, not whether it was right: the same program on the machine itself
 * says that. Run with 64 MiB.
 */
#include "alloc.h"
#include "console.h"
#include "dat.h"
#include "string.h"

#define STORAGE		(64 * MiB)
#define MAPPED		0x40000000UL		/* virtual: a page, an invalid one, a protected one, one beyond storage */
#define MISSING		(MAPPED + PAGE_SIZE)
#define PROTECTED	(MAPPED + 2 * PAGE_SIZE)
#define BEYOND		(MAPPED + 3 * PAGE_SIZE)

static struct address_space space;
static u8 *page, *other;
static int cc;

#define CC_OF(text, ...) asm volatile(text "\n\tipm %0\n\tsrl %0,28" : "=d"(cc) : __VA_ARGS__ : "0", "cc", "memory")

static void store_cpu_id(u64 at) { CC_OF("stidp 0(%1)", "a"(at)); }
static void store_cpu_address(u64 at) { CC_OF("stap 0(%1)", "a"(at)); }
static void store_prefix(u64 at) { CC_OF("stpx 0(%1)", "a"(at)); }
static void set_prefix(u64 at) { CC_OF("spx 0(%1)", "a"(at)); }
static void set_clock(u64 at) { CC_OF("sck 0(%1)", "a"(at)); }
static void report_word(u64 at) { CC_OF(".insn s,0xb2390000,0(%1)", "a"(at)); }
static void test_protection(u64 at) { CC_OF("tprot 0(%1),0", "a"(at)); }
static void move_here(u64 at) { CC_OF("lghi %%r0,0\n\tmvpg %1,%2", "a"(at), "a"(MAPPED + 4 * PAGE_SIZE)); }

static void move_from(u64 at) { CC_OF("lghi %%r0,0\n\tmvpg %1,%2", "a"(MAPPED + 4 * PAGE_SIZE), "a"(at)); }

static const struct {
	const char *name;
	void (*execute)(u64 at);
} instructions[] = {
	{ "STIDP", store_cpu_id }, { "STAP", store_cpu_address }, { "STPX", store_prefix }, { "SPX", set_prefix }, { "SCK", set_clock },
	{ "STCRW", report_word }, { "MVPG to", move_here }, { "MVPG from", move_from }, { "TPROT", test_protection },
};

/* The version of the CPU id says who executed STIDP; the clock was different. */
static u64 checksum(const u8 *from)
{
	u64 sum = 0, i;

	for (i = 0; i < PAGE_SIZE; i++)
		sum = sum * 31 + (i ? from[i] : 0);
	return sum;
}

static void fill(void)
{
	u32 i;

	for (i = 0; i < PAGE_SIZE; i++)
		page[i] = other[i] = 0;
	memset(other, 0x5a, 64);
}

static void attempt(const char *name, const char *where, void (*execute)(u64), u64 at, bool virtual)
{
	u16 code;

	fill();
	cc = 0;
	*(volatile u64 *)lowcore(LC_TEID) = 0;
	code = EXPECT_PGM(if (virtual) dat_on(space.asce); execute(at); if (virtual) dat_off());
	if (code)
		printf("%s, %s: PGM %04x, ILC %u, TEID %lx\n", name, where, code, pgm.ilc,
		       code == 0x10 || code == 0x11 ? pgm.teid & -PAGE_SIZE : 0);
	else
		printf("%s, %s: cc %d, stored %lx %lx\n", name, where, cc, checksum(page), checksum(other));
}

static void operands(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(instructions); i++) {
		const char *name = instructions[i].name;
		void (*execute)(u64) = instructions[i].execute;

		attempt(name, "real", execute, (u64)page, i > 5);
		attempt(name, "odd", execute, (u64)page + 1, i > 5);
		attempt(name, "a word", execute, (u64)page + 4, i > 5);
		attempt(name, "behind storage", execute, STORAGE, i > 5);
		attempt(name, "virtual", execute, MAPPED, true);
		attempt(name, "missing page", execute, MISSING, true);
		attempt(name, "protected page", execute, PROTECTED, true);
		attempt(name, "page behind storage", execute, BEYOND, true);
		attempt(name, "missing segment", execute, MAPPED + 16 * MiB, true);
		attempt(name, "never touched", execute, STORAGE / 2 + i * PAGE_SIZE, i == 6 || i == 7);
	}
}

static void blocks(void)
{
	u64 frame = (u64)page, r0 = 1, key, control;

	printf("keys and frames\n");
	fill();
	memset(page, 0x33, 128);
	asm volatile("lgr %%r0,%1\n\ttb %%r0,%2\n\tipm %0\n\tsrl %0,28\n\tlgr %1,%%r0"
		     : "=d"(cc), "+d"(r0) : "a"(frame) : "0", "cc", "memory");
	printf("TB: cc %d, r0 %lx, page %lx\n", cc, r0, checksum(page));
	printf("TB behind storage: PGM %04x\n", EXPECT_PGM(asm volatile("tb %%r0,%0" : : "a"(STORAGE) : "0", "cc", "memory")));
	memset(page, 0x33, 128);
	control = 0x20000 | 0x10000 | 0x30;
	asm volatile(".insn rre,0xb9af0000,%0,%1" : : "d"(control), "d"(frame) : "memory");
	key = 0;
	asm volatile("iske %0,%1" : "+d"(key) : "a"(frame));
	printf("PFMF: key %lx, page %lx\n", key & 0xf8, checksum(page));
	frame = (u64)page & -MiB;
	frame += MiB - 2 * PAGE_SIZE;
	control = 0x20000 | 0x1000 | 0x40;
	asm volatile(".insn rre,0xb9af0000,%1,%0" : "+d"(frame) : "d"(control) : "memory");
	printf("PFMF of a megabyte from its last but one page: %lx\n", frame & (MiB - 1));
	printf("PFMF of a size that is none: PGM %04x\n",
	       EXPECT_PGM(asm volatile(".insn rre,0xb9af0000,%0,%1" : : "d"(0x7000UL), "d"(frame) : "memory")));
	asm volatile("rrbe %%r0,%1\n\tipm %0\n\tsrl %0,28" : "=d"(cc) : "a"(page) : "cc");
	printf("RRBE: cc %d\n", cc);
}

static void set_programmable_field(u64 value)
{
	register u64 r0 asm("0") = value;

	asm volatile(".insn e,0x0107" : : "d"(r0));
}

static void clocks(void)
{
	u64 now, value = 0xd000000000000000;

	asm volatile("sck %1\n\tstck %0" : "=Q"(now) : "Q"(value) : "cc");
	printf("the clock goes on from where it was set: %d\n", now >= value && now - value < TOD_MS(1));
	set_programmable_field(0x1234);
	printf("SCKPF of more than 16 bits: PGM %04x\n", EXPECT_PGM(set_programmable_field(0x12345)));
	asm volatile(".insn s,0xb2780000,%0" : "=Q"(*(u8 (*)[16])page) : : "cc");
	printf("the programmable field: %x\n", *(u16 *)(page + 14));
}

static void others(void)
{
	u64 kept = 0;

	printf("DIAGNOSE 44: PGM %04x\n", EXPECT_PGM(asm volatile(".insn rs,0x83000000,%%r0,%%r0,0x44" : : : "memory")));
	printf("DIAGNOSE 300: PGM %04x\n", EXPECT_PGM(asm volatile(".insn rs,0x83000000,%%r0,%%r0,0x300" : : : "memory")));
	WRITE_CR(6, 0x0a000000);
	asm volatile("stctg %%c6,%%c6,%0" : "=Q"(kept));
	printf("control register 6: %lx\n", kept);
}

int main(void)
{
	page = alloc_page();
	other = alloc_page();
	space_create(&space, REGION_THIRD, 4 * MiB);
	space_map(&space, MAPPED, page);
	space_map(&space, PROTECTED, page);
	*space_entry(&space, PROTECTED, PAGE) |= PTE_PROTECT;
	space_map(&space, BEYOND, (void *)STORAGE);
	space_map(&space, MAPPED + 4 * PAGE_SIZE, other);
	operands();
	blocks();
	clocks();
	others();
	return 0;
}
