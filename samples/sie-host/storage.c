/* Instructions about blocks of storage: keys, frames, moves of pages. The guest's keys are those of its frames. */
#include "guest.h"
#include "string.h"

static u32 rre_r1(const struct vcpu *v)
{
	return v->sd->ipb >> 20 & 15;
}

static u32 rre_r2(const struct vcpu *v)
{
	return v->sd->ipb >> 16 & 15;
}

static u16 key_frame(struct vcpu *v, u8 **frame)
{
	u64 absolute = guest_absolute(v, *guest_gr(v, rre_r2(v)) & -PAGE_SIZE);

	*frame = guest_page(absolute);
	return *frame ? 0 : PGM_ADDRESSING;
}

#define KEY_REFERENCE	0x04
#define KEY_CHANGE	0x02
#define KEY_BITS	0xfe

static u64 key_of(const u8 *frame)
{
	u64 key = 0;

	asm volatile("iske %0,%1" : "+d"(key) : "a"(frame));
	return key & KEY_BITS;
}

/* Replaces a key; with bits to be ignored, only when another bit differs. */
static bool replace_key(u8 *frame, u64 key, u64 ignored)
{
	if (ignored && !((key_of(frame) ^ key) & KEY_BITS & ~ignored))
		return false;
	asm volatile("sske %0,%1" : : "d"(key & KEY_BITS), "a"(frame) : "memory");
	return true;
}

static u64 ignored_bits(bool reference, bool change)
{
	return (reference ? KEY_REFERENCE : 0) | (change ? KEY_CHANGE : 0);
}

#define SSKE_MASK_REFERENCE	4		/* M3 */
#define SSKE_MASK_CHANGE	2
#define SSKE_MULTIPLE_BLOCK	1

/* With conditions R1 gets the key as it was, and the condition code tells whether it was replaced. */
static void set_key_of(struct vcpu *v, u8 *frame, u64 ignored)
{
	u64 *r1 = guest_gr(v, rre_r1(v)), old = key_of(frame);
	bool replaced = replace_key(frame, *r1, ignored);

	if (!ignored)
		return;
	*r1 = (*r1 & ~0xff00UL) | old << 8;
	set_cc(v, replaced);
}

u16 set_key(struct vcpu *v)
{
	u32 m3 = v->sd->ipb >> 28;
	u64 ignored = ignored_bits(m3 & SSKE_MASK_REFERENCE, m3 & SSKE_MASK_CHANGE);
	u64 *r2 = guest_gr(v, rre_r2(v)), at = *r2 & -PAGE_SIZE;
	u8 *frame;
	u16 code;

	if (!(m3 & SSKE_MULTIPLE_BLOCK)) {
		code = key_frame(v, &frame);
		if (!code)
			set_key_of(v, frame, ignored);
		return code;
	}
	/* Absolute addresses up to the end of a megabyte; R2 advances. */
	do {
		frame = guest_page(at);
		if (!frame)
			return PGM_ADDRESSING;
		set_key_of(v, frame, ignored);
		at += PAGE_SIZE;
		*r2 = at | (*r2 & (PAGE_SIZE - 1));
	} while (at & (MiB - 1));
	return 0;
}

u16 insert_key(struct vcpu *v)
{
	u64 *to = guest_gr(v, rre_r1(v));
	u8 *frame;
	u16 code = key_frame(v, &frame);

	if (!code)
		asm volatile("iske %0,%1" : "+d"(*to) : "a"(frame));
	return code;
}

/* Condition code: the reference and the change bit as they were. */
static u32 reset_reference_of(u8 *frame)
{
	u32 cc;

	asm volatile("rrbe %%r0,%1\n\tipm %0\n\tsrl %0,28" : "=d"(cc) : "a"(frame) : "cc", "memory");
	return cc;
}

u16 reset_reference(struct vcpu *v)
{
	u8 *frame;
	u16 code = key_frame(v, &frame);

	if (!code)
		set_cc(v, reset_reference_of(frame));
	return code;
}

#define BLOCKS	64UL

/* RESET REFERENCE BITS MULTIPLE, INSERT REFERENCE BITS MULTIPLE: of 64 blocks, the first on the left. */
static u16 references(struct vcpu *v, bool reset)
{
	u64 at = *guest_gr(v, rre_r2(v)) & -(BLOCKS * PAGE_SIZE), bits = 0, n;
	u8 *frame;

	if (at >= GUEST_SIZE)
		return PGM_ADDRESSING;
	for (n = 0; n < BLOCKS; n++) {
		frame = guest_page(guest_absolute(v, at + n * PAGE_SIZE));
		bits = bits << 1 | (reset ? reset_reference_of(frame) >> 1 : key_of(frame) / KEY_REFERENCE % 2);
	}
	*guest_gr(v, rre_r1(v)) = bits;
	return 0;
}

u16 reset_references(struct vcpu *v)
{
	return references(v, true);
}

u16 insert_references(struct vcpu *v)
{
	return references(v, false);
}

/* TEST BLOCK: all blocks are usable, and cleared. */
u16 test_block(struct vcpu *v)
{
	u8 *frame;
	u16 code = key_frame(v, &frame);

	if (code)
		return code;
	memset(frame, 0, PAGE_SIZE);
	v->gr[0] = 0;
	set_cc(v, 0);
	return 0;
}

/* TEST PROTECTION leaves SIE when the host has no frame for the page. Now it has: the instruction is executed again. */
u16 test_protection(struct vcpu *v)
{
	u8 byte;
	u16 code = guest_get(v, operand_s(v), &byte, 1);

	if (!code)
		v->sd->psw.address -= instruction_length(v);
	if (!is_translation(code))
		return code;
	set_cc(v, 3);
	return 0;
}

/* MOVE PAGE, without the key that general register 0 may give. */
u16 move_page(struct vcpu *v)
{
	static u8 page[PAGE_SIZE];
	u64 to = *guest_gr(v, rre_r1(v)) & -PAGE_SIZE, from = *guest_gr(v, rre_r2(v)) & -PAGE_SIZE;
	u16 code;

	if (v->gr[0] & 0xf000)
		return PGM_SPECIFICATION;
	code = guest_get(v, from, page, PAGE_SIZE);
	if (!code)
		code = guest_put(v, to, page, PAGE_SIZE);
	if (!code)
		set_cc(v, 0);
	return code;
}

#define PFMF_SET_KEY		0x20000
#define PFMF_CLEAR		0x10000
#define PFMF_RESERVED		0xfff8c001
#define PFMF_MASK_REFERENCE	0x400
#define PFMF_MASK_CHANGE	0x200
#define PFMF_SIZE(r1)		((r1) >> 12 & 7)

/* PERFORM FRAME MANAGEMENT FUNCTION: of a block, or of those up to the end of a megabyte, whose address is stepped. */
u16 frame_management(struct vcpu *v)
{
	u64 control = *guest_gr(v, rre_r1(v)), *r2 = guest_gr(v, rre_r2(v));
	u64 at = *r2 & -PAGE_SIZE, end = PFMF_SIZE(control) ? (at | (MiB - 1)) + 1 : at + PAGE_SIZE;
	u8 *frame;

	if (control & PFMF_RESERVED || PFMF_SIZE(control) > 1)
		return PGM_SPECIFICATION;
	for (; at < end; at += PAGE_SIZE) {
		frame = guest_page(PFMF_SIZE(control) ? at : guest_absolute(v, at));
		if (!frame)
			return PGM_ADDRESSING;
		if (control & PFMF_CLEAR)
			memset(frame, 0, PAGE_SIZE);
		if (control & PFMF_SET_KEY)
			replace_key(frame, control, ignored_bits(control & PFMF_MASK_REFERENCE, control & PFMF_MASK_CHANGE));
		if (PFMF_SIZE(control))
			*r2 = at + PAGE_SIZE;
	}
	return 0;
}
