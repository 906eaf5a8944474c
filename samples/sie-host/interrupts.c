/*
 * The guest's interruptions. SIE itself presents most program interruptions and the timers; this is the rest: what was
 * intercepted, and what the hypervisor has for its guest.
 */
#include "guest.h"
#include "string.h"

#define LC_PER			0x096
#define LC_PER_ADDRESS		0x098
#define LC_ACCESS		0x0a0
#define LC_BREAKING_EVENT	0x110

#define CR0_EMERGENCY_SIGNAL	0x4000
#define CR0_EXTERNAL_CALL	0x2000
#define CR0_CLOCK_COMPARATOR	0x0800
#define CR0_CPU_TIMER		0x0400
#define CR0_AFP			0x40000		/* all floating-point registers: the guest uses the processor's */

#define EXT_EMERGENCY_SIGNAL	0x1201
#define EXT_EXTERNAL_CALL	0x1202
#define EXT_CLOCK_COMPARATOR	0x1004
#define EXT_SERVICE_SIGNAL	0x2401

#define ADAPTER_WORD(isc)	(0x80000000 | (u32)(isc) << 27)
#define CR6_SUBCLASS(isc)	(0x80000000UL >> (isc))

#define TIME_SLICE		TOD_MS(1)	/* after which this program has control again, whatever the guest does */

static void lowcore_put(struct vcpu *v, u32 offset, const void *from, u32 bytes)
{
	guest_store(v->sd->prefix + offset, from, bytes);
}

/* The old PSW goes, the new one comes. */
static void swap_psw(struct vcpu *v, u32 old, u32 new)
{
	lowcore_put(v, old, &v->sd->psw, sizeof(struct psw));
	guest_load(v->sd->prefix + new, &v->sd->psw, sizeof(struct psw));
}

bool is_translation(u16 code)
{
	return code == PGM_SEGMENT || code == PGM_PAGE || (code >= PGM_ASCE && code <= PGM_REGION_THIRD);
}

/* For an instruction that a handler refused; the PSW is behind it. */
void inject_program(struct vcpu *v, u16 code, u32 ilc)
{
	struct { u16 ilc, code; } word = { ilc, code };
	u8 per[2] = { v->per_events >> 8, v->per_events };

	if (is_translation(code))		/* they nullify */
		v->sd->psw.address -= ilc;
	if (v->per_events) {
		word.code |= 0x80;
		lowcore_put(v, LC_PER, per, sizeof(per));
		lowcore_put(v, LC_PER_ADDRESS, &v->per_from, 8);
	}
	v->per_events = 0;
	lowcore_put(v, LC_PGM_ILC, &word, sizeof(word));
	lowcore_put(v, LC_TEID, &v->teid, 8);
	lowcore_put(v, LC_BREAKING_EVENT, &v->sd->breaking_event, 8);
	swap_psw(v, LC_PGM_OLD, LC_PGM_NEW);
}

/* Code 08: everything is in the state description as the guest's lowcore wants it. */
void reflect_program(struct vcpu *v)
{
	const struct state_description *sd = v->sd;
	struct psw new;

	guest_load(sd->prefix + LC_PGM_NEW, &new, sizeof(new));
	if ((sd->program_code & 0x7f) == 6 && sd->psw.mask == new.mask && sd->psw.address == new.address)
		give_up(v, "its program-new PSW is invalid");
	lowcore_put(v, LC_PGM_ILC, &sd->program_ilc, 4);
	lowcore_put(v, LC_DXC, &sd->dxc, 4);
	lowcore_put(v, LC_MON_CLASS, &sd->monitor_class, 2);
	lowcore_put(v, LC_PER, &sd->per_code, 2);
	lowcore_put(v, LC_PER_ADDRESS, &sd->per_address, 8);
	lowcore_put(v, LC_ACCESS, &sd->exception_access, 4);
	lowcore_put(v, LC_TEID, &sd->teid, 8);
	lowcore_put(v, LC_BREAKING_EVENT, &sd->breaking_event, 8);
	swap_psw(v, LC_PGM_OLD, LC_PGM_NEW);
}

static void external(struct vcpu *v, u16 code, u32 parameter, u16 cpu)
{
	struct { u32 parameter; u16 cpu, code; } word = { parameter, cpu, code };

	lowcore_put(v, LC_EXT_PARM, &word, sizeof(word));
	swap_psw(v, LC_EXT_OLD, LC_NEW_PSWS + 16);
}

/* Code 14: the guest's external-new PSW is enabled for the same again. That is its affair. */
void reflect_external(struct vcpu *v)
{
	external(v, v->sd->external_code, v->sd->external_parameter, v->sd->external_cpu);
}

/* What the guest must open before an interruption of the class can come; 0 when it is open. */
static bool is_open(struct vcpu *v, u64 psw_bit, u32 request, u32 cr, u64 subclass)
{
	if (!(v->sd->psw.mask & psw_bit))
		v->sd->cpuflags |= request;
	else if (!(v->sd->cr[cr] & subclass))
		v->sd->lctl |= SIE_LCTL(cr);
	else
		return true;
	return false;
}

static bool is_open_external(struct vcpu *v, u64 subclass)
{
	return is_open(v, PSW_EXT, SIE_EXTERNAL_REQUEST, 0, subclass);
}

static bool deliver_external(struct vcpu *v)
{
	u32 sender;

	if (v->emergency_signals && is_open_external(v, CR0_EMERGENCY_SIGNAL)) {
		sender = __builtin_ctzl(v->emergency_signals);
		v->emergency_signals &= v->emergency_signals - 1;
		external(v, EXT_EMERGENCY_SIGNAL, 0, sender);
		return true;
	}
	if (v->external_call != NONE && is_open_external(v, CR0_EXTERNAL_CALL)) {
		external(v, EXT_EXTERNAL_CALL, 0, v->external_call);
		v->external_call = NONE;
		return true;
	}
	if (guest.service_parameter && is_open_external(v, CR0_SERVICE_SIGNAL)) {
		external(v, EXT_SERVICE_SIGNAL, guest.service_parameter, 0);
		guest.service_parameter = 0;
		return true;
	}
	return false;
}

static bool deliver_adapter(struct vcpu *v)
{
	struct { u32 subchannel, parameter, identification; } word = { 0 };
	u32 isc;

	for (isc = 0; isc < 8; isc++) {
		if (!(guest.adapter_subclasses & 0x80 >> isc) || !is_open(v, PSW_IO, SIE_IO_REQUEST, 6, CR6_SUBCLASS(isc)))
			continue;
		guest.adapter_subclasses &= ~(0x80 >> isc);
		word.identification = ADAPTER_WORD(isc);
		lowcore_put(v, LC_IO_ID, &word, sizeof(word));
		swap_psw(v, LC_IO_OLD, LC_NEW_PSWS + 80);
		return true;
	}
	return false;
}

void deliver(struct vcpu *v)
{
	v->sd->cpuflags &= ~(SIE_EXTERNAL_REQUEST | SIE_IO_REQUEST);
	v->sd->lctl = 0;
	while (deliver_external(v) || deliver_adapter(v))
		;
}

/* The host's own interruptions since the last look. */
void note_host_interruptions(void)
{
	static u32 externals, adapters;

	if (ext_info()->count != externals && ext_info()->code == EXT_CLOCK_COMPARATOR) {
		guest.exits[EXIT_HOST_TIMER]++;
		guest.yields = true;
		arm_timer();
	}
	externals = ext_info()->count;
	if (io_info()->count != adapters) {
		guest.exits[EXIT_HOST_IO]++;
		guest.adapter_subclasses |= 0x80 >> (io_info()->identification >> 27 & 7);
	}
	adapters = io_info()->count;
}

static void set_comparator(u64 tod)
{
	asm volatile("sckc %0" : : "Q"(tod));
}

void arm_timer(void)
{
	set_comparator(tod_clock() + TIME_SLICE);
}

/* Only while the guest runs or waits: a service call of the host waits for its own interruption. */
void host_timer(bool on)
{
	WRITE_CR(0, CR0_INITIAL | CR0_AFP | CR0_SERVICE_SIGNAL | (on ? CR0_CLOCK_COMPARATOR : 0));
}

/* TOD at which a timer of the guest interrupts it; the maximum for never. Its clock is the host's and the epoch. */
u64 guest_timer(const struct vcpu *v, u64 now)
{
	const struct state_description *sd = v->sd;
	u64 next = ~0UL, guest_now = now + sd->epoch;

	if (!(sd->psw.mask & PSW_EXT))
		return next;
	if (sd->cr[0] & CR0_CLOCK_COMPARATOR && sd->clock_comparator != ~0UL)
		next = sd->clock_comparator < guest_now ? now : now + (sd->clock_comparator - guest_now);
	if (sd->cr[0] & CR0_CPU_TIMER && (s64)sd->cpu_timer < 0)
		next = now;
	else if (sd->cr[0] & CR0_CPU_TIMER && sd->cpu_timer < next - now)
		next = now + sd->cpu_timer;
	return next;
}

/* Its CPU timer goes on while a CPU waits in this program. */
void step_timer(struct vcpu *v, u64 now)
{
	if (v->waits_since)
		v->sd->cpu_timer -= now - v->waits_since;
	v->waits_since = now;
}

/* All CPUs wait, enabled: this program waits in their place. */
void wait_until(u64 tod)
{
	set_comparator(tod);
	host_timer(true);
	host_wait();
	host_timer(false);
	note_host_interruptions();
	arm_timer();
}

#define LC_RESTART_OLD		0x120

void restart(struct vcpu *v)
{
	swap_psw(v, LC_RESTART_OLD, LC_NEW_PSWS);
	v->stopped = false;
}
