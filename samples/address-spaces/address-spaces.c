/*
 * address-spaces: several address spaces at once. Access registers and access lists with everything that may forbid their use,
 * the linkage stack, a stacking PROGRAM CALL into another space and the way back, the moves between spaces, a traced branch.
 *
 * Needs no device.
 */
#include "alloc.h"
#include "dat.h"
#include "test.h"

#define IDENTITY	(4 * MiB)
#define WINDOW		0x40000000UL		/* other storage in each space */
#define STACK		0x50000000UL		/* the linkage stack, in the home space only */

u64 ar_load(u64 address, u32 alet);
void ar_store(u64 address, u32 alet, u64 value);
void ar_copy(u64 to, u32 to_alet, u64 from, u32 from_alet);
int test_access(u32 alet, u32 eax);
void through_stack(u64 *state);
void return_early(void);
void call_program(u64 number);
int to_primary(u64 to, u64 from, u64 length);
int to_secondary(u64 to, u64 from, u64 length);
int between(u64 to, u64 from, u64 length, u64 controls);
void traced_branch(void);
extern char service[];
extern u64 service_saw[4];

/* ASN-second-table entry. */
struct aste {
	u32 authority_origin;
	u16 ax, authority_length;
	u64 asce;
	u32 access_list, sequence, linkage, unused[4], instance, rest[4];
};

struct access_list_entry {
	u8 flags, sequence;
	u16 aleax;
	u32 unused, aste, aste_sequence;
};

#define ALE_INVALID	0x80
#define ALE_FETCH_ONLY	0x02
#define ALE_PRIVATE	0x01

/* Dispatchable-unit-control table. */
struct duct {
	u32 base_aste, subspace, unused, subspace_sequence, access_list, rest[11];
};

struct entry_table_entry {
	u64 address;
	u16 akm, asn, ekm, unused;
	u32 options, aste;
	u64 parameter;
};

#define ETE_STACKING	0x80000000
#define ETE_64		0x40000000
#define ETE_AR_MODE	0x02000000

#define CR0_SECONDARY_SPACE	0x04000000	/* bit 37 */
#define CR14_ASN_TRANSLATION	0x00080000	/* bit 44 */
#define CR12_BRANCH_TRACE	0x8000000000000000

enum { PRIMARY = 1, SECONDARY, OTHER, HOME, SPACES };

#define TOKEN(number, sequence)	((u32)(sequence) << 16 | (number))
#define OTHER_TOKEN		TOKEN(2, 5)

static struct address_space space[SPACES];
static u64 *window[SPACES], *stack;
static struct aste *aste;
static struct access_list_entry *list;
static struct duct *duct;
static struct entry_table_entry *entry;
static u8 *authority;

static void set_entry(u32 number, u8 flags, u8 sequence, u16 aleax, u32 asn)
{
	list[number] = (struct access_list_entry){ flags, sequence, aleax, 0, (u64)&aste[asn], aste[asn].sequence };
}

static void create_spaces(void)
{
	u32 *first = alloc_page(), *linkage = alloc(256, 128), n;

	aste = alloc_page();
	list = alloc(256, 128);
	duct = alloc(64, 64);
	entry = alloc(256, 64);
	authority = alloc(64, 4);
	stack = alloc_page();
	for (n = PRIMARY; n < SPACES; n++) {
		space_create(&space[n], SEGMENT, IDENTITY);
		window[n] = alloc_page();
		window[n][0] = 0x1111111111111111 * n;
		space_map(&space[n], WINDOW, window[n]);
		aste[n].authority_origin = (u64)authority;
		aste[n].authority_length = 0x0010;
		aste[n].ax = n;
		aste[n].asce = space[n].asce;
		aste[n].sequence = 100 + n;
		aste[n].linkage = 0x80000000 | (u64)linkage;
	}
	space_map(&space[HOME], STACK, stack);
	for (n = 0; n < 64; n++)
		authority[n] = 0xff;
	first[0] = (u64)aste;
	for (n = 1; n < 1024; n++)
		first[n] = 0x80000000;
	for (n = 0; n < 16; n++)
		list[n].flags = ALE_INVALID;
	set_entry(2, 0, 5, 0, OTHER);
	duct->base_aste = (u64)&aste[PRIMARY];
	duct->access_list = (u64)list | 1;
	linkage[0] = (u64)entry | 1;
	for (n = 1; n < 32; n++)
		linkage[n] = 0x80000000;

	WRITE_CR(0, READ_CR(0) | CR0_SECONDARY_SPACE);
	WRITE_CR(2, (u64)duct);
	WRITE_CR(3, 0x80000000 | SECONDARY);
	WRITE_CR(4, (u64)PRIMARY << 16 | PRIMARY);
	WRITE_CR(5, (u64)&aste[PRIMARY]);
	WRITE_CR(7, space[SECONDARY].asce);
	WRITE_CR(8, (u64)9 << 16);
	WRITE_CR(13, space[HOME].asce);
	WRITE_CR(14, READ_CR(14) | CR14_ASN_TRANSLATION | (u64)first >> 12);
}

/* One section of a linkage stack with so many bytes behind its header entry. */
static void create_stack(u64 free)
{
	stack[0] = 0;
	stack[1] = 0x0900000000000000 | free << 32;
	stack[2 + free / 8] = 0;
	stack[3 + free / 8] = 0x0a00000000000000;
	WRITE_CR(15, STACK + 8);
}

#define IN_SPACES(...)	EXPECT_PGM(dat_on(space[PRIMARY].asce); asm volatile(".insn s,0xb2480000,0(0)" : : : "memory"); \
				   __VA_ARGS__; dat_off())

static u64 loaded;

static outcome load(u32 alet)
{
	u16 code = IN_SPACES(loaded = ar_load(WINDOW, alet));

	return code ? PGM(code) : CC(0);
}

static outcome store(u32 alet, u64 value)
{
	u16 code = IN_SPACES(ar_store(WINDOW + 8, alet, value));

	return code ? PGM(code) : CC(0);
}

static void check_load(const char *name, u32 alet, u32 asn)
{
	check_outcome(name, load(alet), CC(0));
	check("it is that space's", loaded == 0x1111111111111111 * asn);
}

static void access_registers(void)
{
	section("Access registers");
	check_load("token 0 is the primary space", 0, PRIMARY);
	check_load("token 1 is the secondary space", 1, SECONDARY);
	check_load("a token of the dispatchable unit's list", OTHER_TOKEN, OTHER);
	check_outcome("a store through it", store(OTHER_TOKEN, 0x5a5a), CC(0));
	check("it reached that space alone", window[OTHER][1] == 0x5a5a && !window[PRIMARY][1] && !window[SECONDARY][1]);
	check_number("a move from the secondary space to it ends in order",
		     IN_SPACES(ar_copy(WINDOW + 16, OTHER_TOKEN, WINDOW, 1)), 0);
	check("it moved", window[OTHER][2] == window[SECONDARY][0]);
}

static void check_refused(const char *name, u32 alet, u16 code)
{
	check_outcome(name, load(alet), PGM(code));
	check_number("access register", *(volatile u8 *)lowcore(0xa0), 2);
}

static void refusals(void)
{
	section("What access-register translation refuses");
	check_outcome("a token with a reserved bit", load(0x02000002), PGM(0x0028));
	check_refused("an entry beyond the list", TOKEN(16, 5), 0x0029);
	check_refused("an invalid entry", TOKEN(3, 0), 0x0029);
	check_refused("another sequence number", TOKEN(2, 6), 0x002a);
	aste[OTHER].authority_origin |= 0x80000000;
	check_refused("a space that is gone", OTHER_TOKEN, 0x002b);
	aste[OTHER].authority_origin &= ~0x80000000;
	aste[OTHER].sequence++;
	check_refused("a space that is another now", OTHER_TOKEN, 0x002c);
	aste[OTHER].sequence--;
	set_entry(2, ALE_PRIVATE, 5, 8, OTHER);
	authority[2] = 0xef;
	check_refused("a private entry without authority", OTHER_TOKEN, 0x002d);
	set_entry(2, ALE_PRIVATE, 5, 9, OTHER);
	check_load("a private entry of the program's own", OTHER_TOKEN, OTHER);
	set_entry(2, ALE_FETCH_ONLY, 5, 0, OTHER);
	check_load("a fetch-only entry", OTHER_TOKEN, OTHER);
	check_outcome("a store through it", store(OTHER_TOKEN, 0), PGM(0x0004));
	set_entry(2, 0, 5, 0, OTHER);
	check_load("all as before", OTHER_TOKEN, OTHER);

	section("TEST ACCESS");
	check_number("token 0", test_access(0, 9), 0);
	check_number("a token of the dispatchable unit", test_access(OTHER_TOKEN, 9), 1);
	check_number("token 1", test_access(1, 9), 3);
	check_number("another sequence number", test_access(TOKEN(2, 6), 9), 3);
}

static void linkage_stack(void)
{
	u64 state[3] = { 0 };

	section("The linkage stack");
	create_stack(600);
	check_number("BRANCH AND STACK and PROGRAM RETURN", IN_SPACES(through_stack(state)), 0);
	check("MODIFY STACKED STATE was seen by EXTRACT STACKED STATE", state[0] == 0xffffffff && state[1] == 0xfffffffe);
	check_number("the entry is one of a branch: cc", state[2], 0);
	check("the stack is as it was", READ_CR(15) == STACK + 8);
	check_number("PROGRAM RETURN with an empty stack", IN_SPACES(return_early()), 0x0031);
	stack[1] |= 0x8000000000000000;
	check_number("unstacking forbidden", IN_SPACES(return_early()), 0x0034);
	create_stack(288);
	check_number("no space, and no next section", IN_SPACES(through_stack(state)), 0x0030);
}

static void program_call(void)
{
	section("PROGRAM CALL to another space");
	create_stack(600);
	entry[1] = (struct entry_table_entry){ (u64)service, 0xffff, OTHER, 0, 0, ETE_STACKING | ETE_64 | ETE_AR_MODE,
					       (u64)&aste[OTHER], 0 };
	check_number("the call and the return", IN_SPACES(call_program(1)), 0);
	check("the program saw its own space", service_saw[0] == window[OTHER][0]);
	check("and its caller's", service_saw[1] == window[PRIMARY][0]);
	check_number("its primary ASN", service_saw[2], OTHER);
	check_number("its secondary ASN", service_saw[3], PRIMARY);
	check("the spaces are as they were", READ_CR(1) == space[PRIMARY].asce && READ_CR(7) == space[SECONDARY].asce);
	check_number("a linkage index without entry", IN_SPACES(call_program(0x101)), 0x0022);
	check_number("its number is reported", pgm.teid, 0x101);
	check_number("an entry index beyond the table", IN_SPACES(call_program(8)), 0x0023);
	aste[OTHER].authority_origin |= 0x80000000;
	check_number("a space that is gone", IN_SPACES(call_program(1)), 0x0021);
	aste[OTHER].authority_origin &= ~0x80000000;
	aste[OTHER].asce |= 0x40;
	check_number("a space-switch event", IN_SPACES(call_program(1)), 0x001c);
	check("after the switch", pgm.old.address == (u64)service && READ_CR(1) == aste[OTHER].asce);
	check_number("the old ASN is reported", pgm.teid, PRIMARY);
	aste[OTHER].asce &= ~0x40UL;
	WRITE_CR(3, 0x80000000 | SECONDARY);
	WRITE_CR(4, (u64)PRIMARY << 16 | PRIMARY);
	WRITE_CR(5, (u64)&aste[PRIMARY]);
	WRITE_CR(7, space[SECONDARY].asce);
	create_stack(600);
}

static void moves(void)
{
	int cc = -1;

	section("Moves between spaces");
	check_number("MOVE TO PRIMARY", IN_SPACES(cc = to_primary(WINDOW + 24, WINDOW, 8)), 0);
	check("moved, cc 0", !cc && window[PRIMARY][3] == window[SECONDARY][0]);
	check_number("MOVE TO SECONDARY of 300 bytes", IN_SPACES(cc = to_secondary(WINDOW + 512, WINDOW, 300)), 0);
	check("256 moved, cc 3", cc == 3 && window[SECONDARY][64] == window[PRIMARY][0] &&
	      window[SECONDARY][67] == window[PRIMARY][3]);
	if (!has_facility(27)) {
		printf("SKIP: MOVE WITH OPTIONAL SPECIFICATIONS is not installed\n");
		return;
	}
	check_number("MOVE WITH OPTIONAL SPECIFICATIONS, home to secondary",
		     IN_SPACES(cc = between(WINDOW + 40, WINDOW, 8, 0x008100c1)), 0);
	check("moved, cc 0", !cc && window[SECONDARY][5] == window[HOME][0]);
}

static void tracing(void)
{
	u32 *table = alloc_page();

	section("Tracing");
	WRITE_CR(12, CR12_BRANCH_TRACE | (u64)table);
	traced_branch();
	check("a branch makes an entry", table[0] && READ_CR(12) == (CR12_BRANCH_TRACE | ((u64)table + 4)));
	WRITE_CR(12, CR12_BRANCH_TRACE | ((u64)table + PAGE_SIZE - 4));
	check_number("the end of the table", EXPECT_PGM(traced_branch()), 0x0016);
	WRITE_CR(12, 0);
}

int main(void)
{
	printf("address-spaces: several address spaces at once\n");
	create_spaces();
	access_registers();
	refusals();
	linkage_stack();
	program_call();
	moves();
	tracing();
	return test_summary();
}
