/*
 * The guest's PCI functions are the machine's, handed through: loads, stores and controls are executed for it, with the
 * addresses in its blocks replaced by the host's. Translation is the exception: the machine gets shadow tables, and the
 * guest's RPCIT brings them in step before the machine's does the rest.
 */
#include "clp.h"
#include "guest.h"
#include "string.h"

#define MAX_FUNCTIONS	64

/* What the guest registered, as it said it; zero for what it did not. */
struct function {
	u32 fh;					/* of the enabled function; 0 for a free entry */
	bool translated;
	struct fib as_guest;
	struct shadow shadow;
};

static struct function functions[MAX_FUNCTIONS];

static struct function *find(u32 fh)
{
	u32 i;

	for (i = 0; i < MAX_FUNCTIONS; i++)
		if (fh && functions[i].fh == fh)
			return &functions[i];
	return NULL;
}

static struct function *find_or_add(u32 fh)
{
	struct function *f = find(fh);
	u32 i;

	for (i = 0; !f && i < MAX_FUNCTIONS; i++) {
		if (functions[i].fh)
			continue;
		f = &functions[i];
		memset(&f->as_guest, 0, sizeof(f->as_guest));
		f->fh = fh;
		f->translated = false;
	}
	return f;
}

/* Operands: RRE, and R1 R3 or R1 of the long formats. */
static u64 *rre_r1(struct vcpu *v)
{
	return guest_gr(v, v->sd->ipb >> 20 & 15);
}

static u32 rre_r2_number(struct vcpu *v)
{
	return v->sd->ipb >> 16 & 15;
}

static u64 *long_r1(struct vcpu *v)
{
	return guest_gr(v, v->sd->ipa >> 4 & 15);
}

static u32 low_nibble(struct vcpu *v)
{
	return v->sd->ipa & 15;
}

static u16 ended(struct vcpu *v, u16 code, int cc)
{
	if (!code)
		set_cc(v, cc);
	return code;
}

static void put_status(u64 *request, u32 status)
{
	*request = (*request & ~(0xffUL << 24)) | (u64)status << 24;
}

u16 pci_load_handler(struct vcpu *v)
{
	u32 r2 = rre_r2_number(v);
	u64 request, data = *rre_r1(v);
	int cc = 0;
	u16 code;

	if (r2 & 1)
		return PGM_SPECIFICATION;
	request = *guest_gr(v, r2);
	code = EXPECT_PGM(cc = pcilg(&data, &request, *guest_gr(v, r2 + 1)));
	if (code)
		return code;
	*guest_gr(v, r2) = request;
	if (!cc)
		*rre_r1(v) = data;
	return ended(v, 0, cc);
}

u16 pci_store_handler(struct vcpu *v)
{
	u32 r2 = rre_r2_number(v);
	u64 request;
	int cc = 0;
	u16 code;

	if (r2 & 1)
		return PGM_SPECIFICATION;
	request = *guest_gr(v, r2);
	code = EXPECT_PGM(cc = pcistg(*rre_r1(v), &request, *guest_gr(v, r2 + 1)));
	if (!code)
		*guest_gr(v, r2) = request;
	return ended(v, code, cc);
}

/* The data, at the same place in a page; lengths that the machine refuses are left to it. */
u16 pci_store_block_handler(struct vcpu *v)
{
	static u8 pages[2 * PAGE_SIZE] __attribute__((aligned(4096)));
	u64 *r1 = long_r1(v), at = operand_y(v, 0), request = *r1, bytes = request & 0xffff;
	u8 *copy = pages + (at & (PAGE_SIZE - 1));
	int cc = 0;
	u16 code = bytes <= PAGE_SIZE ? guest_get(v, at, copy, bytes) : 0;

	if (!code)
		code = EXPECT_PGM(cc = pcistb(&request, *guest_gr(v, low_nibble(v)), copy));
	if (!code)
		*r1 = request;
	return ended(v, code, cc);
}

/*
 * The guest has changed its tables. What it changed is copied, with the host's addresses; then the machine is told, checks
 * the tables, forgets what its IOTLB holds, and gives the condition code.
 */
u16 refresh_handler(struct vcpu *v)
{
	u32 r2 = rre_r2_number(v);
	u64 request = *rre_r1(v), first, bytes, last;
	struct function *f;
	bool room = true;
	int cc = 0;
	u16 code;

	if (r2 & 1)
		return PGM_SPECIFICATION;
	first = *guest_gr(v, r2);
	bytes = *guest_gr(v, r2 + 1);
	last = bytes - 1 > ~0UL - first ? ~0UL : first + bytes - 1;
	f = find(request >> 32);
	if (f && f->translated && bytes) {
		const struct fib *fib = &f->as_guest;
		u64 from = first < fib->pba ? fib->pba : first, to = last > fib->pal ? fib->pal : last;

		guest.refreshes++;
		if (from <= to)
			room = shadow_refresh(&f->shadow, from, to);
	}
	code = EXPECT_PGM(cc = rpcit(&request, first, bytes));
	if (!code && !cc && !room) {
		put_status(&request, ST_RESOURCES);
		cc = 1;
	}
	if (!code)
		*rre_r1(v) = request;
	return ended(v, code, cc);
}

/* The host's address of a byte of the guest's, or one that no machine has. */
static u64 host_address(u64 absolute)
{
	u8 *frame = guest_page(absolute);

	return frame ? (u64)frame + (absolute & (PAGE_SIZE - 1)) : 1UL << 62;
}

/* Bits must not go over the end of a page: what lies behind it is not the guest's next page. */
static bool is_in_page(u64 address, u32 bits)
{
	return (address & (PAGE_SIZE - 1)) + (bits + 7) / 8 <= PAGE_SIZE;
}

static bool place_indicators(struct fib *fib)
{
	u32 noi = fib->interruptions >> 16 & 0xfff, aibvo = fib->interruptions >> 8 & 0x3f, aisbo = fib->interruptions & 0x3f;

	if (!is_in_page(fib->aibv, aibvo + noi) || !is_in_page(fib->aisb, aisbo + 1))
		return false;
	fib->aibv = host_address(fib->aibv);
	if (fib->interruptions & 0x80)
		fib->aisb = host_address(fib->aisb);
	return true;
}

#define IOTA_REFUSED	(0x800 | 6 << 2)	/* a designation type that is not assigned */

/* The block as the machine shall have it; false when the host has no means for what the guest wants. */
static bool place(struct function *f, u32 control, struct fib *fib)
{
	switch (control) {
	case REGISTER_IOAT:
	case REREGISTER_IOAT:
		if (f->translated != (control == REREGISTER_IOAT))
			return true;		/* refused by the machine, which does not look at the anchor */
		if (!shadow_begin(&f->shadow, fib->iota)) {
			fib->iota = IOTA_REFUSED;
			return true;
		}
		shadow_refresh(&f->shadow, fib->pba, fib->pal);
		fib->iota = shadow_iota(&f->shadow);
		return true;
	case REGISTER_INTERRUPTIONS:
		return place_indicators(fib);
	case SET_MEASUREMENT:
		if (fib->fmb)
			fib->fmb = host_address(fib->fmb);
		return true;
	}
	return true;
}

/* What the guest registered is what it is told later. */
static void remember(struct function *f, u32 control, const struct fib *fib)
{
	struct fib *mine = &f->as_guest;

	switch (control) {
	case REGISTER_IOAT:
	case REREGISTER_IOAT:
	case DEREGISTER_IOAT:
		f->translated = control != DEREGISTER_IOAT;
		mine->iota = fib->iota;
		mine->pba = fib->pba & -PAGE_SIZE;
		mine->pal = fib->pal | (PAGE_SIZE - 1);
		break;
	case REGISTER_INTERRUPTIONS:
	case DEREGISTER_INTERRUPTIONS:
		mine->aibv = fib->aibv;
		mine->aisb = fib->aisb;
		break;
	case SET_MEASUREMENT:
		mine->fmb = fib->fmb;
		break;
	}
}

static bool is_known(u32 control)
{
	return (control >= REGISTER_INTERRUPTIONS && control <= RESET_ERROR) || control == RESET_BLOCK
		|| control == SET_MEASUREMENT;
}

u16 modify_handler(struct vcpu *v)
{
	u64 *r1 = long_r1(v), at = operand_y(v, low_nibble(v)), request = *r1;
	u32 control = request & 0xff;
	struct function *f;
	struct fib fib = { 0 }, placed;
	int cc = 0;
	u16 code;

	if (at & 7)
		return PGM_SPECIFICATION;
	code = guest_get(v, at, &fib, sizeof(fib));
	if (code)
		return code;
	fib.gd = 0;
	placed = fib;
	f = request >> 32 & FH_ENABLED ? find_or_add(request >> 32) : NULL;
	/* Directed interruptions are the host's; what is not assigned is refused by the machine. */
	if (!is_known(control))
		request &= ~0xffUL;
	else if (f && !place(f, control, &placed)) {
		put_status(r1, ST_RESOURCES);
		set_cc(v, 1);
		return 0;
	}
	code = EXPECT_PGM(cc = mpcifc(&request, &placed));
	if (code)
		return code;
	if (f && !cc)
		remember(f, control, &fib);
	if (f && cc == 3)
		f->fh = 0;			/* there is no such function */
	*r1 = (request & ~0xffUL) | control;
	return ended(v, 0, cc);
}

u16 store_controls_handler(struct vcpu *v)
{
	u64 *r1 = long_r1(v), at = operand_y(v, low_nibble(v)), request = *r1;
	const struct function *f;
	struct fib fib = { 0 };
	int cc = 0;
	u16 code;

	/* The alignment comes after the DMA address space. */
	if (at & 7)
		return request >> 16 & 0xff ? EXPECT_PGM(cc = stpcifc(&request, &fib)) : PGM_SPECIFICATION;
	code = guest_may_put(v, at, sizeof(fib));
	if (!code)
		code = EXPECT_PGM(cc = stpcifc(&request, &fib));
	if (code)
		return code;
	f = find(request >> 32);
	if (f) {
		if (fib.fc & FC_IOAT)
			fib.iota = f->as_guest.iota;
		fib.aibv = fib.aibv ? f->as_guest.aibv : 0;
		fib.aisb = fib.aisb ? f->as_guest.aisb : 0;
		fib.fmb = fib.fmb ? f->as_guest.fmb : 0;
	}
	if (!cc)
		guest_put(v, at, &fib, sizeof(fib));
	*r1 = request;
	return ended(v, 0, cc);
}

/* Modes of adapter interruptions, by subclass: the guest's subclasses are the host's. */
u16 suppression_handler(struct vcpu *v)
{
	u32 control = *long_r1(v) & 0xffff, isc = *guest_gr(v, low_nibble(v)) >> 27 & 7;

	if (control > 1)
		return PGM_OPERAND;
	return EXPECT_PGM(sic(control, isc, lowcore(0)));
}

#define CLP_ROOM	8192
#define GROUP_REFRESH		0x01		/* RPCIT is needed after every change, also of invalid entries */
#define GROUP_NOT_SHADOWED	0x22		/* frames of 2 GiB, no translation */
#define GROUP_TABLES		0xf0		/* designation types that have shadows */

/* The guest must announce new mappings, and finds what has shadows; a function that goes takes its registrations along. */
static void after_clp(const struct clp_request *request, u32 old_fh, struct clp_response *response)
{
	struct function *f;

	if (response->header.code != CLP_OK)
		return;
	if (request->header.code == CLP_QUERY_GROUP) {
		response->query_group.flags = (response->query_group.flags | GROUP_REFRESH) & ~GROUP_NOT_SHADOWED;
		response->query_group.dtsm &= GROUP_TABLES;
	}
	f = request->header.code == CLP_SET ? find(old_fh) : NULL;
	if (f && response->set.fh != old_fh)
		f->fh = 0;
}

u16 clp_handler(struct vcpu *v)
{
	static u8 copy[CLP_ROOM + 16] __attribute__((aligned(4096)));
	struct clp_request *request = (void *)copy;
	u32 form = v->sd->ipb >> 24 & 0xff;		/* M3, M4 */
	u64 at = *guest_gr(v, rre_r2_number(v)), bytes = sizeof(struct clp_header);
	u32 length, room;
	int cc = 0;
	u16 code;

	if (form != 2) {
		set_cc(v, 3);
		return 0;
	}
	/* Lengths that cannot be are refused before more is fetched. */
	code = guest_get(v, at, copy, 4);
	length = request->header.length;
	if (!code && (length < bytes || length % 8 || length > CLP_ROOM - 8))
		return PGM_OPERAND;
	if (!code)
		code = guest_get(v, at, copy, length + 2);
	if (code)
		return code;
	room = *(u16 *)(copy + length);
	if (room < 8 || room % 8 || length + room > CLP_ROOM)
		return PGM_OPERAND;
	bytes = length + room;
	code = guest_get(v, at, copy, bytes);
	if (!code)
		code = guest_may_put(v, at, bytes);
	if (code)
		return code;
	request->set.gd = request->header.code == CLP_SET ? 0 : request->set.gd;
	code = EXPECT_PGM(cc = clp(copy));
	if (code)
		return code;
	if (!cc)
		after_clp(request, request->set.fh, (void *)(copy + length));
	guest_put(v, at, copy, bytes);
	return ended(v, 0, cc);
}
