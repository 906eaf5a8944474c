/*
 * disk: drives a virtio-blk function by polling, and says on the console what the disk acknowledged. Words of the command
 * line choose what it does:
 *
 *	keep		writes block after block and flushes each; "kept N" when the flush is done. Without flushing negotiated
 *			(word writethrough) it is the write itself that promises.
 *	fill		writes blocks until one fails, then tells what the disk says of the one before, and of a flush
 *	bench		rates of reading and writing, sequentially by 64 KiB and at random by 4 KiB; ms= for each
 *
 * blocks= is how many blocks of 4 KiB keep and fill write at most. Every doubleword of block N is N + 1.
 */
#include "alloc.h"
#include "clp.h"
#include "console.h"
#include "cpu.h"
#include "string.h"
#include "virtio.h"

#define SECTOR		512UL
#define BLOCK		4096UL
#define LARGE		(64 * KiB)

enum request_type { IN = 0, OUT = 1, FLUSH = 4 };

#define F_FLUSH		(1UL << 9)

static struct pci_function disk;
static struct virtio virtio;
static struct virtqueue queue;
static struct ioat ioat;
static u8 *ring, *request, *data;
static u64 iova_ring, iova_request, iova_data;

static void start(void)
{
	struct fib fib;
	u64 features = VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | (parameter_given("writethrough") ? 0 : F_FLUSH);
	u32 i;

	if (!pci_find(VIRTIO_VENDOR, VIRTIO_BLK_DEVICE, &disk) || pci_enable(&disk) != CC(0) || !virtio_probe(&virtio, &disk))
		exit(1);
	ioat_create(&ioat, disk.sdma, 16 * MiB);
	iova_ring = ioat.pba;
	iova_request = ioat.pba + PAGE_SIZE;
	iova_data = ioat.pba + 1 * MiB;
	ioat_map(&ioat, iova_ring, ring = alloc_page());
	ioat_map(&ioat, iova_request, request = alloc_page());
	data = alloc(LARGE, PAGE_SIZE);
	for (i = 0; i < LARGE / PAGE_SIZE; i++)
		ioat_map(&ioat, iova_data + i * PAGE_SIZE, data + i * PAGE_SIZE);
	ioat_fib(&ioat, &fib);
	pci_write(disk.fh, PCI_CONFIG, 2, 4, 6);
	if (pci_modify(disk.fh, 0, REGISTER_IOAT, &fib) != CC(0) || pci_refresh(disk.fh, ioat.pba, 2 * MiB) != CC(0))
		exit(2);
	if (!virtio_negotiate(&virtio, features))
		exit(3);
	virtqueue_enable(&virtio, &queue, 0, 0xffff, ring, iova_ring);
	virtio_driver_ok(&virtio);
}

static u32 ask(u32 type, u64 sector, u32 length)
{
	u32 *header = (u32 *)request;
	volatile u8 *status = request + 0x800;
	u32 written;

	header[0] = le32(type);
	header[1] = 0;
	*(u64 *)(request + 8) = le64(sector);
	*status = 0xee;
	virtio_put_desc(ring, 0, iova_request, 16, DESC_NEXT, length ? 1 : 2);
	virtio_put_desc(ring, 1, iova_data, length, DESC_NEXT | (type == IN ? DESC_WRITE : 0), 2);
	virtio_put_desc(ring, 2, iova_request + 0x800, 1, DESC_WRITE, 0);
	virtqueue_submit(&virtio, &queue, 0);
	while (!virtqueue_is_done(&queue))
		;
	virtqueue_take(&queue, &written);
	return *status;
}

static u32 write_block(u64 n)
{
	u32 i;

	for (i = 0; i < BLOCK / 8; i++)
		((u64 *)data)[i] = n + 1;
	return ask(OUT, n * (BLOCK / SECTOR), BLOCK);
}

static int keep(u64 blocks)
{
	u64 n;

	for (n = 0; n < blocks; n++) {
		if (write_block(n) || (!parameter_given("writethrough") && ask(FLUSH, 0, 0)))
			return 4;
		printf("kept %lu\n", n);
	}
	return 0;
}

static int fill(u64 blocks)
{
	u64 n;
	u32 status = 0;

	for (n = 0; n < blocks && !status; n++)
		status = write_block(n);
	printf("block %lu: status %u\n", n - 1, status);
	printf("flush: status %u\n", ask(FLUSH, 0, 0));
	printf("read of block 0: status %u\n", ask(IN, 0, BLOCK));
	return 0;
}

static u64 random(void)
{
	static u64 x = 88172645463325252UL;

	x ^= x << 13;
	x ^= x >> 7;
	return x ^= x << 17;
}

static void rate(const char *name, u32 type, u32 length, bool sequential, u64 places)
{
	u64 start = tod_clock(), budget = TOD_MS(parameter_number("ms", 1000)), spent, n = 0, bad = 0;

	do {
		u64 place = sequential ? n % places : random() % places;

		bad += ask(type, place * (length / SECTOR), length) != 0;
		n++;
		spent = tod_clock() - start;
	} while (spent < budget);
	printf("RATE %s %lu requests %lu us %lu bad\n", name, n, spent >> 12, bad);
}

static int bench(void)
{
	u64 sectors = virtio_read(&virtio, VIRTIO_DEVICE, 0, 4);

	rate("read-64k", IN, LARGE, true, sectors / (LARGE / SECTOR));
	rate("write-64k", OUT, LARGE, true, sectors / (LARGE / SECTOR));
	rate("read-4k-random", IN, BLOCK, false, sectors / (BLOCK / SECTOR));
	rate("write-4k-random", OUT, BLOCK, false, sectors / (BLOCK / SECTOR));
	return 0;
}

int main(void)
{
	u64 blocks = parameter_number("blocks", 4096);

	start();
	return parameter_given("keep") ? keep(blocks) : parameter_given("fill") ? fill(blocks) : bench();
}
