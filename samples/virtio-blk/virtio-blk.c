/*
 * virtio-blk: a disk behind the function's own address translation.
 *
 * The guest finds the structures of a modern virtio device by its capabilities, negotiates, gives it a queue and MSI-X
 * vectors, and waits for adapter interruptions. It writes, reads, flushes, discards and asks for the disk's name; it asks
 * for what cannot be, leads the device out of its pages, and gives it a ring of nonsense: each time the disk refuses in its
 * own way, and serves again.
 *
 * Run with a disk of 1 MiB with the serial number "disk1": virtio-blk,size=1M,serial=disk1.
 */
#include "alloc.h"
#include "clp.h"
#include "cpu.h"
#include "string.h"
#include "test.h"
#include "virtio.h"

#define SECTOR		512
#define SECTORS		2048
#define ISC		3
#define CONFIG		0	/* vectors */
#define QUEUE		1
#define PAGES		8

enum request_type { IN = 0, OUT = 1, FLUSH = 4, GET_ID = 8, DISCARD = 11, WRITE_ZEROES = 13, NONSENSE = 99 };
enum request_status { OK = 0, IOERR = 1, UNSUPP = 2, NONE = 0xee };

#define F_FLUSH		(1UL << 9)
#define F_DISCARD	(1UL << 13)
#define F_WRITE_ZEROES	(1UL << 14)
#define WANTED		(VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX | \
			 F_FLUSH | F_DISCARD | F_WRITE_ZEROES)

struct header {
	u32 type, reserved;
	u64 sector;
};

struct range {
	u64 sector;
	u32 count, flags;
};

static struct pci_function disk;
static struct virtio virtio;
static struct virtqueue queue;
static struct ioat ioat;

/* Addresses of the device: a page of rings, one of headers and status, then data pages whose frames lie in no order. */
static u64 iova_ring, iova_request, iova_data;
static u8 *ring, *request, *frame[PAGES];
static u64 bits[8] __attribute__((aligned(64))), summary[8] __attribute__((aligned(64)));

static void take_into_service(void)
{
	section("Take the function into service");
	require("CLP lists a virtio-blk, 1af4:1042", pci_find(VIRTIO_VENDOR, VIRTIO_BLK_DEVICE, &disk));
	require("CLP set enables it", pci_enable(&disk) == CC(0));
	check("its revision is 1 or more", pci_read(disk.fh, PCI_CONFIG, 1, 8) >= 1);
	require("capabilities lead to common configuration, notification, device configuration", virtio_probe(&virtio, &disk));
	check("and to a window in configuration space", virtio.window);
	require("a device status of 0 resets it", virtio_reset(&virtio));
	pci_drain_events();
}

static void map_pages(void)
{
	static const u8 place_of[PAGES] = { 5, 2, 7, 0, 3, 6, 1, 4 };
	u8 *frames = alloc(PAGES * PAGE_SIZE, PAGE_SIZE);
	struct fib fib;
	u32 i;

	section("Give it addresses");
	ioat_create(&ioat, disk.sdma, 16 * MiB);
	iova_ring = ioat.pba;
	iova_request = ioat.pba + PAGE_SIZE;
	iova_data = ioat.pba + 2 * MiB;
	ioat_map(&ioat, iova_ring, ring = alloc_page());
	ioat_map(&ioat, iova_request, request = alloc_page());
	for (i = 0; i < PAGES; i++)
		ioat_map(&ioat, iova_data + i * PAGE_SIZE, frame[i] = frames + place_of[i] * PAGE_SIZE);
	ioat_fib(&ioat, &fib);
	pci_write(disk.fh, PCI_CONFIG, 2, 4, 6);	/* memory space, bus master */
	check_outcome("MPCIFC register I/O address translation", pci_modify(disk.fh, 0, REGISTER_IOAT, &fib), CC(0));
	check_outcome("RPCIT over all of it", pci_refresh(disk.fh, ioat.pba, 4 * MiB), CC(0));
}

static void enable_interruptions(void)
{
	struct fib fib = {
		.interruptions = FIB_INTERRUPTIONS(ISC, 2, 0, 1, 0), .aibv = (u64)bits, .aisb = (u64)summary,
	};

	section("Let it interrupt");
	require("CLP query group", clp_query_group(disk.group) == CLP_OK);
	check("two MSI-X vectors", pci_enable_vectors(&disk, clp_response()->query_group.msia, 2));
	check_outcome("MPCIFC register interruptions", pci_modify(disk.fh, 0, REGISTER_INTERRUPTIONS, &fib), CC(0));
	WRITE_CR(6, 0x80000000UL >> ISC);
}

static void negotiate(void)
{
	u64 offered;

	section("Negotiate");
	offered = virtio_offered(&virtio);
	check("it offers what this driver wants", (offered & WANTED) == WANTED);
	check("it refuses a driver that does not go through the platform's translation",
	      !virtio_negotiate(&virtio, WANTED & ~VIRTIO_F_ACCESS_PLATFORM));
	require("it accepts one that does", virtio_negotiate(&virtio, WANTED));
	check_number("capacity in sectors", virtio_read(&virtio, VIRTIO_DEVICE, 0, 4), SECTORS);
	check_number("block size", virtio_read(&virtio, VIRTIO_DEVICE, 0x14, 4), SECTOR);
}

/* Vectors, queue, DRIVER_OK; after a reset and negotiation. */
static void start_queue(void)
{
	virtio_write(&virtio, VIRTIO_COMMON, CONFIG_VECTOR, 2, CONFIG);
	virtqueue_enable(&virtio, &queue, 0, QUEUE, ring, iova_ring);
	virtio_driver_ok(&virtio);
}

/* Which vector the next adapter interruption is for; -1 when it is not as it should be. */
static int next_vector(void)
{
	volatile const struct io_info *io = io_info();
	u64 seen;

	wait_io();
	if (io->identification != (0x80000000U | ISC << 27) || !(summary[0] >> 63))
		return -1;
	seen = bits[0];
	bits[0] = summary[0] = 0;
	return seen == 1UL << 63 ? CONFIG : seen == 1UL << 62 ? QUEUE : -1;
}

static u32 written;	/* bytes, as the used element said */

/* Waits for the request whose chain begins at head. */
static u32 finish(u16 head)
{
	volatile u8 *status = request + 0x800;

	virtqueue_submit(&virtio, &queue, head);
	if (next_vector() != QUEUE || !virtqueue_is_done(&queue) || virtqueue_take(&queue, &written) != head)
		return NONE;
	return *status;
}

static void put_header(u32 type, u64 sector)
{
	struct header *h = (struct header *)request;

	h->type = le32(type);
	h->reserved = 0;
	h->sector = le64(sector);
	request[0x800] = NONE;
}

/* One data descriptor at an address; without bytes none. */
static u16 put_chain(u32 type, u64 sector, u64 data, u32 length)
{
	u16 direction = type == OUT || type == DISCARD || type == WRITE_ZEROES ? 0 : DESC_WRITE;

	put_header(type, sector);
	virtio_put_desc(ring, 0, iova_request, sizeof(struct header), DESC_NEXT, length ? 1 : 2);
	virtio_put_desc(ring, 1, data, length, DESC_NEXT | direction, 2);
	virtio_put_desc(ring, 2, iova_request + 0x800, 1, DESC_WRITE, 0);
	return 0;
}

static u32 ask(u32 type, u64 sector, u64 data, u32 length)
{
	return finish(put_chain(type, sector, data, length));
}

static void fill(u32 page, u8 seed)
{
	u32 i;

	for (i = 0; i < PAGE_SIZE; i++)
		frame[page][i] = seed + i + 3 * (i >> 8);
}

static void move_data(void)
{
	u32 i;
	bool same = true;

	section("Write and read");
	start_queue();
	check_number("the driver is ready", virtio_status(&virtio), 0xf);
	for (i = 0; i < 4; i++)
		fill(i, 0x11 * (i + 1));
	check_number("16 KiB to sector 40, status", ask(OUT, 40, iova_data, 4 * PAGE_SIZE), OK);
	check_number("bytes the device wrote: the status", written, 1);
	check_number("back to other pages, status", ask(IN, 40, iova_data + 4 * PAGE_SIZE, 4 * PAGE_SIZE), OK);
	check_number("bytes it wrote: data and status", written, 4 * PAGE_SIZE + 1);
	for (i = 0; i < 4; i++)
		same &= !memcmp(frame[i], frame[i + 4], PAGE_SIZE);
	check("they are what was written", same);
	check_number("flush, status", ask(FLUSH, 0, 0, 0), OK);
}

/* The header in two pieces, the data in three of odd lengths: a table of descriptors that one descriptor names. */
static void indirect(void)
{
	u8 *table = request + 0x400;
	u64 data = iova_data + 4 * PAGE_SIZE;

	section("An indirect table, buffers cut anywhere");
	memset(frame[4], 0, PAGE_SIZE);
	memset(frame[5], 0, PAGE_SIZE);
	put_header(IN, 40);
	virtio_put_desc(table, 0, iova_request, 5, DESC_NEXT, 1);
	virtio_put_desc(table, 1, iova_request + 5, 11, DESC_NEXT, 2);
	virtio_put_desc(table, 2, data + 0xf01, 0x1ff, DESC_NEXT | DESC_WRITE, 3);
	virtio_put_desc(table, 3, data + 0x1100, 0x101, DESC_NEXT | DESC_WRITE, 4);
	virtio_put_desc(table, 4, data + 0x1201, 0x100, DESC_NEXT | DESC_WRITE, 5);
	virtio_put_desc(table, 5, iova_request + 0x800, 1, DESC_WRITE, 0);
	virtio_put_desc(ring, 3, iova_request + 0x400, 6 * 16, DESC_INDIRECT, 0);
	check_number("two sectors, status", finish(3), OK);
	check_number("bytes the device wrote", written, 2 * SECTOR + 1);
	check("they are the first two sectors of page 0",
	      !memcmp(frame[4] + 0xf01, frame[0], 0xff) && !memcmp(frame[5], frame[0] + 0xff, 0x100) &&
	      !memcmp(frame[5] + 0x100, frame[0] + 0x1ff, 0x201));
}

static u32 ask_range(u32 type, u64 sector, u32 count, u32 flags)
{
	struct range *r = (struct range *)frame[0];

	r->sector = le64(sector);
	r->count = le32(count);
	r->flags = le32(flags);
	return ask(type, 0, iova_data, sizeof(*r));
}

static void other_requests(void)
{
	section("Other requests");
	memset(frame[6], 0, PAGE_SIZE);
	check_number("get id, status", ask(GET_ID, 0, iova_data + 6 * PAGE_SIZE, 20), OK);
	check_text("it is the serial number", (char *)frame[6], "disk1");
	check_number("write zeroes over sectors 41 and 42, status", ask_range(WRITE_ZEROES, 41, 2, 0), OK);
	check_number("read sectors 40 to 43, status", ask(IN, 40, iova_data + 4 * PAGE_SIZE, 4 * SECTOR), OK);
	fill(0, 0x11);
	memset(frame[0] + SECTOR, 0, 2 * SECTOR);
	check("the two are zero, their neighbours as they were", !memcmp(frame[4], frame[0], 4 * SECTOR));
	check_number("discard sectors 41 and 42, status", ask_range(DISCARD, 41, 2, 0), OK);
}

static void refusals(void)
{
	section("What cannot be");
	check_number("read the last sector, status", ask(IN, SECTORS - 1, iova_data, SECTOR), OK);
	check_number("read beyond it, status: I/O error", ask(IN, SECTORS, iova_data, SECTOR), IOERR);
	check_number("write beyond it, status: I/O error", ask(OUT, SECTORS - 1, iova_data, 2 * SECTOR), IOERR);
	check_number("half a sector, status: I/O error", ask(IN, 0, iova_data, SECTOR / 2), IOERR);
	check_number("write zeroes beyond it, status: I/O error", ask_range(WRITE_ZEROES, SECTORS - 1, 2, 0), IOERR);
	check_number("discard with a flag of write zeroes, status: unsupported", ask_range(DISCARD, 0, 1, 1), UNSUPP);
	check_number("a type that nobody knows, status: unsupported", ask(NONSENSE, 0, iova_data, SECTOR), UNSUPP);
	check_number("the device goes on", virtio_status(&virtio), 0xf);
}

static void window(void)
{
	section("The window in configuration space");
	pci_write(disk.fh, PCI_CONFIG, 1, virtio.window + 4, virtio.place[VIRTIO_COMMON].bar);
	pci_write(disk.fh, PCI_CONFIG, 4, virtio.window + 8, virtio.place[VIRTIO_COMMON].at + DEVICE_STATUS);
	pci_write(disk.fh, PCI_CONFIG, 4, virtio.window + 12, 1);
	check_number("device status", pci_read(disk.fh, PCI_CONFIG, 1, virtio.window + 16), 0xf);
}

static bool wait_error(void)
{
	u64 deadline = tod_clock() + TOD_MS(5000);

	while (!(pci_fc(disk.fh) & FC_ERROR))
		if (tod_clock() > deadline)
			return false;
	return true;
}

static void out_of_its_pages(void)
{
	struct pci_event e = { 0 };
	struct fib fib = { 0 };

	section("Out of its pages");
	ioat_protect(&ioat, iova_data + 7 * PAGE_SIZE);
	check_outcome("RPCIT over a page that was made read-only", pci_refresh(disk.fh, iova_data + 7 * PAGE_SIZE, PAGE_SIZE), CC(0));
	memset(frame[7], 0x77, PAGE_SIZE);
	virtqueue_submit(&virtio, &queue, put_chain(IN, 40, iova_data + 7 * PAGE_SIZE, SECTOR));
	check("reading into it stops the function", wait_error());
	check("the page is as it was", frame[7][0] == 0x77 && frame[7][SECTOR - 1] == 0x77);
	check("an event tells of this function", pci_next_event(&e) && e.content == 1 && e.fid == disk.fid);
	check_number("and of this page", (e.address & -PAGE_SIZE) - ioat.pba, iova_data + 7 * PAGE_SIZE - ioat.pba);
	check_outcome("MPCIFC reset error", pci_modify(disk.fh, 0, RESET_ERROR, &fib), CC(0));
	check("the device says that it needs a reset", virtio_status(&virtio) & VIRTIO_NEEDS_RESET);
	check("no request was given back", !virtqueue_is_done(&queue));
	require("it is reset and negotiated with", virtio_negotiate(&virtio, WANTED));
	bits[0] = summary[0] = 0;
	start_queue();
	check_number("and reads again, status", ask(IN, 40, iova_data, SECTOR), OK);
}

static void nonsense(void)
{
	section("A ring of nonsense");
	put_chain(IN, 0, iova_data, SECTOR);
	virtio_put_desc(ring, 1, iova_data, SECTOR, DESC_NEXT | DESC_WRITE, 1);
	virtqueue_submit(&virtio, &queue, 0);
	check_number("a chain without an end: interruption, vector", next_vector(), CONFIG);
	check_number("device status: it needs a reset", virtio_status(&virtio), 0xf | VIRTIO_NEEDS_RESET);
	check("the function is in order", !(pci_fc(disk.fh) & FC_ERROR));
	require("it is reset and negotiated with", virtio_negotiate(&virtio, WANTED));
	start_queue();
	check_number("and reads again, status", ask(IN, 40, iova_data, SECTOR), OK);
}

static void give_back(void)
{
	struct fib fib = { 0 };

	section("Give the function back");
	check("device status 0", virtio_reset(&virtio));
	check_outcome("MPCIFC deregister interruptions", pci_modify(disk.fh, 0, DEREGISTER_INTERRUPTIONS, &fib), CC(0));
	check_outcome("MPCIFC deregister I/O address translation", pci_modify(disk.fh, 0, DEREGISTER_IOAT, &fib), CC(0));
	check_outcome("CLP set disables it", pci_disable(&disk), CC(0));
	check_number("no event is left", pci_drain_events(), 0);
}

int main(void)
{
	printf("virtio-blk: a disk behind the function's own address translation\n");
	take_into_service();
	map_pages();
	enable_interruptions();
	negotiate();
	move_data();
	indirect();
	other_requests();
	refusals();
	window();
	out_of_its_pages();
	nonsense();
	give_back();
	return test_summary();
}
