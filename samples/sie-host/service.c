/* What the service processor and the channel subsystem do for the guest: the host's do it, with copies of the guest's blocks. */
#include "guest.h"
#include "sclp.h"
#include "string.h"

#define SCLP_READ_SCP_INFO		0x00020001
#define SCLP_READ_SCP_INFO_FORCED	0x00120001
#define SCLP_CODE			0xffff00ff
#define SCLP_TOO_SHORT			0x0300

#define CPU_ENTRY		16

/* The guest's own size and CPUs, without any facility of their own; what is the host's alone goes, SIE above all. */
static void tell_of_guest(u32 command, u8 *block)
{
	struct sccb_header *header = (void *)block;
	static const struct { u8 at, mask; } not_offered[] = {
		{ 85, 0x82 }, { 98, 0x01 }, { 116, 0xc8 }, { 117, 0x60 }, { 118, 0x79 },
		{ 135, 0x80 },			/* interruptions directed to CPUs */
	};
	bool is_scp = command != SCLP_READ_CPU_INFO;
	u16 *entries = (u16 *)(block + (is_scp ? 16 : 8));
	u32 i;

	if (entries[1] + guest.cpus * CPU_ENTRY > header->length) {
		header->response = SCLP_TOO_SHORT;
		return;
	}
	entries[0] = guest.cpus;
	memset(block + entries[1], 0, header->length - entries[1]);
	for (i = 0; i < guest.cpus; i++)
		block[entries[1] + i * CPU_ENTRY] = i;
	if (!is_scp)
		return;
	*(u16 *)(block + 8) = GUEST_SIZE / MiB;
	block[10] = 1;
	block[99] = 8 * sizeof(u64) - __builtin_clzl(GUEST_SIZE - 1);
	*(u32 *)(block + 100) = 0;
	*(u16 *)(block + 120) = guest.cpus - 1;
	for (i = 0; i < ARRAY_SIZE(not_offered); i++)
		block[not_offered[i].at] &= ~not_offered[i].mask;
}

static bool is_information(u32 command)
{
	command &= SCLP_CODE;
	return command == SCLP_READ_SCP_INFO || command == SCLP_READ_SCP_INFO_FORCED || command == SCLP_READ_CPU_INFO;
}

static u16 check_block(const struct vcpu *v, u64 at)
{
	u64 area = at & ~(2 * PAGE_SIZE - 1);

	if (at & ~0x7ffffff8UL || !area || area == v->sd->prefix)
		return PGM_SPECIFICATION;
	return at > GUEST_SIZE - sizeof(struct sccb_header) ? PGM_ADDRESSING : 0;
}

u16 service_call(struct vcpu *v)
{
	static u8 copy[PAGE_SIZE] __attribute__((aligned(4096)));
	u32 command = *guest_gr(v, v->sd->ipb >> 20 & 15);
	u64 at = *guest_gr(v, v->sd->ipb >> 16 & 15), offset = at & (PAGE_SIZE - 1), length;
	struct sccb_header *sccb = (void *)(copy + offset);
	u16 code = check_block(v, at);

	if (code)
		return code;
	if (guest.service_parameter) {
		set_cc(v, 2);
		return 0;
	}
	guest_load(at, sccb, sizeof(*sccb));
	if (sccb->length < sizeof(*sccb))
		return PGM_SPECIFICATION;
	length = sccb->length < PAGE_SIZE - offset ? sccb->length : PAGE_SIZE - offset;
	guest_load(at, sccb, length);
	if (sclp_call(command, sccb) == SCLP_READ_DONE && is_information(command))
		tell_of_guest(command & SCLP_CODE, (u8 *)sccb);
	guest_store(at, sccb, length);
	guest.service_parameter = at;
	set_cc(v, 0);
	return 0;
}

/* CHANNEL SUBSYSTEM CALL and STORE CHANNEL REPORT WORD: there are no channels, but events of PCI functions. */
static u16 channel_report(struct vcpu *v)
{
	u64 at = operand_s(v);
	u32 word, cc;
	u16 code;

	if (at & 3)
		return PGM_SPECIFICATION;
	code = guest_may_put(v, at, 4);
	if (code)
		return code;
	asm volatile(".insn s,0xb2390000,%1\n\tipm %0\n\tsrl %0,28" : "=d"(cc), "=Q"(word) : : "cc");
	guest_put(v, at, &word, 4);
	set_cc(v, cc);
	return 0;
}

u16 channel_call(struct vcpu *v)
{
	static u8 copy[PAGE_SIZE] __attribute__((aligned(4096)));
	u64 at;
	u16 code, host = 0;
	int cc = 0;

	if (v->sd->ipa == 0xb239)
		return channel_report(v);
	at = *guest_gr(v, v->sd->ipb >> 20 & 15);
	if (at & (PAGE_SIZE - 1))
		return PGM_SPECIFICATION;
	code = guest_get(v, at, copy, PAGE_SIZE);
	if (!code)
		code = guest_may_put(v, at, PAGE_SIZE);
	if (code)
		return code;
	host = EXPECT_PGM(asm volatile(".insn rre,0xb25f0000,%[r1],0\n\tipm %[cc]\n\tsrl %[cc],28"
				       : [cc] "=&d"(cc) : [r1] "a"(copy) : "cc", "memory"));
	if (host)
		return host;
	guest_put(v, at, copy, PAGE_SIZE);
	set_cc(v, cc);
	return 0;
}
