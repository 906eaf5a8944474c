/* Program interruptions seen from C, and the ends of a run. */
#include "console.h"
#include "cpu.h"

struct pgm_info pgm;

/* Take over what the handler found and the lowcore says; pgm_arm cleared the code, so 0 means that nothing happened. */
u16 pgm_disarm(void)
{
	*(volatile u64 *)lowcore(LC_PGM_RESUME) = 0;
	pgm.code = *(volatile u16 *)lowcore(LC_SAW_PGM + 2);
	pgm.ilc = *(volatile u8 *)lowcore(LC_SAW_PGM + 1);
	pgm.dxc = *(volatile u8 *)lowcore(LC_DXC + 3);
	pgm.old = *(struct psw *)lowcore(LC_PGM_OLD);
	pgm.teid = *(volatile u64 *)lowcore(LC_TEID);
	return pgm.code;
}

void disabled_wait(u64 address)
{
	struct psw psw = { PSW_WAIT | PSW_EA_BA, address };

	for (;;)
		asm volatile("lpswe %0" : : "Q"(psw) : "memory");
}

/* The kvm-unit-tests way of telling the verdict on the console, then the same in the wait PSW. */
void exit(int code)
{
	printf("EXIT: STATUS=%d\n", code << 1 | 1);
	disabled_wait(code ? WAIT_FAIL | (code & 0x7f) : WAIT_PASS);
}

void pgm_crash(void);

/* Nobody expected this program interruption. A second one, in here, goes straight to the disabled wait. */
void pgm_crash(void)
{
	volatile struct psw *new_psw = lowcore(LC_PGM_NEW);
	const u64 *gr = lowcore(LC_PGM_GRS);
	int i;

	pgm_disarm();
	WRITE_CR(0, CR0_INITIAL | CR0_SERVICE_SIGNAL);
	new_psw->mask = PSW_WAIT | PSW_EA_BA;
	new_psw->address = WAIT_CRASH;
	printf("PROGRAM CHECK: code %04x, instruction length %d\n", pgm.code, pgm.ilc);
	printf("  old PSW %016lx %016lx\n", pgm.old.mask, pgm.old.address);
	printf("  TEID    %016lx\n", pgm.teid);
	for (i = 0; i < 16; i += 4)
		printf("  GR%-2d    %016lx %016lx %016lx %016lx\n", i, gr[i], gr[i + 1], gr[i + 2], gr[i + 3]);
	disabled_wait(WAIT_CRASH);
}
