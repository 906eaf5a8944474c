/*
 * per: program-event recording. Each watched instruction either runs through or is interrupted; the interruption's code, the
 * events, the modes, the PER address and the old PSW are told.
 *
 * Needs no device.
 */
#include "cpu.h"
#include "test.h"

#define SEQUENCE(name) void name(void); extern char name##_start[], name##_end[]

SEQUENCE(load);
SEQUENCE(branch);
SEQUENCE(branch_next);
SEQUENCE(branch_not);
SEQUENCE(store);
SEQUENCE(store_long);
SEQUENCE(store_executed);
SEQUENCE(store_real);
SEQUENCE(move_long);
SEQUENCE(supervisor_call);
SEQUENCE(load_psw);
SEQUENCE(handled);
SEQUENCE(operation);
SEQUENCE(beyond_storage);
SEQUENCE(monitor_call);
SEQUENCE(overflow);
SEQUENCE(zero_base);
SEQUENCE(no_base);

extern char branch_target[], per_data[], per_pages[];

#define LC_PER_CODE	0x096
#define LC_PER_ADDRESS	0x098
#define LC_SVC_NEW	0x1c0

#define BRANCH		0x80000000UL
#define FETCH		0x40000000UL
#define STORE		0x20000000UL
#define STORE_REAL	0x08000000UL
#define ZERO_ADDRESS	0x04000000UL
#define NULLIFICATION	0x01000000UL
#define BRANCH_CONTROL	0x00800000UL

static const char *where(u64 address, const char *start, const char *end)
{
	if (address == (u64)start)
		return "at it";
	if (address == (u64)end)
		return "after it";
	if (address == (u64)branch_target)
		return "at the target";
	return address == *(u64 *)lowcore(LC_SVC_NEW + 8) ? "at the SVC new PSW" : "elsewhere";
}

/* Runs a sequence with control registers 9-11 as given. */
static void watch(const char *name, void (*sequence)(void), const char *start, const char *end, u64 events, u64 from, u64 to,
		  const char *wanted)
{
	char seen[96];
	u16 code;

	WRITE_CR(9, events);
	WRITE_CR(10, from);
	WRITE_CR(11, to);
	code = EXPECT_PGM(sequence());
	WRITE_CR(9, 0);
	if (!code)
		snprintf(seen, sizeof(seen), "nothing");
	else
		snprintf(seen, sizeof(seen), "PGM %04x, events %04x, ILC %u, %s, old PSW %s", code, *(volatile u16 *)lowcore(LC_PER_CODE),
			 pgm.ilc / 2, where(*(volatile u64 *)lowcore(LC_PER_ADDRESS), start, end), where(pgm.old.address, start, end));
	check_text(name, seen, wanted);
}

#define WATCH(text, name, events, from, to, wanted) \
	watch(text, name, name##_start, name##_end, events, (u64)(from), (u64)(to), wanted)

/* The area is the instruction itself. */
#define WATCH_IT(text, name, events, wanted) WATCH(text, name, events, name##_start, (u64)name##_end - 1, wanted)

int main(void)
{
	printf("per: program-event recording\n");

	section("Instruction fetching");
	WATCH_IT("in the area", load, FETCH, "PGM 0080, events 40e0, ILC 1, at it, old PSW after it");
	WATCH("the second byte in the area", load, FETCH, load_start + 1, (u64)load_end - 1, "nothing");
	WATCH("the area wraps around", load, FETCH, branch, load_start, "PGM 0080, events 40e0, ILC 1, at it, old PSW after it");
	WATCH_IT("nullified", load, FETCH | NULLIFICATION, "PGM 0080, events 41e0, ILC 1, at it, old PSW at it");
	WATCH_IT("supervisor call", supervisor_call, FETCH, "PGM 0080, events 40e0, ILC 1, at it, old PSW at the SVC new PSW");
	WATCH_IT("LOAD PSW EXTENDED, which turns it off", load_psw, FETCH,
		 "PGM 0080, events 40e0, ILC 2, at it, old PSW after it");

	WATCH_IT("STORE PREFIX, which a hypervisor handles", handled, FETCH,
		 "PGM 0080, events 40e0, ILC 2, at it, old PSW after it");

	section("Successful branching");
	WATCH_IT("taken", branch, BRANCH, "PGM 0080, events 80e0, ILC 2, at it, old PSW at the target");
	WATCH_IT("to the next instruction", branch_next, BRANCH, "PGM 0080, events 80e0, ILC 2, at it, old PSW after it");
	WATCH_IT("not taken", branch_not, BRANCH | BRANCH_CONTROL, "nothing");
	WATCH_IT("fetched, too", branch, BRANCH | FETCH, "PGM 0080, events c0e0, ILC 2, at it, old PSW at the target");
	WATCH("the target in the area", branch, BRANCH | BRANCH_CONTROL, branch_target, branch_target,
	      "PGM 0080, events 80e0, ILC 2, at it, old PSW at the target");

	section("Storage alteration");
	WATCH("STORE", store, STORE, per_data + 11, per_data + 11, "PGM 0080, events 20e0, ILC 2, at it, old PSW after it");
	WATCH("a byte behind it", store, STORE, per_data + 12, per_data + 12, "nothing");
	WATCH("MOVE, in part", store_long, STORE, per_data, per_data + 4, "PGM 0080, events 20e0, ILC 3, at it, old PSW after it");
	WATCH("by EXECUTE RELATIVE LONG", store_executed, STORE, per_data + 8, per_data + 8,
	      "PGM 0080, events 20e0, ILC 3, at it, old PSW after it");
	WATCH("STORE PREFIX", handled, STORE, per_data + 19, per_data + 19, "PGM 0080, events 20e0, ILC 2, at it, old PSW after it");
	WATCH("STORE USING REAL ADDRESS", store_real, STORE | STORE_REAL, 1, 1,
	      "PGM 0080, events 08e0, ILC 2, at it, old PSW after it");
	WATCH("MOVE LONG, its first unit of operation", move_long, STORE, per_pages + 4095, per_pages + 4095,
	      "PGM 0080, events 20e0, ILC 1, at it, old PSW at it");

	section("Zero addresses");
	WATCH("a base register that contains zero", zero_base, ZERO_ADDRESS, 0, 0,
	      "PGM 0080, events 04e0, ILC 2, at it, old PSW after it");
	WATCH("no base register", no_base, ZERO_ADDRESS, 0, 0, "nothing");

	section("Along with other interruptions");
	WATCH_IT("operation", operation, FETCH, "PGM 0081, events 40e0, ILC 1, at it, old PSW after it");
	WATCH("addressing: nothing was altered", beyond_storage, FETCH | STORE, 0, ~0UL,
	      "PGM 0085, events 40e0, ILC 3, at it, old PSW after it");
	WRITE_CR(8, 0x1000);
	WATCH_IT("monitor event", monitor_call, FETCH, "PGM 00c0, events 40e0, ILC 2, at it, old PSW after it");
	WRITE_CR(8, 0);
	WATCH("fixed-point overflow: altered", overflow, STORE, per_data, per_data + 15,
	      "PGM 0088, events 20e0, ILC 3, at it, old PSW after it");
	return test_summary();
}
