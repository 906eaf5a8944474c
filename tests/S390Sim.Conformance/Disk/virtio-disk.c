/* A virtio-blk function as a disk: one request at a time. */
#include "alloc.h"
#include "clp.h"
#include "console.h"
#include "cpu.h"
#include "disk.h"
#include "string.h"
#include "virtio.h"

#define F_FLUSH		(1UL << 9)

static struct pci_function disk;
static struct virtio virtio;
static struct virtqueue queue;
static struct ioat ioat;
static u8 *ring, *request;
u8 *disk_data;
static u64 iova_ring, iova_request, iova_data;

static bool start(void)
{
	struct fib fib;
	u64 features = VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | (parameter_given("writethrough") ? 0 : F_FLUSH);
	u32 i;

	if (!pci_find(VIRTIO_VENDOR, VIRTIO_BLK_DEVICE, &disk))
		return false;
	if (pci_enable(&disk) != CC(0) || !virtio_probe(&virtio, &disk))
		exit(1);
	ioat_create(&ioat, disk.sdma, 16 * MiB);
	iova_ring = ioat.pba;
	iova_request = ioat.pba + PAGE_SIZE;
	iova_data = ioat.pba + 1 * MiB;
	ioat_map(&ioat, iova_ring, ring = alloc_page());
	ioat_map(&ioat, iova_request, request = alloc_page());
	disk_data = alloc(LARGE, PAGE_SIZE);
	for (i = 0; i < LARGE / PAGE_SIZE; i++)
		ioat_map(&ioat, iova_data + i * PAGE_SIZE, disk_data + i * PAGE_SIZE);
	ioat_fib(&ioat, &fib);
	pci_write(disk.fh, PCI_CONFIG, 2, 4, 6);
	if (pci_modify(disk.fh, 0, REGISTER_IOAT, &fib) != CC(0) || pci_refresh(disk.fh, ioat.pba, 2 * MiB) != CC(0))
		exit(2);
	if (!virtio_negotiate(&virtio, features))
		exit(3);
	virtqueue_enable(&virtio, &queue, 0, 0xffff, ring, iova_ring);
	virtio_driver_ok(&virtio);
	return true;
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

static u64 sectors(void)
{
	return virtio_read(&virtio, VIRTIO_DEVICE, 0, 4);
}

const struct disk virtio_disk = { start, ask, sectors };
