/*
 * Intercepted instructions: which there are, and those that concern the processor. What has no handler is an operation
 * exception of the guest.
 */
#include "guest.h"
#include "string.h"

#define RS_R1(v)	((v)->sd->ipa >> 4 & 15)
#define RS_R3(v)	((v)->sd->ipa & 15)

u32 instruction_length(const struct vcpu *v)
{
	static const u8 length[] = { 2, 4, 4, 6 };

	if (v->sd->icptstatus & ICPT_EXECUTED)
		return v->sd->icptstatus >> 4 & 6;
	return length[v->sd->ipa >> 14];
}

static u64 base(struct vcpu *v)
{
	u32 b = v->sd->ipb >> 28;

	return b ? *guest_gr(v, b) : 0;
}

u64 operand_s(struct vcpu *v)
{
	return base(v) + (v->sd->ipb >> 16 & 0xfff);
}

u64 operand_y(struct vcpu *v, u32 index)
{
	s64 displacement = (s64)(signed char)(v->sd->ipb >> 8) * 0x1000 + (v->sd->ipb >> 16 & 0xfff);

	return base(v) + (index ? *guest_gr(v, index) : 0) + displacement;
}

static u16 store_doubleword(struct vcpu *v, u64 value)
{
	u64 at = operand_s(v);

	return at & 7 ? PGM_SPECIFICATION : guest_put(v, at, &value, 8);
}

static u16 store_cpu_id(struct vcpu *v)
{
	u64 id;

	asm volatile("stidp %0" : "=Q"(id));
	return store_doubleword(v, id | 0xff00000000000000);	/* the version code of a virtual machine */
}

static u16 store_cpu_address(struct vcpu *v)
{
	u64 at = operand_s(v);

	return at & 1 ? PGM_SPECIFICATION : guest_put(v, at, &v->address, 2);
}

static u16 store_prefix(struct vcpu *v)
{
	u64 at = operand_s(v);

	return at & 3 ? PGM_SPECIFICATION : guest_put(v, at, &v->sd->prefix, 4);
}

static u16 set_prefix(struct vcpu *v)
{
	u64 at = operand_s(v);
	u32 prefix;
	u16 code;

	if (at & 3)
		return PGM_SPECIFICATION;
	code = guest_get(v, at, &prefix, 4);
	if (code)
		return code;
	prefix &= 0x7fffe000;
	if (prefix >= GUEST_SIZE)
		return PGM_ADDRESSING;
	v->sd->prefix = prefix;
	return 0;
}

static u16 set_clock(struct vcpu *v)
{
	u64 at = operand_s(v), value;
	u16 code;

	if (at & 7)
		return PGM_SPECIFICATION;
	code = guest_get(v, at, &value, 8);
	if (!code) {
		v->sd->epoch = value - tod_clock();
		set_cc(v, 0);
	}
	return code;
}

static u16 store_facilities(struct vcpu *v)
{
	return guest_store(v->sd->prefix + LC_STFL, (void *)(u64)v->sd->facilities, 4) ? 0 : PGM_ADDRESSING;
}

/* The guest is told what this program is told. */
static u16 store_system_information(struct vcpu *v)
{
	static u8 block[PAGE_SIZE] __attribute__((aligned(4096)));
	register u64 r0 asm("0") = v->gr[0];
	register u64 r1 asm("1") = v->gr[1];
	bool stores = r0 & 0xf0000000;
	u64 at = operand_s(v);
	u32 cc;
	u16 code;

	if (r0 & 0x0fffff00 || r1 & 0xffff0000 || (stores && at & (PAGE_SIZE - 1)))
		return PGM_SPECIFICATION;
	asm volatile(".insn s,0xb27d0000,0(%[at])\n\tipm %[cc]\n\tsrl %[cc],28"
		     : [cc] "=d"(cc), "+d"(r0) : [at] "a"(block), "d"(r1) : "cc", "memory");
	v->gr[0] = r0;
	code = stores && !cc ? guest_put(v, at, block, PAGE_SIZE) : 0;
	if (!code)
		set_cc(v, cc);
	return code;
}

/* Control registers R1 to R3: intercepted while one of them masks something pending. Nothing was loaded yet. */
static u16 load_controls(struct vcpu *v, u64 at, u32 bytes)
{
	u32 n, count = ((RS_R3(v) - RS_R1(v)) & 15) + 1;
	u64 values[16];
	u16 code;

	if (at & (bytes - 1))
		return PGM_SPECIFICATION;
	code = guest_get(v, at, values, count * bytes);
	if (code)
		return code;
	for (n = 0; n < count; n++) {
		u64 *cr = &v->sd->cr[(RS_R1(v) + n) & 15];

		*cr = bytes == 8 ? values[n] : (*cr & ~0xffffffffUL) | ((u32 *)values)[n];
	}
	v->sd->host_cpu = 0xffff;		/* what the guest's TLB holds may depend on them */
	return 0;
}

static u16 load_control(struct vcpu *v)
{
	return load_controls(v, operand_s(v), 4);
}

static u16 load_control_long(struct vcpu *v)
{
	return load_controls(v, operand_y(v, 0), 8);
}

/* Of the functions of DIAGNOSE the machine's program finds 44, voluntary time-slice end. */
static u16 diagnose(struct vcpu *v)
{
	if ((operand_s(v) & 0xffff) != 0x44)
		return PGM_SPECIFICATION;
	guest.yields = true;
	return 0;
}

/* PERFORM TIMING FACILITY FUNCTION: none is there. */
static u16 timing_facility(struct vcpu *v)
{
	set_cc(v, 3);
	return 0;
}

static u16 set_programmable_field(struct vcpu *v)
{
	if (v->gr[0] & 0xffff0000)
		return PGM_SPECIFICATION;
	v->sd->tod_programmable = v->gr[0] & 0xffff;
	return 0;
}

static u16 not_operational(struct vcpu *v)
{
	set_cc(v, 3);
	return 0;
}

static u16 nothing_pending(struct vcpu *v)
{
	set_cc(v, 0);
	return 0;
}

/* By opcode: the first byte, the first two for 01, B2, B9 and E5, the first and the last for E3 and EB. */
static const struct {
	u16 opcode;
	handler *handle;
} handlers[] = {
	{ 0x0104, timing_facility }, { 0x0107, set_programmable_field }, { 0x83, diagnose }, { 0xae, signal_processor },
	{ 0xb202, store_cpu_id }, { 0xb204, set_clock }, { 0xb210, set_prefix }, { 0xb211, store_prefix },
	{ 0xb212, store_cpu_address }, { 0xb220, service_call }, { 0xb229, insert_key }, { 0xb22a, reset_reference },
	{ 0xb22b, set_key }, { 0xb22c, test_block }, { 0xb230, not_operational }, { 0xb231, not_operational },
	{ 0xb232, not_operational }, { 0xb233, not_operational }, { 0xb234, not_operational }, { 0xb235, not_operational },
	{ 0xb236, nothing_pending }, { 0xb238, not_operational }, { 0xb239, channel_call }, { 0xb254, move_page },
	{ 0xb25f, channel_call }, { 0xb27d, store_system_information }, { 0xb2b1, store_facilities },
	{ 0xb7, load_control }, { 0xb9a0, clp_handler }, { 0xb9ac, insert_references }, { 0xb9ae, reset_references },
	{ 0xb9af, frame_management }, { 0xb9d0, pci_store_handler }, { 0xb9d2, pci_load_handler },
	{ 0xb9d3, refresh_handler }, { 0xe3d0, modify_handler }, { 0xe3d4, store_controls_handler },
	{ 0xe501, test_protection }, { 0xeb2f, load_control_long }, { 0xebd0, pci_store_block_handler },
	{ 0xebd1, suppression_handler },
};

static u16 opcode(const struct vcpu *v)
{
	switch (v->sd->ipa >> 8) {
	case 0x01:
	case 0xb2:
	case 0xb9:
	case 0xe5:
		return v->sd->ipa;
	case 0xe3:
	case 0xeb:
		return (v->sd->ipa & 0xff00) | (v->sd->ipb & 0xff);
	}
	return v->sd->ipa >> 8;
}

static u16 execute(struct vcpu *v)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(handlers); i++)
		if (handlers[i].opcode == opcode(v))
			return v->sd->psw.mask & PSW_PROBLEM ? PGM_PRIVILEGED : handlers[i].handle(v);
	return PGM_OPERATION;
}

#define PER_FETCH	0x40
#define PER_64_BIT	0xe0			/* addressing mode in the identification of a PER event */
#define PGM_PER		0			/* the event alone: inject_program adds 80 */

void handle_instruction(struct vcpu *v)
{
	u32 ilc = instruction_length(v);
	u16 code;

	v->per_events = v->sd->icptstatus & ICPT_PER_FETCH ? PER_FETCH << 8 : 0;
	v->per_from = v->sd->psw.address - ilc;
	v->teid = 0;
	code = execute(v);
	if (v->per_events)
		v->per_events |= PER_64_BIT;
	if (code || v->per_events)
		inject_program(v, code ? code : PGM_PER, ilc);
}
