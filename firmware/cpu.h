/* The processor as a program sees it: interruptions, control registers, the ends of a run. */
#ifndef FIRMWARE_CPU_H
#define FIRMWARE_CPU_H

#include "lowcore.h"
#include "types.h"

struct psw {
	u64 mask, address;
};

/* What a program interruption stored (Principles of Operation, chapter 6). */
struct pgm_info {
	u16 code;
	u8 ilc;			/* bytes: 2, 4 or 6 */
	u8 dxc;
	struct psw old;
	u64 teid;		/* translation-exception identification */
};

struct ext_info {
	struct psw old;
	u32 parameter;
	u16 cpu, code;
	u32 count;
};

/* What an I/O interruption stored; of an adapter's only the identification word says something. */
struct io_info {
	struct psw old;
	u32 subchannel, parameter, identification;
	u32 count;
};

struct svc_info {
	struct psw old;
	u8 zero, ilc;
	u16 code;
	u32 unused, count;
};

/* The lowcore through a pointer the compiler cannot see to be a small constant: it would warn about it as about NULL. */
static inline void *lowcore(u64 offset)
{
	asm("" : "+r"(offset));
	return (void *)offset;
}

static inline volatile const struct ext_info *ext_info(void)
{
	return lowcore(LC_SAW_EXT);
}

static inline volatile const struct io_info *io_info(void)
{
	return lowcore(LC_SAW_IO);
}

static inline volatile const struct svc_info *svc_info(void)
{
	return lowcore(LC_SAW_SVC);
}

/*
 * EXPECT_PGM(statements) runs the statements and yields the code of the program interruption that cut them short, 0 if
 * none did; pgm then tells the rest. Results of the statements may be used only when the code is 0.
 */
extern struct pgm_info pgm;
int pgm_arm(void) __attribute__((returns_twice));
u16 pgm_disarm(void);

#define EXPECT_PGM(...)				\
({						\
	if (!pgm_arm()) {			\
		__VA_ARGS__;			\
	}					\
	pgm_disarm();				\
})

void wait_external(void);
extern const struct psw wait_external_psw;

void wait_io(void);

void enter_problem_state(void);

/* Back from the problem state: the SVC handler returns to the supervisor state whatever the number. */
static inline void leave_problem_state(void)
{
	asm volatile("svc 0" : : : "memory", "cc");
}

/* Statements in the problem state; yields as EXPECT_PGM does, in the supervisor state again. */
#define EXPECT_PGM_IN_PROBLEM_STATE(...)	\
	EXPECT_PGM(enter_problem_state(); __VA_ARGS__; leave_problem_state())

#define READ_CR(n)				\
({						\
	u64 cr_;				\
	asm volatile("stctg %%c" #n ",%%c" #n ",%0" : "=Q"(cr_) : : "memory"); \
	cr_;					\
})

#define WRITE_CR(n, value)			\
do {						\
	u64 cr_ = (value);			\
	asm volatile("lctlg %%c" #n ",%%c" #n ",%0" : : "Q"(cr_) : "memory"); \
} while (0)

static inline u64 tod_clock(void)
{
	u64 t;

	asm volatile("stck %0" : "=Q"(t) : : "cc");
	return t;
}

#define TOD_MS(n)	((u64)(n) * 1000 << 12)	/* bit 51 of the clock is a microsecond */

/* STFL: facility bits 0-31. */
static inline bool has_facility(u32 bit)
{
	volatile const u32 *list = lowcore(LC_STFL);

	asm volatile(".insn s,0xb2b10000,0(0)" : : : "memory");
	return *list >> (31 - bit) & 1;
}

void exit(int code) __attribute__((noreturn));
void disabled_wait(u64 address) __attribute__((noreturn));

#endif
