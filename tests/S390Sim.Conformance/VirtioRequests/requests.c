/*
 * requests: asks a virtio-blk function at random, for what can be and for what cannot, with buffers cut at random, direct,
 * indirect or both, and says on the console what each request came to. Two devices that follow virtio 1.2 say the same.
 *
 * Words of the command line: seed=, count=; mixed, so that direct descriptors may come before an indirect table, which QEMU 7.2
 * does not follow. Where the specification leaves something open nothing is said: what an unsuccessful request wrote, and how
 * much.
 */
#include "alloc.h"
#include "clp.h"
#include "console.h"
#include "cpu.h"
#include "string.h"
#include "virtio.h"

#define SECTOR		512UL
#define PIECES		6		/* at most, of data; each has two pages to itself */
#define INDIRECT_AT	0x400		/* in the request page */
#define STATUS_AT	0x800

enum request_type { IN = 0, OUT = 1, FLUSH = 4, GET_ID = 8, DISCARD = 11, WRITE_ZEROES = 13 };

#define F_FLUSH		(1UL << 9)
#define F_DISCARD	(1UL << 13)
#define F_WRITE_ZEROES	(1UL << 14)

static struct pci_function disk;
static struct virtio virtio;
static struct virtqueue queue;
static struct ioat ioat;
static u8 *ring, *request, *data;
static u64 iova_ring, iova_request, iova_data, sectors, state;

struct piece {
	u64 at;			/* offset in the data area */
	u32 length;
};

struct asked {
	u32 type, length, count;
	u64 sector;
	struct piece piece[PIECES];
};

static u64 random(u64 below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % below;
}

static bool chance(u32 percent)
{
	return random(100) < percent;
}

static void start(void)
{
	struct fib fib;
	u64 features = VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_F_INDIRECT_DESC | F_FLUSH | F_DISCARD | F_WRITE_ZEROES;
	u32 i;

	if (!pci_find(VIRTIO_VENDOR, VIRTIO_BLK_DEVICE, &disk) || pci_enable(&disk) != CC(0) || !virtio_probe(&virtio, &disk))
		exit(1);
	ioat_create(&ioat, disk.sdma, 16 * MiB);
	iova_ring = ioat.pba;
	iova_request = ioat.pba + PAGE_SIZE;
	iova_data = ioat.pba + 1 * MiB;
	ioat_map(&ioat, iova_ring, ring = alloc_page());
	ioat_map(&ioat, iova_request, request = alloc_page());
	data = alloc(2 * PIECES * PAGE_SIZE, PAGE_SIZE);
	for (i = 0; i < 2 * PIECES; i++)
		ioat_map(&ioat, iova_data + i * PAGE_SIZE, data + i * PAGE_SIZE);
	ioat_fib(&ioat, &fib);
	pci_write(disk.fh, PCI_CONFIG, 2, 4, 6);
	if (pci_modify(disk.fh, 0, REGISTER_IOAT, &fib) != CC(0) || pci_refresh(disk.fh, ioat.pba, 2 * MiB) != CC(0))
		exit(2);
	if (!virtio_negotiate(&virtio, features))
		exit(3);
	virtqueue_enable(&virtio, &queue, 0, 0xffff, ring, iova_ring);
	virtio_driver_ok(&virtio);
	sectors = virtio_read(&virtio, VIRTIO_DEVICE, 0, 4);
}

static u64 random_sector(u32 length)
{
	switch (random(10)) {
	case 0: return sectors - length / SECTOR;	/* the last that fit */
	case 1: return sectors - length / SECTOR + 1;
	case 2: return sectors + random(3);
	case 3: return chance(50) ? -1UL >> random(20) : 1UL << random(64);
	default: return random(sectors);
	}
}

static u32 random_type(void)
{
	static const u32 types[] = { IN, IN, IN, IN, OUT, OUT, OUT, FLUSH, GET_ID, DISCARD, WRITE_ZEROES, WRITE_ZEROES };
	static const u32 unknown[] = { 20, 98, 1000, 0x7ffffffe };

	return chance(5) ? unknown[random(ARRAY_SIZE(unknown))] : types[random(ARRAY_SIZE(types))];
}

/* Data of the length in as many pieces as it needs or more. */
static void cut(struct asked *a)
{
	u32 left = a->length, i;

	a->count = 0;
	for (i = 0; left; i++) {
		u32 most = left < PAGE_SIZE ? left : PAGE_SIZE;
		u32 needed = (left + PAGE_SIZE - 1) / PAGE_SIZE;
		u32 length = i + needed >= PIECES || chance(40) ? most : 1 + random(most);

		a->piece[i].at = 2 * PAGE_SIZE * i + random(PAGE_SIZE);
		a->piece[i].length = length;
		left -= length;
		a->count++;
	}
}

static void choose(struct asked *a)
{
	a->type = random_type();
	switch (a->type) {
	case FLUSH: a->length = 0; break;
	case GET_ID: a->length = 20; break;
	case DISCARD:
	case WRITE_ZEROES: a->length = 16; break;
	default: a->length = chance(8) ? 1 + random(3000) : SECTOR * (1 + random(20));
	}
	a->sector = a->type == FLUSH || a->type == GET_ID ? 0 : random_sector(a->length);
	cut(a);
}

static bool is_written(const struct asked *a)
{
	return a->type == IN || a->type == GET_ID || a->type == 20;
}

/* The bytes of the data area that are the request's, one after the other. */
static u8 *byte_of(const struct asked *a, u32 n)
{
	u32 i;

	for (i = 0; n >= a->piece[i].length; i++)
		n -= a->piece[i].length;
	return data + a->piece[i].at + n;
}

static void prepare(const struct asked *a)
{
	u8 range[16];
	u32 i;
	bool flagged = chance(15);

	memset(data, 0, 2 * PIECES * PAGE_SIZE);
	*(u64 *)range = le64(flagged ? random(100) : a->sector);
	*(u32 *)(range + 8) = le32(chance(10) && !flagged ? 0x7fffffff : 1 + random(40));
	*(u32 *)(range + 12) = le32(flagged ? 1U << random(3) : 0);
	for (i = 0; !is_written(a) && i < a->length; i++)
		*byte_of(a, i) = a->type == OUT ? random(256) : range[i % 16];
}

/*
 * The chain: header in one or two pieces, data, status; of it the first so many descriptors in the ring's table, the rest in an
 * indirect one. Its head is anywhere.
 */
static u16 put_chain(const struct asked *a)
{
	struct { u64 at; u32 length; u16 flags; } d[PIECES + 3];
	u32 n = 0, direct, first, i;
	u32 header = chance(30) ? 1 + random(15) : 16;

	*(u32 *)request = le32(a->type);
	*(u32 *)(request + 4) = 0;
	*(u64 *)(request + 8) = le64(a->type == DISCARD || a->type == WRITE_ZEROES ? 0 : a->sector);
	request[STATUS_AT] = 0xee;
	d[n].at = iova_request, d[n].length = header, d[n++].flags = 0;
	if (header < 16)
		d[n].at = iova_request + header, d[n].length = 16 - header, d[n++].flags = 0;
	for (i = 0; i < a->count; i++)
		d[n].at = iova_data + a->piece[i].at, d[n].length = a->piece[i].length, d[n++].flags = is_written(a) ? DESC_WRITE : 0;
	d[n].at = iova_request + STATUS_AT, d[n].length = 1, d[n++].flags = DESC_WRITE;

	direct = chance(50) ? n : chance(60) ? 0 : random(n);
	if (direct < n && !parameter_given("mixed"))
		direct = 0;
	first = random(QUEUE_LENGTH);
	for (i = 0; i < direct; i++)
		virtio_put_desc(ring, (first + i) % QUEUE_LENGTH, d[i].at, d[i].length,
				d[i].flags | (i + 1 < n ? DESC_NEXT : 0), (first + i + 1) % QUEUE_LENGTH);
	for (; i < n; i++)
		virtio_put_desc(request + INDIRECT_AT, i - direct, d[i].at, d[i].length,
				d[i].flags | (i + 1 < n ? DESC_NEXT : 0), i - direct + 1);
	if (direct < n)
		virtio_put_desc(ring, (first + direct) % QUEUE_LENGTH, iova_request + INDIRECT_AT, 16 * (n - direct), DESC_INDIRECT, 0);
	return first;
}

static u32 hash(const struct asked *a)
{
	u32 h = 2166136261U, i;

	for (i = 0; i < a->length; i++)
		h = (h ^ *byte_of(a, i)) * 16777619U;
	return h;
}

static u32 ask(const struct asked *a, u32 *written)
{
	volatile u8 *status = request + STATUS_AT;
	u16 head = put_chain(a);

	virtqueue_submit(&virtio, &queue, head);
	while (!virtqueue_is_done(&queue))
		if (virtio_status(&virtio) != 0xf)
			return 0x100 | virtio_status(&virtio);
	return virtqueue_take(&queue, written) == head ? *status : 0x200;
}

static void tell(u32 n, const struct asked *a)
{
	u32 written = 0, status = ask(a, &written);

	printf("%u: type %u sector %lx length %u: status %x", n, a->type, a->sector, a->length, status);
	if (!status)
		printf(", %u written, data %08x", written, hash(a));
	printf("\n");
}

int main(void)
{
	struct asked a;
	u64 n, count = parameter_number("count", 100);

	start();
	state = parameter_number("seed", 1) * 88172645463325252UL + 1;
	for (n = 0; n < count; n++) {
		choose(&a);
		prepare(&a);
		tell(n, &a);
	}
	a.type = IN;
	a.length = 8 * SECTOR;
	for (a.sector = 0; a.sector < sectors; a.sector += 8) {
		cut(&a);
		tell(n++, &a);
	}
	return 0;
}
