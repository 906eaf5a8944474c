/* Instructions about blocks of storage: keys, frames, moves of pages. The guest's keys are those of its frames. */
#include "guest.h"
#include "string.h"

enum { PGM_ADDRESSING = 5, PGM_SPECIFICATION = 6 };

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

u16 set_key(struct vcpu *v)
{
	u8 *frame;
	u16 code = key_frame(v, &frame);

	if (!code)
		asm volatile("sske %0,%1" : : "d"(*guest_gr(v, rre_r1(v))), "a"(frame) : "memory");
	return code;
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

u16 reset_reference(struct vcpu *v)
{
	u8 *frame;
	u32 cc;
	u16 code = key_frame(v, &frame);

	if (code)
		return code;
	asm volatile("rrbe %%r0,%1\n\tipm %0\n\tsrl %0,28" : "=d"(cc) : "a"(frame) : "cc", "memory");
	set_cc(v, cc);
	return 0;
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

#define PFMF_SET_KEY	0x20000
#define PFMF_CLEAR	0x10000
#define PFMF_RESERVED	0xfff8c001
#define PFMF_SIZE(r1)	((r1) >> 12 & 7)

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
			asm volatile("sske %0,%1" : : "d"(control & 0xfe), "a"(frame) : "memory");
		if (PFMF_SIZE(control))
			*r2 = at + PAGE_SIZE;
	}
	return 0;
}
