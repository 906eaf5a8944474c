/*
 * smp: several CPUs. The first one brings the others up with SIGNAL PROCESSOR and gives them work: locks, signals, a page that
 * is invalidated under them, the clock they share; then it stops and resets them.
 *
 * Needs no device, and two CPUs or more; prints the same for any number of them but in its first lines.
 */
#include "alloc.h"
#include "cpu.h"
#include "dat.h"
#include "string.h"
#include "test.h"

#define MAX_CPUS	64
#define STACK_SIZE	(8 * KiB)
#define ROUNDS		1000
#define CLOCK_VALUES	16

#define SIGP_SENSE			0x01
#define SIGP_EXTERNAL_CALL		0x02
#define SIGP_EMERGENCY_SIGNAL		0x03
#define SIGP_STOP			0x05
#define SIGP_RESTART			0x06
#define SIGP_STOP_AND_STORE_STATUS	0x09
#define SIGP_INITIAL_CPU_RESET		0x0b
#define SIGP_CPU_RESET			0x0c
#define SIGP_SET_PREFIX			0x0d
#define SIGP_STORE_STATUS_AT_ADDRESS	0x0e
#define SIGP_SET_ARCHITECTURE		0x12
#define SIGP_SENSE_RUNNING_STATUS	0x15

#define CR0_SIGNALS	0x6000		/* emergency signal, external call */

void secondary_entry(void);
u32 load_until_fault(volatile u64 *p);
void load_fault(void);
void wait_enabled(void);

/* What secondary.S finds in the prefix area at 0x600. */
struct start {
	u64 cr0, stack;
	void (*function)(void);
};

static struct cpu {
	u8 *prefix;
	void (*volatile work)(struct cpu *);
	volatile bool came;
	volatile u32 address, seen, faults;
	u64 clock[CLOCK_VALUES];
} cpus[MAX_CPUS];

static u32 count;

/* Another CPU has something to do: DIAGNOSE 44, voluntary time-slice end. */
static void relax(void)
{
	asm volatile("diag 0,0,0x44" : : : "memory");
}

static u16 own_address(void)
{
	u16 address;

	asm volatile("stap %0" : "=Q"(address));
	return address;
}

/* Condition code, with the status in the bits above. */
static u32 sigp_once(u32 address, u32 order, u64 value)
{
	register u64 status asm("0") = 0;
	register u64 parameter asm("1") = value;
	u32 cc;

	asm volatile("sigp %1,%3,0(%4)\n\tipm %0\n\tsrl %0,28"
		     : "=d"(cc), "+d"(status) : "d"(parameter), "d"((u64)address), "a"((u64)order) : "cc", "memory");
	return cc | (cc == 1 ? (u32)status << 8 : 0);
}

static u32 sigp(u32 address, u32 order, u64 parameter)
{
	u32 end;

	while ((end = sigp_once(address, order, parameter)) == 2)
		relax();
	return end;
}

static void check_sigp(const char *name, u32 end, u32 cc, u32 status)
{
	char seen[32], wanted[32];

	snprintf(seen, sizeof(seen), "cc %u status %x", end & 3, end >> 8);
	snprintf(wanted, sizeof(wanted), "cc %u status %x", cc, status);
	check_text(name, seen, wanted);
}

/* Whether something holds for all CPUs but the first; each gets the time it needs. */
#define ALL_OTHERS(c, condition)		\
({						\
	bool all_ = true;			\
	u32 n_, tries_;				\
	for (n_ = 1; n_ < count; n_++) {	\
		struct cpu *c = &cpus[n_];	\
		for (tries_ = 0; tries_ < 20000000 && !(condition); tries_++) \
			relax();		\
		all_ = all_ && (condition);	\
	}					\
	all_;					\
})

/* The life of another CPU: do what it is told. */
static void secondary(void)
{
	struct cpu *me = &cpus[own_address()];

	me->address = own_address();
	me->came = true;
	for (;;) {
		void (*work)(struct cpu *) = me->work;

		if (!work) {
			relax();
			continue;
		}
		work(me);
		me->work = NULL;
	}
}

static bool idle(struct cpu *c)
{
	return c->work == NULL;
}

static void give_all(void (*work)(struct cpu *))
{
	u32 n;

	for (n = 1; n < count; n++)
		cpus[n].work = work;
}

static void signals_to_stopped_cpus(void)
{
	section("Signal processor");
	check_sigp("sense a stopped CPU", sigp(1, SIGP_SENSE, 0), 1, 0x40);
	check_sigp("sense its running status", sigp(1, SIGP_SENSE_RUNNING_STATUS, 0), 1, 0x400);
	check_sigp("an address without a CPU", sigp(0xff00, SIGP_SENSE, 0), 3, 0);
	check_sigp("an order that is not assigned", sigp(1, 0xff, 0), 1, 0x02);
	check_sigp("set its prefix to where no storage is", sigp(1, SIGP_SET_PREFIX, 0x7fffe000), 1, 0x100);
	check_sigp("store its status there", sigp(1, SIGP_STORE_STATUS_AT_ADDRESS, 0x7ffffe00), 1, 0x100);
	check_sigp("set its prefix while it operates", sigp(0, SIGP_SET_PREFIX, 0x20000), 1, 0x200);
	check_sigp("store its status while it operates", sigp(0, SIGP_STORE_STATUS_AT_ADDRESS, 0x20000), 1, 0x200);
	check_sigp("sense itself", sigp(0, SIGP_SENSE, 0), 0, 0);
	check_sigp("set architecture to what it is", sigp(0, SIGP_SET_ARCHITECTURE, 1), 1, 0x100);
}

/* A prefix area for another CPU, with new PSWs like this one's. */
static bool start(struct cpu *c, u32 address)
{
	struct start *s;

	c->prefix = alloc(2 * PAGE_SIZE, 2 * PAGE_SIZE);
	memcpy(c->prefix + LC_NEW_PSWS, lowcore(LC_NEW_PSWS), 96);
	*(struct psw *)(c->prefix + LC_NEW_PSWS) = (struct psw){ PSW_EA_BA, (u64)secondary_entry };
	s = (struct start *)(c->prefix + 0x600);
	s->cr0 = CR0_INITIAL;
	s->stack = (u64)alloc(STACK_SIZE, 16) + STACK_SIZE - 160;
	s->function = secondary;
	return sigp(address, SIGP_SET_PREFIX, (u64)c->prefix) == 0 && sigp(address, SIGP_RESTART, 0) == 0;
}

static void bring_up(void)
{
	bool accepted = true;
	u32 n;

	section("Start");
	for (n = 1; n < count; n++)
		accepted = start(&cpus[n], n) && accepted;
	check("set prefix and restart are accepted", accepted);
	require("every CPU has come", ALL_OTHERS(c, c->came));
	check("and knows its address", ALL_OTHERS(c, c->address == (u32)(c - cpus)));
	check_sigp("sense one that operates", sigp(1, SIGP_SENSE, 0), 0, 0);
	check_sigp("sense its running status", sigp(1, SIGP_SENSE_RUNNING_STATUS, 0), 0, 0);
}

static volatile u32 lock, locked_count, swapped_count;

static bool compare_and_swap(volatile u32 *p, u32 old, u32 new)
{
	u32 cc;

	asm volatile("cs %1,%3,%2\n\tipm %0\n\tsrl %0,28" : "=d"(cc), "+d"(old), "+Q"(*p) : "d"(new) : "cc", "memory");
	return cc == 0;
}

static void count_up(struct cpu *me)
{
	u32 n, old;

	for (n = 0; n < ROUNDS; n++) {
		while (!compare_and_swap(&lock, 0, me->address + 1))
			relax();
		locked_count++;
		asm volatile("" : : : "memory");
		lock = 0;
		do
			old = swapped_count;
		while (!compare_and_swap(&swapped_count, old, old + 1));
	}
}

static void locks(void)
{
	section("Locks");
	give_all(count_up);
	check("every CPU has counted", ALL_OTHERS(c, idle(c)));
	check("under a lock: no count is lost", locked_count == (count - 1) * ROUNDS);
	check("with compare and swap alone: neither", swapped_count == (count - 1) * ROUNDS);
}

static void wait_for_signal(struct cpu *me)
{
	WRITE_CR(0, CR0_INITIAL | CR0_SIGNALS);
	wait_enabled();
	WRITE_CR(0, CR0_INITIAL);
	me->seen = ext_info()->code << 16 | ext_info()->cpu;
}

static void send_all(u32 order)
{
	u32 n;

	give_all(wait_for_signal);
	for (n = 1; n < count; n++)
		sigp(n, order, 0);
}

/* A CPU that only looks for work: it has no signal enabled. */
static void signals(void)
{
	section("Signals");
	send_all(SIGP_EMERGENCY_SIGNAL);
	check("emergency signal: every CPU has taken it", ALL_OTHERS(c, idle(c)));
	check("code 1201, from CPU 0", ALL_OTHERS(c, c->seen == 0x12010000));
	send_all(SIGP_EXTERNAL_CALL);
	check("external call: every CPU has taken it", ALL_OTHERS(c, idle(c)));
	check("code 1202, from CPU 0", ALL_OTHERS(c, c->seen == 0x12020000));
	check_sigp("external call to a CPU with signals disabled", sigp(1, SIGP_EXTERNAL_CALL, 0), 0, 0);
	check_sigp("another one", sigp(1, SIGP_EXTERNAL_CALL, 0), 1, 0x80);
	check_sigp("sense", sigp(1, SIGP_SENSE, 0), 1, 0x80);
	cpus[1].work = wait_for_signal;
	while (!idle(&cpus[1]))
		relax();
	check_sigp("it has taken the first: sense", sigp(1, SIGP_SENSE, 0), 0, 0);
}

static struct address_space space;
static volatile u64 *page;
static volatile u32 loading;

static void load_page(struct cpu *me)
{
	volatile struct psw *new_psw = lowcore(LC_PGM_NEW);
	struct psw old = *new_psw;
	u32 before;

	new_psw->mask = PSW_EA_BA;
	new_psw->address = (u64)load_fault;
	WRITE_CR(1, space.asce);
	do
		before = loading;
	while (!compare_and_swap(&loading, before, before + 1));
	me->faults = load_until_fault(page);
	*new_psw = old;
}

static void invalidate(void)
{
	u64 *entry, tables;
	u32 n;

	section("Invalidation");
	page = alloc_page();
	space_create(&space, SEGMENT, 4 * MiB);
	entry = space_entry(&space, (u64)page, PAGE);
	tables = (u64)entry & ~0x7ffUL;
	give_all(load_page);
	while (loading < count - 1)
		relax();
	for (n = 0; n < 100; n++)	/* each has loaded from the page by now */
		relax();
	asm volatile("ipte %0,%1" : : "d"(tables), "d"((u64)page) : "memory");
	check("IPTE: the entry is invalid", *entry & PTE_INVALID);
	check("every CPU has met that", ALL_OTHERS(c, idle(c)));
	check("page translation on each", ALL_OTHERS(c, c->faults == 0x0011));
}

static void store_clocks(struct cpu *me)
{
	u32 n;

	for (n = 0; n < CLOCK_VALUES; n++)
		me->clock[n] = tod_clock();
}

static void clocks(void)
{
	bool unique = true, grows = true;
	u32 a, b, m, n;

	section("Clock");
	give_all(store_clocks);
	check("every CPU has stored the clock many times", ALL_OTHERS(c, idle(c)));
	for (a = 1; a < count; a++)
		for (m = 1; m < CLOCK_VALUES; m++)
			grows = grows && cpus[a].clock[m] > cpus[a].clock[m - 1];
	check("its values grow", grows);
	for (a = 1; a < count; a++)
		for (b = a + 1; b < count; b++)
			for (m = 0; m < CLOCK_VALUES; m++)
				for (n = 0; n < CLOCK_VALUES; n++)
					unique = unique && cpus[a].clock[m] != cpus[b].clock[n];
	check("and no two CPUs have the same", unique);
}

static void stop(void)
{
	u64 *area = alloc(512, 512);
	u32 n, end = 0;

	section("Stop");
	check_sigp("stop", sigp(1, SIGP_STOP, 0), 0, 0);
	check_sigp("sense", sigp(1, SIGP_SENSE, 0), 1, 0x40);
	check_sigp("store status at address", sigp(1, SIGP_STORE_STATUS_AT_ADDRESS, (u64)area), 0, 0);
	check("its prefix is there", ((u32 *)area)[0x118 / 4] == (u32)(u64)cpus[1].prefix);
	check("its PSW too: supervisor state, 64-bit", (area[0x100 / 8] & ~(3UL << 44)) == PSW_EA_BA);
	check("and control register 0", area[0x180 / 8] == CR0_INITIAL);
	check_sigp("initial CPU reset", sigp(1, SIGP_INITIAL_CPU_RESET, 0), 0, 0);
	check_sigp("store status again", sigp(1, SIGP_STORE_STATUS_AT_ADDRESS, (u64)area), 0, 0);
	check("its prefix is zero", ((u32 *)area)[0x118 / 4] == 0);
	check("its PSW is zero", area[0x100 / 8] == 0 && area[0x108 / 8] == 0);
	check("control register 14 has its initial value", area[0x180 / 8 + 14] == 0xc2000000);
	for (n = 1; n < count; n++)
		end |= sigp(n, SIGP_CPU_RESET, 0);
	check_sigp("CPU reset of all", end, 0, 0);
	end = 0x40 << 8 | 1;
	for (n = 1; n < count; n++)
		end &= sigp(n, SIGP_SENSE, 0);
	check_sigp("sense them", end, 1, 0x40);
}

int main(void)
{
	printf("smp: several CPUs\n");
	for (count = 0; count < MAX_CPUS && (sigp(count, SIGP_SENSE, 0) & 3) != 3; count++)
		;
	printf("%u CPUs answer\n", count);
	if (count < 2) {
		printf("nothing to do\n");
		return 0;
	}
	signals_to_stopped_cpus();
	bring_up();
	locks();
	signals();
	invalidate();
	clocks();
	stop();
	return test_summary();
}
