/* Namespace 1 of an NVMe controller, in blocks of 512 bytes, as a disk: one command at a time. */
#include "alloc.h"
#include "console.h"
#include "cpu.h"
#include "disk.h"
#include "nvme.h"
#include "virtio.h"

#define WRITE_CACHE	6	/* feature */

static struct pci_function function;
static struct nvme nvme;
static struct nvme_queue admin, io;
static u64 iova_list, iova_data;
static u8 *answer;

static u32 execute(struct nvme_queue *q, const struct nvme_command *c)
{
	nvme_submit(&nvme, q, c);
	while (!nvme_is_done(q))
		;
	return nvme_take(&nvme, q).status;
}

static void map(struct ioat *ioat)
{
	u64 *list = alloc_page();
	struct fib fib;
	u32 i;

	ioat_create(ioat, function.sdma, 16 * MiB);
	for (i = 0; i < 2; i++) {
		u8 *pages = alloc(2 * PAGE_SIZE, PAGE_SIZE);
		u64 iova = ioat->pba + 2 * i * PAGE_SIZE;

		ioat_map(ioat, iova, pages);
		ioat_map(ioat, iova + PAGE_SIZE, pages + PAGE_SIZE);
		nvme_place_queue(i ? &io : &admin, i, pages, iova, pages + PAGE_SIZE, iova + PAGE_SIZE);
	}
	iova_list = ioat->pba + 4 * PAGE_SIZE;
	iova_data = ioat->pba + 1 * MiB;
	ioat_map(ioat, iova_list, list);
	ioat_map(ioat, iova_list + PAGE_SIZE, answer = alloc_page());
	disk_data = alloc(LARGE, PAGE_SIZE);
	for (i = 0; i < LARGE / PAGE_SIZE; i++) {
		ioat_map(ioat, iova_data + i * PAGE_SIZE, disk_data + i * PAGE_SIZE);
		nvme_put_entry(list, i, iova_data + (i + 1) * PAGE_SIZE);
	}
	ioat_fib(ioat, &fib);
	if (pci_modify(function.fh, 0, REGISTER_IOAT, &fib) != CC(0) || pci_refresh(function.fh, ioat->pba, 2 * MiB) != CC(0))
		exit(2);
}

static bool start(void)
{
	static struct ioat ioat;
	struct nvme_command c;

	if (!pci_find(NVME_VENDOR, NVME_DEVICE, &function))
		return false;
	if (pci_enable(&function) != CC(0))
		exit(1);
	pci_write(function.fh, PCI_CONFIG, 2, 4, 6);
	nvme.f = &function;
	map(&ioat);
	if (!nvme_enable(&nvme, &admin))
		exit(3);
	c = nvme_create_completions(&io, 0);
	if (execute(&admin, &c))
		exit(3);
	c = nvme_create_submissions(&io);
	if (execute(&admin, &c))
		exit(3);
	c = (struct nvme_command) { .opcode = NVME_SET_FEATURES, .block = WRITE_CACHE };
	if (parameter_given("writethrough") && execute(&admin, &c))
		exit(3);
	return true;
}

static u32 ask(u32 type, u64 sector, u32 length)
{
	struct nvme_command c = {
		.opcode = type == IN ? NVME_READ : type == OUT ? NVME_WRITE : NVME_FLUSH,
		.nsid = 1,
		.prp1 = iova_data,
		.prp2 = iova_list,
		.block = sector,
		.w12 = type == FLUSH ? 0 : length / SECTOR - 1,
	};

	return execute(&io, &c);
}

static u64 sectors(void)
{
	struct nvme_command c = { .opcode = NVME_IDENTIFY, .nsid = 1, .prp1 = iova_list + PAGE_SIZE };

	return execute(&admin, &c) ? 0 : le64(*(u64 *)answer);
}

const struct disk nvme_disk = { start, ask, sectors };
