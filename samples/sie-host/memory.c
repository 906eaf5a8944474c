/*
 * The guest's storage. The host's primary space maps it from GUEST_ORIGIN up, page by page as they are touched; consecutive
 * pages of the guest lie in frames that are not.
 */
#include "alloc.h"
#include "dat.h"
#include "guest.h"
#include "string.h"

#define CHUNK	16U			/* frames taken at once, and then in an order of their own */
#define SCATTER	7U			/* odd: a permutation of the chunk */

static struct address_space space;
static u64 provided;
u64 guest_space;

void guest_storage_create(void)
{
	space_create(&space, SEGMENT, 0);
	guest_space = space.asce;
}

u64 guest_pages(void)
{
	return provided;
}

static u8 *new_frame(void)
{
	static u8 *chunk;
	u32 n = provided++ % CHUNK;

	if (!n)
		chunk = alloc(CHUNK * PAGE_SIZE, PAGE_SIZE);
	return chunk + (n * SCATTER % CHUNK) * PAGE_SIZE;
}

u8 *guest_page(u64 absolute)
{
	u64 *entry;

	if (absolute >= GUEST_SIZE)
		return NULL;
	entry = space_entry(&space, GUEST_ORIGIN + absolute, PAGE);
	if (*entry & PTE_INVALID)
		*entry = (u64)new_frame();
	return (u8 *)(*entry & -PAGE_SIZE);
}

/* Bytes up to the end of the page, or as many as are wanted. */
static u64 in_page(u64 address, u64 bytes)
{
	u64 room = PAGE_SIZE - (address & (PAGE_SIZE - 1));

	return bytes < room ? bytes : room;
}

static u8 *guest_byte(u64 absolute)
{
	return guest_page(absolute) + (absolute & (PAGE_SIZE - 1));
}

static bool is_guest(u64 absolute, u64 bytes)
{
	return absolute < GUEST_SIZE && bytes <= GUEST_SIZE - absolute;
}

bool guest_load(u64 absolute, void *to, u64 bytes)
{
	u64 n;

	if (!is_guest(absolute, bytes))
		return false;
	for (; bytes; bytes -= n, absolute += n, to += n)
		memcpy(to, guest_byte(absolute), n = in_page(absolute, bytes));
	return true;
}

bool guest_store(u64 absolute, const void *from, u64 bytes)
{
	u64 n;

	if (!is_guest(absolute, bytes))
		return false;
	for (; bytes; bytes -= n, absolute += n, from += n)
		memcpy(guest_byte(absolute), from, n = in_page(absolute, bytes));
	return true;
}

u64 guest_absolute(const struct vcpu *v, u64 real)
{
	u64 prefix = v->sd->prefix;

	if (real < 2 * PAGE_SIZE)
		return real + prefix;
	return (real & ~(2 * PAGE_SIZE - 1)) == prefix ? real - prefix : real;
}

/*
 * Dynamic address translation of the guest, as an instruction needs it that this hypervisor executes in the guest's place:
 * primary, secondary and home space; no access registers, no keys. Returns the exception's code.
 */
#define PSW_SPACE(mask)		((mask) >> 46 & 3)
#define ASCE_TYPE		0x00c
#define TEID_STORE		0x400
#define TEID_FETCH		0x800

static u16 missing(enum level level)
{
	return level == PAGE ? PGM_PAGE : level == SEGMENT ? PGM_SEGMENT : PGM_REGION_FIRST + (REGION_FIRST - level);
}

/* Entries of a table are addressed in quarters: the designation says which of them are there. */
static u16 walk(const struct vcpu *v, u64 asce, u64 address, bool store, u64 *real, bool *is_absolute)
{
	enum level level = SEGMENT + ((asce & ASCE_TYPE) >> 2);
	bool protected = false, edat = v->sd->cr[0] & CR0_EDAT;
	u64 table = asce & -PAGE_SIZE, entry, index;
	u32 from = 0, length = asce & ASCE_TL;
	u32 shift;

	*is_absolute = false;
	if (asce & ASCE_REAL_SPACE) {
		*real = address;
		return 0;
	}
	if (level < REGION_FIRST && address >> (20 + 11 * (level - SEGMENT + 1)))
		return PGM_ASCE;
	for (;; level--) {
		shift = level == PAGE ? 12 : 20 + 11 * (level - SEGMENT);
		index = address >> shift & (level == PAGE ? 0xff : 0x7ff);
		if (level != PAGE && (index >> 9 < from || index >> 9 > length))
			return missing(level);
		if (!guest_load(guest_absolute(v, table + index * 8), &entry, 8))
			return PGM_ADDRESSING;
		if (entry & (level == PAGE ? PTE_INVALID : RSTE_INVALID))
			return missing(level);
		if (level != PAGE && (entry & RSTE_TT) >> 2 != level - SEGMENT)
			return PGM_TRANSLATION;
		if (level <= SEGMENT || edat)
			protected |= entry & RSTE_PROTECT;
		if (level == PAGE || (level == SEGMENT && edat && entry & STE_FORMAT))
			break;
		table = entry & (level == SEGMENT ? ~0x7ffUL : -PAGE_SIZE);
		from = (entry & RSTE_TF) >> 6;
		length = entry & RSTE_TL;
	}
	if (level == PAGE && entry & 0x800)
		return PGM_TRANSLATION;
	*is_absolute = level == SEGMENT;
	*real = (entry & -(1UL << shift)) | (address & ((1UL << shift) - 1));
	return store && protected ? PGM_PROTECTION : 0;
}

static u16 translate(struct vcpu *v, u64 logical, bool store, u64 *absolute)
{
	static const u8 control_register[] = { 1, 1, 7, 13 };
	u32 space = PSW_SPACE(v->sd->psw.mask);
	bool is_absolute = false;
	u64 real = logical;
	u16 code = 0;

	if (v->sd->psw.mask & PSW_DAT)
		code = walk(v, v->sd->cr[control_register[space]], logical, store, &real, &is_absolute);
	*absolute = is_absolute ? real : guest_absolute(v, real);
	if (!code && *absolute >= GUEST_SIZE)
		code = PGM_ADDRESSING;
	v->teid = (logical & -PAGE_SIZE) | (store ? TEID_STORE : TEID_FETCH) | space;
	return code;
}

static u64 wrap(const struct vcpu *v, u64 address)
{
	u64 mode = v->sd->psw.mask & PSW_EA_BA;

	return mode == PSW_EA_BA ? address : address & (mode ? 0x7fffffff : 0xffffff);
}

/* Translates page by page; copies between a buffer and the pages, or only looks when there is no buffer. */
static u16 for_pages(struct vcpu *v, u64 logical, u64 bytes, bool store, void *buffer)
{
	u64 absolute, n;
	u16 code;

	for (; bytes; bytes -= n, logical += n) {
		logical = wrap(v, logical);
		n = in_page(logical, bytes);
		code = translate(v, logical, store, &absolute);
		if (code)
			return code;
		if (!buffer)
			continue;
		if (store)
			guest_store(absolute, buffer, n);
		else
			guest_load(absolute, buffer, n);
		buffer += n;
	}
	return 0;
}

u16 guest_get(struct vcpu *v, u64 logical, void *to, u64 bytes)
{
	return for_pages(v, logical, bytes, false, to);
}

u16 guest_may_put(struct vcpu *v, u64 logical, u64 bytes)
{
	return for_pages(v, logical, bytes, true, NULL);
}

#define CR9_STORE_EVENTS	0x20000000
#define PER_STORE		0x20
#define PSW_PER			0x4000000000000000

/* A store that the guest watches (program-event recording): the area wraps around when it ends before it begins. */
static void note_store(struct vcpu *v, u64 logical, u64 bytes)
{
	const u64 *cr = v->sd->cr;
	u64 last = logical + bytes - 1;
	bool hit = cr[10] <= cr[11] ? logical <= cr[11] && last >= cr[10] : logical <= cr[11] || last >= cr[10];

	if (v->sd->psw.mask & PSW_PER && cr[9] & CR9_STORE_EVENTS && hit)
		v->per_events |= PER_STORE << 8;
}

u16 guest_put(struct vcpu *v, u64 logical, const void *from, u64 bytes)
{
	u16 code = guest_may_put(v, logical, bytes);

	if (!code) {
		for_pages(v, logical, bytes, true, (void *)from);
		note_store(v, logical, bytes);
	}
	return code;
}
