/*
 * interrupts: what each interruption stores. For supervisor calls and program interruptions the code, the instruction
 * length and exactly where the old PSW points; for external ones the code, the parameter and the PSW of the wait they end.
 *
 * Needs no device.
 */
#include "cpu.h"
#include "sclp.h"
#include "test.h"

#define SEQUENCE(name) void name(void); extern char name##_start[], name##_end[]

SEQUENCE(svc_plain);
SEQUENCE(svc_by_ex);
SEQUENCE(svc_by_exrl);
SEQUENCE(operation_2);
SEQUENCE(operation_4);
SEQUENCE(operation_6);
SEQUENCE(execute_of_execute);
SEQUENCE(odd_pair);
SEQUENCE(beyond_storage);
SEQUENCE(divide_by_zero);
SEQUENCE(overflow);
SEQUENCE(decimal_data);
SEQUENCE(compare_and_trap);
SEQUENCE(monitor_call);
SEQUENCE(early_lpswe);
SEQUENCE(early_lpsw);
SEQUENCE(long_psw_by_lpsw);
SEQUENCE(early_stosm);
SEQUENCE(early_by_exrl);
SEQUENCE(execute_odd);
SEQUENCE(prefix_odd);

void wait_with(const struct psw *psw);
extern char wait_with_end[];

#define CR0_CLOCK_COMPARATOR	0x0800
#define CR0_CPU_TIMER		0x0400
#define CR0_EMERGENCY_SIGNAL	0x4000
#define CR0_EXTERNAL_CALL	0x2000

#define SIGP_EXTERNAL_CALL	2
#define SIGP_EMERGENCY_SIGNAL	3

static const char *where(u64 address, const char *start, const char *end)
{
	return address == (u64)end ? "after it" : address == (u64)start ? "at it" : "elsewhere";
}

static void check_svc(const char *name, void (*sequence)(void), const char *start, const char *end, u32 number, u32 ilc)
{
	volatile const struct svc_info *svc = svc_info();
	char seen[64], wanted[64];

	sequence();
	snprintf(seen, sizeof(seen), "number %02x, ILC %u, old PSW %s", svc->code, svc->ilc / 2,
		 where(svc->old.address, start, end));
	snprintf(wanted, sizeof(wanted), "number %02x, ILC %u, old PSW after it", number, ilc);
	check_text(name, seen, wanted);
}

static void supervisor_calls(void)
{
	section("Supervisor calls");
	check_svc("SVC", svc_plain, svc_plain_start, svc_plain_end, 17, 1);
	check_svc("SVC by EXECUTE", svc_by_ex, svc_by_ex_start, svc_by_ex_end, 0x25, 2);
	check_svc("SVC by EXECUTE RELATIVE LONG", svc_by_exrl, svc_by_exrl_start, svc_by_exrl_end, 0x25, 3);
}

static void check_program(const char *name, void (*sequence)(void), const char *start, const char *end, u32 code, u32 ilc)
{
	char seen[64], wanted[64];
	u16 got = EXPECT_PGM(sequence());

	snprintf(seen, sizeof(seen), "PGM %04x, ILC %u, old PSW %s", got, pgm.ilc / 2, where(pgm.old.address, start, end));
	snprintf(wanted, sizeof(wanted), "PGM %04x, ILC %u, old PSW after it", code, ilc);
	check_text(name, seen, wanted);
}

#define CHECK_PROGRAM(text, name, code, ilc) check_program(text, name, name##_start, name##_end, code, ilc)

static void program_interruptions(void)
{
	section("Program interruptions");
	CHECK_PROGRAM("operation, 2 bytes", operation_2, 0x0001, 1);
	CHECK_PROGRAM("operation, 4 bytes", operation_4, 0x0001, 2);
	CHECK_PROGRAM("operation, 6 bytes", operation_6, 0x0001, 3);
	CHECK_PROGRAM("execute: EXECUTE of EXECUTE", execute_of_execute, 0x0003, 2);
	CHECK_PROGRAM("addressing: LG beyond storage", beyond_storage, 0x0005, 3);
	CHECK_PROGRAM("specification: DLGR with an odd register", odd_pair, 0x0006, 2);
	CHECK_PROGRAM("data: CVB without a sign", decimal_data, 0x0007, 2);
	check_number("data-exception code: decimal", pgm.dxc, 0x00);
	CHECK_PROGRAM("data: COMPARE IMMEDIATE AND TRAP", compare_and_trap, 0x0007, 3);
	check_number("data-exception code: compare and trap", pgm.dxc, 0xff);
	CHECK_PROGRAM("fixed-point overflow: AR", overflow, 0x0008, 1);
	CHECK_PROGRAM("fixed-point divide: DLGR by zero", divide_by_zero, 0x0009, 2);
}

/* An invalid PSW is loaded all the same; the exception that follows has an ILC of 0 where nobody knows what loaded it. */
static void psw_exceptions(void)
{
	section("Invalid PSWs, and which exception comes first");
	CHECK_PROGRAM("LOAD PSW EXTENDED, bit 0", early_lpswe, 0x0006, 0);
	CHECK_PROGRAM("LOAD PSW, bit 0", early_lpsw, 0x0006, 0);
	CHECK_PROGRAM("LOAD PSW of a PSW of 16 bytes", long_psw_by_lpsw, 0x0006, 2);
	CHECK_PROGRAM("STORE THEN OR SYSTEM MASK, bit 0", early_stosm, 0x0006, 2);
	CHECK_PROGRAM("the same by EXECUTE RELATIVE LONG", early_by_exrl, 0x0006, 3);
	CHECK_PROGRAM("EXECUTE of an odd address", execute_odd, 0x0006, 2);
	CHECK_PROGRAM("SET PREFIX from an odd address", prefix_odd, 0x0006, 2);
	check_number("the same in the problem state", EXPECT_PGM_IN_PROBLEM_STATE(prefix_odd()), 0x0002);
}

static void monitor(void)
{
	section("Monitor call");
	check_number("class 3, its mask bit in control register 8 off", EXPECT_PGM(monitor_call()), 0);
	WRITE_CR(8, 0x1000);
	CHECK_PROGRAM("class 3, on", monitor_call, 0x0040, 2);
	check_number("monitor class", *(volatile u16 *)lowcore(LC_MON_CLASS), 3);
	check_number("monitor code", *(volatile u64 *)lowcore(LC_MON_CODE), 0x123);
	WRITE_CR(8, 0);
}

static u16 own_cpu(void)
{
	u16 cpu;

	asm volatile("stap %0" : "=Q"(cpu));
	return cpu;
}

/* Waits with one subclass of external interruptions enabled; says what came and whether the old PSW is the wait's. */
static void check_external(const char *name, u64 cr0_mask, u32 code)
{
	struct psw psw = { PSW_EXT | PSW_WAIT | PSW_EA_BA, (u64)wait_with_end };
	volatile const struct ext_info *ext = ext_info();
	u64 cr0 = READ_CR(0);
	char seen[64], wanted[64];
	u32 count = ext->count;

	WRITE_CR(0, (cr0 & ~(u64)CR0_SERVICE_SIGNAL) | cr0_mask);
	wait_with(&psw);
	WRITE_CR(0, cr0);
	snprintf(seen, sizeof(seen), "code %04x, %u interruption, old PSW %s", ext->code, ext->count - count,
		 ext->old.mask == psw.mask && ext->old.address == psw.address ? "is the wait's" : "is another");
	snprintf(wanted, sizeof(wanted), "code %04x, 1 interruption, old PSW is the wait's", code);
	check_text(name, seen, wanted);
}

static int sigp_self(u32 order)
{
	register u64 parameter asm("1") = 0;
	register u64 status asm("0") = 0;
	int cc;

	asm volatile("sigp %1,%3,0(%4)\n\tipm %0\n\tsrl %0,28"
		     : "=d"(cc), "+d"(status) : "d"(parameter), "d"((u64)own_cpu()), "a"((u64)order) : "cc", "memory");
	return cc;
}

static void external_interruptions(void)
{
	volatile const struct ext_info *ext = ext_info();
	u64 clock, never = ~0UL, soon = TOD_MS(1), far = ~0UL >> 1;

	section("External interruptions");
	check_number("SIGP emergency signal to itself: cc", sigp_self(SIGP_EMERGENCY_SIGNAL), 0);
	check_external("emergency signal", CR0_EMERGENCY_SIGNAL, 0x1201);
	check("it names the sender", ext->cpu == own_cpu());
	check_number("SIGP external call to itself: cc", sigp_self(SIGP_EXTERNAL_CALL), 0);
	check_external("external call", CR0_EXTERNAL_CALL, 0x1202);
	check("it names the sender", ext->cpu == own_cpu());

	clock = tod_clock();			/* the past, when it is set */
	asm volatile("sckc %0" : : "Q"(clock));
	check_external("clock comparator", CR0_CLOCK_COMPARATOR, 0x1004);
	asm volatile("sckc %0" : : "Q"(never));

	asm volatile("spt %0" : : "Q"(soon));
	check_external("CPU timer, which has run below zero", CR0_CPU_TIMER, 0x1005);
	asm volatile("spt %0" : : "Q"(far));
}

/* The write-event-mask command again, as the console issued it, with the interruption awaited by hand. */
static void service_signal(void)
{
	static struct {
		struct sccb_header header;
		u16 reserved, mask_length;
		u32 masks[4];
	} sccb __attribute__((aligned(4096))) = { .header.length = sizeof(sccb), .mask_length = 4, .masks[1] = 0x40000040 };
	struct ext_info seen;
	int cc;

	asm volatile(".insn	rre,0xb2200000,%1,%2\n\tipm %0\n\tsrl %0,28"
		     : "=d"(cc) : "d"(SCLP_WRITE_EVENT_MASK), "d"(&sccb) : "cc", "memory");
	wait_external();
	seen = *ext_info();			/* the next line printed is the next service signal */

	section("Service signal");
	check_number("SERVC: cc", cc, 0);
	check_number("interruption code", seen.code, 0x2401);
	check("the parameter is the block's address", (seen.parameter & ~7U) == (u32)(u64)&sccb);
	check("the old PSW is the wait's",
	      seen.old.mask == wait_external_psw.mask && seen.old.address == wait_external_psw.address);
	check_number("response code", sccb.header.response, 0x0020);
}

int main(void)
{
	printf("interrupts: what an interruption stores\n");
	supervisor_calls();
	program_interruptions();
	psw_exceptions();
	monitor();
	external_interruptions();
	service_signal();
	return test_summary();
}
