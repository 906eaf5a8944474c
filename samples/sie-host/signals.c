/* SIGNAL PROCESSOR: what one CPU of the guest does to another. None of them runs meanwhile: their state is all here. */
#include "guest.h"
#include "string.h"

enum order {
	SENSE = 1, EXTERNAL_CALL = 2, EMERGENCY_SIGNAL = 3, START = 4, STOP = 5, RESTART = 6, STOP_AND_STORE_STATUS = 9,
	INITIAL_CPU_RESET = 0x0b, CPU_RESET = 0x0c, SET_PREFIX = 0x0d, STORE_STATUS_AT_ADDRESS = 0x0e, SET_ARCHITECTURE = 0x12,
	SENSE_RUNNING_STATUS = 0x15,
};

enum status {
	INVALID_ORDER = 0x02, STOPPED = 0x40, CALL_PENDING = 0x80, INVALID_PARAMETER = 0x100, INCORRECT_STATE = 0x200,
	NOT_RUNNING = 0x400,
};

#define STATUS_AREA	512
#define SAVE_AREA	0x1200			/* in the lowcore: of store status */

/* Save area for status (Principles of Operation, chapter 4). */
struct status_area {
	u64 fpr[16], gr[16];
	struct psw psw;				/* 100 */
	u64 reserved110;
	u32 prefix, fpc, reserved120, tod_programmable;	/* 118 */
	u64 cpu_timer, clock_comparator, reserved138;	/* 128 */
	u32 ar[16];				/* 140 */
	u64 cr[16];				/* 180 */
};
_Static_assert(sizeof(struct status_area) == STATUS_AREA, "a status area has 512 bytes");

/* The registers of the CPU that signals are in the processor. */
static void store_status(struct vcpu *v, u64 absolute)
{
	struct status_area area = {
		.psw = v->sd->psw, .prefix = v->sd->prefix, .fpc = v->fpc, .tod_programmable = v->sd->tod_programmable,
		.cpu_timer = v->sd->cpu_timer, .clock_comparator = v->sd->clock_comparator >> 8,
	};
	u32 n;

	for (n = 0; n < 16; n++)
		area.gr[n] = *guest_gr(v, n);
	memcpy(area.fpr, v->fpr, sizeof(area.fpr));
	memcpy(area.ar, v->ar, sizeof(area.ar));
	memcpy(area.cr, v->sd->cr, sizeof(area.cr));
	guest_store(absolute, &area, sizeof(area));
}

/* CPU reset drops what is pending for the CPU; the initial one clears also what a program set. */
void reset_cpu(struct vcpu *v, bool initial)
{
	struct state_description *sd = v->sd;

	v->stopped = true;
	v->emergency_signals = 0;
	v->external_call = NONE;
	v->waits_since = 0;
	if (!initial)
		return;
	sd->psw = (struct psw){ 0, 0 };
	sd->prefix = 0;
	sd->cpu_timer = sd->clock_comparator = 0;
	v->fpc = 0;
	memset(sd->cr, 0, sizeof(sd->cr));
	sd->cr[0] = CR0_INITIAL;
	sd->cr[14] = 0xc2000000;
}

static u32 set_prefix(struct vcpu *target, u64 parameter)
{
	u64 prefix = parameter & 0x7fffe000;

	if (prefix >= GUEST_SIZE)
		return INVALID_PARAMETER;
	if (!target->stopped)
		return INCORRECT_STATE;
	target->sd->prefix = prefix;
	return 0;
}

static u32 store_status_at(struct vcpu *target, u64 parameter)
{
	u64 address = parameter & 0x7ffffe00;

	if (address >= GUEST_SIZE)
		return INVALID_PARAMETER;
	if (!target->stopped)
		return INCORRECT_STATE;
	store_status(target, address);
	return 0;
}

static u32 sense(const struct vcpu *target)
{
	return (target->stopped ? STOPPED : 0) | (target->external_call != NONE ? CALL_PENDING : 0);
}

/* Status bits; none for condition code 0. */
static u32 signal(struct vcpu *v, struct vcpu *target, u32 order, u64 parameter)
{
	switch (order) {
	case SENSE:
		return sense(target);
	case EXTERNAL_CALL:
		if (target->external_call != NONE)
			return CALL_PENDING;
		target->external_call = v->address;
		return 0;
	case EMERGENCY_SIGNAL:
		target->emergency_signals |= 1UL << v->address;
		return 0;
	case START:
		target->stopped = false;
		return 0;
	case STOP:
	case STOP_AND_STORE_STATUS:
		target->stopped = true;
		if (order == STOP_AND_STORE_STATUS)
			store_status(target, target->sd->prefix + SAVE_AREA);
		return 0;
	case RESTART:
		restart(target);
		return 0;
	case INITIAL_CPU_RESET:
	case CPU_RESET:
		reset_cpu(target, order == INITIAL_CPU_RESET);
		return 0;
	case SET_PREFIX:
		return set_prefix(target, parameter);
	case STORE_STATUS_AT_ADDRESS:
		return store_status_at(target, parameter);
	case SET_ARCHITECTURE:
		return INVALID_PARAMETER;		/* it is the one */
	case SENSE_RUNNING_STATUS:
		return target->stopped ? NOT_RUNNING : 0;
	}
	return INVALID_ORDER;
}

u16 signal_processor(struct vcpu *v)
{
	u32 r1 = v->sd->ipa >> 4 & 15, r3 = v->sd->ipa & 15, order = operand_s(v) & 0xff, found;
	struct vcpu *target = guest_cpu(*guest_gr(v, r3) & 0xffff);
	u64 parameter = *guest_gr(v, r1 | 1), *status = guest_gr(v, r1);

	if (!target) {
		set_cc(v, 3);
		return 0;
	}
	save_registers(v);
	found = signal(v, target, order, parameter);
	if (found)
		*status = (*status & ~0xffffffffUL) | found;
	set_cc(v, found ? 1 : 0);
	return 0;
}
