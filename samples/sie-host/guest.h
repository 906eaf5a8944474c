/* A guest of this hypervisor: its CPUs with their state descriptions and registers, its storage, what is pending. */
#ifndef SIE_HOST_GUEST_H
#define SIE_HOST_GUEST_H

#include "cpu.h"
#include "translation.h"
#include "types.h"

#define GUEST_SIZE	(64 * MiB)
#define GUEST_ORIGIN	GiB		/* of the guest's storage in the host's primary space: its MSO */

/* Interception codes */
enum icpt {
	ICPT_NONE = 0x00,
	ICPT_INSTRUCTION = 0x04,
	ICPT_PROGRAM = 0x08,
	ICPT_EXTERNAL_REQUEST = 0x10,
	ICPT_EXTERNAL = 0x14,
	ICPT_IO_REQUEST = 0x18,
	ICPT_WAIT = 0x1c,
	ICPT_OPERATION = 0x2c,
};

/* Program-interruption codes */
enum pgm {
	PGM_OPERATION = 0x01,
	PGM_PRIVILEGED = 0x02,
	PGM_PROTECTION = 0x04,
	PGM_ADDRESSING = 0x05,
	PGM_SPECIFICATION = 0x06,
	PGM_SEGMENT = 0x10,
	PGM_PAGE = 0x11,
	PGM_TRANSLATION = 0x12,
	PGM_OPERAND = 0x15,
	PGM_ASCE = 0x38,
	PGM_REGION_FIRST = 0x39,
	PGM_REGION_THIRD = 0x3b,
};

#define SCLP_READ_CPU_INFO	0x00010001
#define SCLP_READ_DONE		0x0010

/* cpuflags */
#define SIE_IO_REQUEST		0x02000000
#define SIE_EXTERNAL_REQUEST	0x01000000
#define SIE_ZARCH		0x00000800
#define SIE_GED2		0x00000010	/* the guest has enhanced DAT 1 and 2, if the machine has */
#define SIE_GED			0x00000004	/* only 1 */
/* eca, ecb, ecb2, icptstatus */
#define ECA_CEI			0x80000000
#define ECA_PROTECTION		0x00002000
#define ECB_SPECIFICATION	0x08
#define ECB2_EXECUTION		0x20		/* instruction-execution protection */
#define ECB2_FRAME_KEYS		0x10		/* RCPBY: the guest's keys are those of its frames, there are no PGSTEs */
#define ICPT_EXECUTED		0x01
#define ICPT_PER_FETCH		0x02

#define SIE_LCTL(register)	(0x8000 >> (register))

/* State description, format 2 (the fields that this hypervisor uses). */
struct state_description {
	u32 cpuflags, prefix;			/* 000 */
	u8 reserved008[0x20];
	u64 cpu_timer, clock_comparator, epoch;	/* 028 */
	u32 svc_control;			/* 040 */
	u16 lctl, cpu_address;
	u32 ictl, eca;				/* 048 */
	u8 icptcode, icptstatus;		/* 050 */
	u16 host_cpu;
	u8 reserved054[2];
	u16 ipa;				/* 056 */
	u32 ipb, sca_high;			/* 058 */
	u8 fpf, ecb, ecb2, ecb3;		/* 060 */
	u32 sca_low;				/* 064 */
	u8 reserved068[4];
	u32 tod_programmable;			/* 06c */
	u8 reserved070[0x10];
	u64 mso, msl;				/* 080 */
	struct psw psw;				/* 090 */
	u64 gr14, gr15;				/* 0a0 */
	u8 reserved0b0[0x10];
	u32 external_parameter;			/* 0c0 */
	u16 external_cpu, external_code;
	u32 reserved0c8;
	u16 program_ilc, program_code;		/* 0cc */
	u32 dxc;				/* 0d0 */
	u16 monitor_class;
	u8 per_code, per_mode;			/* 0d6 */
	u64 per_address;			/* 0d8 */
	u8 exception_access, per_access, operand_access, ar_mode;
	u32 reserved0e4;
	u64 teid;				/* 0e8 */
	u8 reserved0f0[0x10];
	u64 cr[16];				/* 100 */
	u64 breaking_event;			/* 180 */
	u8 reserved188[0x18];
	u32 facilities;				/* 1a0 */
	u8 reserved1a4[0x5c];
} __attribute__((packed, aligned(512)));
_Static_assert(sizeof(struct state_description) == 512, "a state description has 512 bytes");
_Static_assert(__builtin_offsetof(struct state_description, psw) == 0x90, "PSW at 090");
_Static_assert(__builtin_offsetof(struct state_description, facilities) == 0x1a0, "facility list at 1A0");

/* Why SIE was left, for the account at the end. */
enum exit_kind {
	EXIT_INSTRUCTION, EXIT_PROGRAM, EXIT_REQUEST, EXIT_WAIT, EXIT_STORAGE, EXIT_HOST_IO, EXIT_HOST_TIMER, EXIT_KINDS
};

struct vcpu {
	u64 gr[14];				/* entry.S; 14 and 15 are in the state description */
	struct state_description *sd;		/* entry.S */
	u64 fpr[16];				/* entry.S: what stays in the processor until another CPU has its turn */
	u32 ar[16], fpc;
	u16 address;
	bool stopped;
	u64 waits_since;			/* TOD from which on its CPU timer is to be stepped; 0 while it does not wait */
	u64 emergency_signals;			/* pending, by sender: bit 63 for CPU 0 */
	s64 external_call;			/* its sender, NONE for none */
	u16 per_events;				/* of the instruction in hand: code and mode byte */
	u64 per_from;
	u64 teid;				/* of the access exception that a handler returns */
};
#define NONE (-1)

/* Interruptions that any CPU of the guest takes; for the account at the end, why SIE was left. */
struct guest {
	u32 service_parameter;			/* 0: no service signal is pending */
	u8 adapter_subclasses;			/* 0x80 for subclass 0 */
	u32 cpus;
	bool yields;				/* the CPU that runs has nothing to do before others had their turn */
	u64 exits[EXIT_KINDS];
	u64 refreshes;				/* RPCITs that this hypervisor did for the guest */
};

extern struct guest guest;
struct vcpu *guest_cpu(u32 address);		/* NULL when there is none */

/* General registers, wherever they are. */
static inline u64 *guest_gr(struct vcpu *v, u32 n)
{
	return n == 14 ? &v->sd->gr14 : n == 15 ? &v->sd->gr15 : &v->gr[n];
}

static inline void set_cc(struct vcpu *v, u32 cc)
{
	v->sd->psw.mask = (v->sd->psw.mask & ~(3UL << 44)) | (u64)cc << 44;
}

/* The intercepted instruction: length by which the PSW is ahead, and operands. */
u32 instruction_length(const struct vcpu *v);
u64 operand_s(struct vcpu *v);			/* base and 12-bit displacement */
u64 operand_y(struct vcpu *v, u32 index);	/* index register (0 for none), base, 20-bit displacement */

/* memory.c: guest absolute storage in scattered host frames, provided on first touch. */
void guest_storage_create(void);
extern u64 guest_space;				/* the host's ASCE that maps it */
u64 guest_pages(void);				/* pages provided so far */
u8 *guest_page(u64 absolute);			/* the host's frame, NULL beyond the guest's storage */
bool guest_load(u64 absolute, void *to, u64 bytes);
bool guest_store(u64 absolute, const void *from, u64 bytes);

/* By real and by logical address. Logical accesses return a program-interruption code, 0 for none. */
u64 guest_absolute(const struct vcpu *v, u64 real);
u16 guest_get(struct vcpu *v, u64 logical, void *to, u64 bytes);
u16 guest_put(struct vcpu *v, u64 logical, const void *from, u64 bytes);
u16 guest_may_put(struct vcpu *v, u64 logical, u64 bytes);

/* interrupts.c */
bool is_translation(u16 code);
void inject_program(struct vcpu *v, u16 code, u32 ilc);
void reflect_program(struct vcpu *v);		/* the one that was intercepted */
void reflect_external(struct vcpu *v);
void deliver(struct vcpu *v);			/* what is pending and open; asks for interceptions of the rest */
u64 guest_timer(const struct vcpu *v, u64 now);	/* TOD at which a timer interrupts it, the maximum for never */
void step_timer(struct vcpu *v, u64 now);	/* of a CPU that waits */
void wait_until(u64 tod);
void note_host_interruptions(void);
void restart(struct vcpu *v);
void arm_timer(void);
void host_timer(bool on);

/* intercept.c, signals.c, service.c, storage.c, pci.c: handlers return a program-interruption code for the guest, 0 for none. */
typedef u16 handler(struct vcpu *v);
void handle_instruction(struct vcpu *v);
handler service_call, channel_call, signal_processor;
handler set_key, insert_key, reset_reference, reset_references, insert_references, test_block, test_protection, move_page,
	frame_management;
void reset_cpu(struct vcpu *v, bool initial);
handler pci_load_handler, pci_store_handler, pci_store_block_handler, refresh_handler, modify_handler, store_controls_handler,
	suppression_handler, clp_handler;

/* shadow.c: tables of the machine's that do what the guest's tables say, for one function. */
struct shadow {
	u64 guest_iota;
	enum level top;
	void *root;				/* NULL: the guest's is not in its storage */
	void *roots[4];				/* by designation type, kept for the next time */
};

bool shadow_begin(struct shadow *s, u64 guest_iota);	/* false: designation type not supported, or no room */
u64 shadow_iota(const struct shadow *s);
bool shadow_refresh(struct shadow *s, u64 first, u64 last);	/* false: no room for tables */

/* entry.S */
int enter_guest(struct vcpu *v);
void save_registers(struct vcpu *v);		/* floating-point and access registers */
void load_registers(const struct vcpu *v);
void install_handlers(void);
void host_wait(void);

struct image {
	const char *name;
	const u8 *from, *to;
};
extern const struct image images[], images_end[];

void give_up(struct vcpu *v, const char *why) __attribute__((noreturn));

#endif
