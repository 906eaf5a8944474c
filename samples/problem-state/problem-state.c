/*
 * problem-state: LPSWE into the problem state and SVC out of it; what a program may not do in between, and that nothing
 * happens when it tries; storage keys.
 *
 * Needs no device.
 */
#include "alloc.h"
#include "cpu.h"
#include "test.h"

struct privileged {
	const char *name;
	void (*instruction)(void);
	u64 end;
};

extern const struct privileged privileged_table[], privileged_table_end[];
u64 load_with_key(const u64 *from, u64 key);
void store_with_key(u64 *to, u64 key, u64 value);

static u64 psw_mask(void)
{
	u64 high, low;

	asm volatile("epsw %0,%1" : "=d"(high), "=d"(low));
	return high << 32 | (low & 0xffffffff);
}

static void there_and_back(void)
{
	volatile const struct svc_info *svc = svc_info();
	u64 inside;

	section("There and back");
	check("the program starts in the supervisor state", !(psw_mask() & PSW_PROBLEM));
	enter_problem_state();
	inside = psw_mask();
	asm volatile("svc 42" : : : "memory", "cc");
	check("LPSWE took it to the problem state", inside & PSW_PROBLEM);
	check_number("SVC stored its number", svc->code, 42);
	check_number("and its length in bytes", svc->ilc, 2);
	check("the SVC old PSW says problem state", svc->old.mask & PSW_PROBLEM);
	check("the handler came back in the supervisor state", !(psw_mask() & PSW_PROBLEM));
}

/* Privileged operation: suppressed, so the old PSW points after the instruction. */
static void check_privileged(const struct privileged *p)
{
	char seen[64], wanted[64];
	u16 code = EXPECT_PGM_IN_PROBLEM_STATE(p->instruction());

	snprintf(seen, sizeof(seen), "%s, ILC %u%s%s", outcome_text(PGM(code)), pgm.ilc / 2,
		 pgm.old.mask & PSW_PROBLEM ? "" : ", supervisor state",
		 pgm.old.address == p->end ? "" : ", the old PSW points elsewhere");
	snprintf(wanted, sizeof(wanted), "PGM 0002, ILC %lu", (p->end - (u64)p->instruction) / 2);
	check_text(p->name, seen, wanted);
}

static void privileged_operations(void)
{
	const struct privileged *p;

	section("Privileged operations");
	for (p = privileged_table; p < privileged_table_end; p++)
		check_privileged(p);
}

static void allowed(void)
{
	u64 before = 0, after = 0, sum = 1;
	u16 code;

	section("What a problem-state program may do");
	code = EXPECT_PGM_IN_PROBLEM_STATE(before = tod_clock(); sum += sum; after = tod_clock());
	check_number("compute, store and read the clock", code, 0);
	check("the clock went on", sum == 2 && after > before);
}

static void set_key(const void *page, u64 key)
{
	asm volatile("sske %0,%1" : : "d"(key), "a"(page) : "memory");
}

static void keys(void)
{
	static const u64 key3 = 0x30, key1 = 0x10, fetch_protect = 0x08;
	u64 *page = alloc_page(), got;

	section("Storage keys");
	page[0] = 0x5a5a;
	set_key(page, key3);
	asm volatile("iske %0,%1" : "=d"(got) : "a"(page), "0"(0UL));
	check_number("the key is set", got & 0xf8, key3);
	check_number("store with key 3", EXPECT_PGM(store_with_key(page, key3, 0xa5a5)), 0);
	check_outcome("store with key 1", PGM(EXPECT_PGM(store_with_key(page, key1, 0))), PGM(0x0004));
	check_number("load with key 1", EXPECT_PGM(got = load_with_key(page, key1)), 0);
	check_number("the first store came through, the second did not", page[0], 0xa5a5);
	set_key(page, key3 | fetch_protect);
	check_outcome("load with key 1, fetch protection", PGM(EXPECT_PGM(load_with_key(page, key1))), PGM(0x0004));
	check_number("load with key 3, fetch protection", EXPECT_PGM(got = load_with_key(page, key3)), 0);
	check_number("load with key 0, fetch protection", EXPECT_PGM(got = load_with_key(page, 0)), 0);
	set_key(page, 0);
}

int main(void)
{
	printf("problem-state: what a program may not do\n");
	there_and_back();
	privileged_operations();
	allowed();
	keys();
	return test_summary();
}
