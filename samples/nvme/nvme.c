/*
 * nvme: an NVM Express controller behind the function's own address translation.
 *
 * The guest enables the controller, identifies it and its two namespaces, creates a queue pair with a vector of its own and
 * waits for adapter interruptions. It writes, reads, flushes, compares, zeroes and deallocates through lists of scattered
 * pages; it asks for what cannot be and reads about it in the error log; it leads the device out of its pages. Then it shuts
 * the controller down.
 *
 * Run with namespaces of 1 MiB in blocks of 512 and of 4096 bytes: nvme,size=1M,serial=disk1,size2=1M,blocksize2=4096.
 */
#include "alloc.h"
#include "clp.h"
#include "cpu.h"
#include "nvme.h"
#include "string.h"
#include "test.h"
#include "virtio.h"

#define BLOCK		512
#define BLOCKS		2048
#define ISC		3
#define ADMIN		0	/* vectors */
#define IO		1
#define PAGES		10
#define ALL		0xffffffffU

enum status {
	OK = 0,
	INVALID_OPCODE = 0x001,
	INVALID_FIELD = 0x002,
	INVALID_NAMESPACE = 0x00b,
	PRP_OFFSET = 0x013,
	OUT_OF_RANGE = 0x080,
	INVALID_QUEUE = 0x101,
	QUEUE_IN_USE = 0x10c,
	DIFFERENT = 0x285,
	NONE = 0xeee,
};

static struct pci_function disk;
static struct nvme nvme;
static struct nvme_queue admin, io;
static struct ioat ioat;

/* Addresses of the device: queues, a page of lists, one for answers, then data pages whose frames lie in no order. */
static u64 iova_queue, iova_list, iova_answer, iova_data;
static u8 *queue_page[4], *list, *answer, *frame[PAGES];
static u64 bits[8] __attribute__((aligned(64))), summary[8] __attribute__((aligned(64)));
static u32 value;	/* word 0 of the last completion */

static void take_into_service(void)
{
	section("Take the function into service");
	require("CLP lists an NVMe controller", pci_find(NVME_VENDOR, NVME_DEVICE, &disk));
	require("CLP set enables it", pci_enable(&disk) == CC(0));
	check_number("class code", pci_read(disk.fh, PCI_CONFIG, 4, 8) >> 8, 0x010802);
	nvme.f = &disk;
	pci_write(disk.fh, PCI_CONFIG, 2, 4, 6);	/* memory space, bus master */
	check_number("version", nvme_register(&nvme, NVME_VS, 4), 0x10400);
	check_number("capabilities: entries less one, contiguous", nvme_register(&nvme, NVME_CAP, 4) & 0x1ffff, 0x103ff);
	check_number("they are the same in one access of 8 bytes and in two", nvme_register(&nvme, NVME_CAP, 8)
		     ^ (nvme_register(&nvme, NVME_CAP + 4, 4) << 32 | nvme_register(&nvme, NVME_CAP, 4)), 0);
	pci_drain_events();
}

static void map_pages(void)
{
	static const u8 place_of[PAGES] = { 5, 2, 9, 0, 3, 8, 6, 1, 7, 4 };
	u8 *frames = alloc(PAGES * PAGE_SIZE, PAGE_SIZE);
	struct fib fib;
	u32 i;

	section("Give it addresses");
	ioat_create(&ioat, disk.sdma, 16 * MiB);
	iova_queue = ioat.pba;
	iova_list = ioat.pba + 4 * PAGE_SIZE;
	iova_answer = ioat.pba + 5 * PAGE_SIZE;
	iova_data = ioat.pba + 2 * MiB;
	for (i = 0; i < 4; i++)
		ioat_map(&ioat, iova_queue + i * PAGE_SIZE, queue_page[i] = alloc_page());
	ioat_map(&ioat, iova_list, list = alloc_page());
	ioat_map(&ioat, iova_answer, answer = alloc_page());
	for (i = 0; i < PAGES; i++)
		ioat_map(&ioat, iova_data + i * PAGE_SIZE, frame[i] = frames + place_of[i] * PAGE_SIZE);
	ioat_fib(&ioat, &fib);
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

/* Waits for an adapter interruption; the vectors that it is for, as bits from the left, or 0 when it is not as it should be. */
static u64 next_vectors(void)
{
	volatile const struct io_info *info = io_info();
	u64 seen;

	wait_io();
	if (info->identification != (0x80000000U | ISC << 27) || !(summary[0] >> 63))
		return 0;
	seen = bits[0];
	bits[0] = summary[0] = 0;
	return seen;
}

static u32 finish(struct nvme_queue *q, u16 id)
{
	struct nvme_answer a;

	if (next_vectors() != 1UL << (q->id ? 63 - IO : 63 - ADMIN) || !nvme_is_done(q))
		return NONE;
	a = nvme_take(&nvme, q);
	value = a.value;
	return a.id == id ? a.status : NONE;
}

static u32 execute(struct nvme_queue *q, struct nvme_command c)
{
	return finish(q, nvme_submit(&nvme, q, &c));
}

static u32 ask(u8 opcode, u32 nsid, u64 words)
{
	return execute(&admin, (struct nvme_command) { .opcode = opcode, .nsid = nsid, .prp1 = iova_answer, .block = words });
}

static u32 transfer(u8 opcode, u32 nsid, u64 block, u32 blocks, u64 prp1, u64 prp2)
{
	return execute(&io, (struct nvme_command) {
		.opcode = opcode, .nsid = nsid, .prp1 = prp1, .prp2 = prp2, .block = block, .w12 = blocks - 1,
	});
}

static void start_controller(void)
{
	nvme_place_queue(&admin, 0, queue_page[0], iova_queue, queue_page[1], iova_queue + PAGE_SIZE);
	nvme_place_queue(&io, 1, queue_page[2], iova_queue + 2 * PAGE_SIZE, queue_page[3], iova_queue + 3 * PAGE_SIZE);
	bits[0] = summary[0] = 0;
	require("CC enables it, and it becomes ready", nvme_enable(&nvme, &admin));
}

static void create_queues(void)
{
	require("completion queue 1 with vector 1", execute(&admin, nvme_create_completions(&io, IO)) == OK);
	require("submission queue 1", execute(&admin, nvme_create_submissions(&io)) == OK);
}

static u64 little(u32 offset)
{
	return le64(*(u64 *)(answer + offset));
}

static void identify(void)
{
	u32 i;

	section("Identify");
	check_number("the controller, status", ask(NVME_IDENTIFY, 0, 1), OK);
	check("serial number", !memcmp(answer + 4, "disk1               ", 20));
	check("model", !memcmp(answer + 24, "S390Sim NVMe ", 13));
	check_number("namespaces", le32(*(u32 *)(answer + 516)), 2);
	check_number("active namespaces, status", ask(NVME_IDENTIFY, 0, 2), OK);
	check_number("the first two", little(0), 2UL << 32 | 1);
	for (i = 1; i <= 2; i++) {
		check_number("a namespace, status", ask(NVME_IDENTIFY, i, 0), OK);
		check_number("blocks", little(0), i == 1 ? BLOCKS : 256);
		check_number("bytes of a block, as a power of two", answer[130], i == 1 ? 9 : 12);
	}
	check_number("its descriptors, status", ask(NVME_IDENTIFY, 1, 3), OK);
	check_number("a UUID of 16 bytes", answer[0] << 8 | answer[1], 0x310);
	check_number("namespace 3, status", ask(NVME_IDENTIFY, 3, 0), INVALID_NAMESPACE);
}

static void queues(void)
{
	section("Queues");
	check_number("ask for 2 and 4 queues, status", ask(NVME_SET_FEATURES, 0, 0x00030001UL << 32 | 7), OK);
	check_number("granted", value, 0x30003);
	create_queues();
	check_number("the same again, status", execute(&admin, nvme_create_submissions(&io)), INVALID_QUEUE);
	check_number("delete the completion queue in use, status", ask(NVME_DELETE_CQ, 0, 1), QUEUE_IN_USE);
}

static void fill(u32 page, u8 seed)
{
	u32 i;

	for (i = 0; i < PAGE_SIZE; i++)
		frame[page][i] = seed + i + 3 * (i >> 8);
}

static u64 page_at(u32 page)
{
	return iova_data + page * PAGE_SIZE;
}

static void move_data(void)
{
	bool same = true;
	u32 i;

	section("Write and read");
	for (i = 0; i < 4; i++)
		fill(i, 0x11 * (i + 1));
	for (i = 1; i < 4; i++)
		nvme_put_entry(list, i - 1, page_at(i));
	check_number("16 KiB to block 40, status", transfer(NVME_WRITE, 1, 40, 32, page_at(0), iova_list), OK);
	check_number("flush, status", execute(&io, (struct nvme_command) { .opcode = NVME_FLUSH, .nsid = 1 }), OK);
	/* The same bytes, 1 KiB into the first page; the list's page has room for one entry and the way to the next list. */
	nvme_put_entry(list, 510, page_at(5));
	nvme_put_entry(list, 511, iova_list);
	for (i = 0; i < 3; i++)
		nvme_put_entry(list, i, page_at(6 + i));
	check_number("back, through a list that leads on to another, status",
		     transfer(NVME_READ, 1, 40, 32, page_at(4) + 1024, iova_list + 8 * 510), OK);
	same &= !memcmp(frame[4] + 1024, frame[0], 3072);
	for (i = 0; i < 3; i++)
		same &= !memcmp(frame[5 + i], frame[i] + 3072, 1024) && !memcmp(frame[5 + i] + 1024, frame[i + 1], 3072);
	check("they are what was written", same && !memcmp(frame[8], frame[3] + 3072, 1024));
	check_number("compare, status", transfer(NVME_COMPARE, 1, 40, 16, page_at(0), page_at(1)), OK);
	frame[1][4095] ^= 1;
	check_number("compare after a change, status", transfer(NVME_COMPARE, 1, 40, 16, page_at(0), page_at(1)), DIFFERENT);
	check_number("a block of 4 KiB to the other namespace, status", transfer(NVME_WRITE, 2, 255, 1, page_at(3), 0), OK);
	check_number("and back, status", transfer(NVME_READ, 2, 255, 1, page_at(9), 0), OK);
	check("it is the same", !memcmp(frame[3], frame[9], PAGE_SIZE));
}

static void other_commands(void)
{
	section("Zeroes and deallocation");
	check_number("zeroes over blocks 41 and 42, status", transfer(NVME_WRITE_ZEROES, 1, 41, 2, 0, 0), OK);
	check_number("read blocks 40 to 43, status", transfer(NVME_READ, 1, 40, 4, page_at(9), 0), OK);
	memset(frame[0] + BLOCK, 0, 2 * BLOCK);
	check("the two are zero, their neighbours as they were", !memcmp(frame[9], frame[0], 4 * BLOCK));
	memset(frame[9], 0, 32);
	*(u32 *)(frame[9] + 4) = le32(2);
	*(u64 *)(frame[9] + 8) = le64(41);
	*(u32 *)(frame[9] + 20) = le32(1);
	*(u64 *)(frame[9] + 24) = le64(100);
	check_number("deallocate two ranges, status", transfer(NVME_DATASET, 1, 4UL << 32 | 1, 1, page_at(9), 0), OK);
	check_number("flush of all namespaces, status", execute(&io, (struct nvme_command) { .opcode = NVME_FLUSH, .nsid = ALL }), OK);
}

static void refusals(void)
{
	section("What cannot be");
	check_number("read the last block, status", transfer(NVME_READ, 1, BLOCKS - 1, 1, page_at(9), 0), OK);
	check_number("read beyond it, status", transfer(NVME_READ, 1, BLOCKS - 1, 2, page_at(9), 0), OUT_OF_RANGE);
	check_number("more than a command may move, status", transfer(NVME_READ, 1, 0, 1025, page_at(9), iova_list), INVALID_FIELD);
	check_number("a second entry not on a page, status", transfer(NVME_READ, 1, 0, 16, page_at(8), page_at(9) + 8), PRP_OFFSET);
	check_number("namespace 3, status", transfer(NVME_READ, 3, 0, 1, page_at(9), 0), INVALID_NAMESPACE);
	check_number("a command that nobody knows, status", transfer(0x7f, 1, 0, 1, 0, 0), INVALID_OPCODE);
	check_number("the error log, status", ask(NVME_GET_LOG, ALL, 63U << 16 | 1), OK);
	check_number("its first entry: the newest, queue 1", answer[8], 1);
	check_number("the status of that command", le16(*(u16 *)(answer + 12)) >> 1 & 0x7ff, INVALID_OPCODE);
	check_number("the third entry: PRP offset", le16(*(u16 *)(answer + 140)) >> 1 & 0x7ff, PRP_OFFSET);
}

static void events(void)
{
	struct nvme_command request = { .opcode = NVME_EVENT_REQUEST };
	u16 id = nvme_submit(&nvme, &admin, &request);

	section("An event");
	nvme_set_register(&nvme, NVME_DOORBELLS + 8 * 9, 4, 1);
	check_number("a doorbell of no queue: the request for an event ends, status", finish(&admin, id), OK);
	check_number("an error, of a doorbell, told by log page 1", value, 0x10000);
	check_number("that page, status", ask(NVME_GET_LOG, ALL, 63U << 16 | 1), OK);
	check_number("the error belongs to no command", le16(*(u16 *)(answer + 10)), 0xffff);
}

static void out_of_its_pages(void)
{
	u64 deadline = tod_clock() + TOD_MS(5000);
	struct nvme_command c = { .opcode = NVME_READ, .nsid = 1, .prp1 = page_at(9), .block = 40 };
	struct pci_event e = { 0 };
	struct fib fib = { 0 };

	section("Out of its pages");
	ioat_protect(&ioat, page_at(9));
	check_outcome("RPCIT over a page that was made read-only", pci_refresh(disk.fh, page_at(9), PAGE_SIZE), CC(0));
	memset(frame[9], 0x77, PAGE_SIZE);
	nvme_submit(&nvme, &io, &c);
	while (!(pci_fc(disk.fh) & FC_ERROR) && tod_clock() < deadline)
		;
	check("reading into it stops the function", pci_fc(disk.fh) & FC_ERROR);
	check("the page is as it was", frame[9][0] == 0x77 && frame[9][BLOCK - 1] == 0x77);
	check("an event tells of this function", pci_next_event(&e) && e.content == 1 && e.fid == disk.fid);
	check_number("and of this page", (e.address & -PAGE_SIZE) - ioat.pba, page_at(9) - ioat.pba);
	check_outcome("MPCIFC reset error", pci_modify(disk.fh, 0, RESET_ERROR, &fib), CC(0));
	check_number("the controller's status is fatal", nvme_register(&nvme, NVME_CSTS, 4) & NVME_FATAL, NVME_FATAL);
	require("CC disables it", nvme_disable(&nvme));
	start_controller();
	create_queues();
	check_number("and it reads again, status", transfer(NVME_READ, 1, 40, 1, page_at(8), 0), OK);
}

static void shut_down(void)
{
	u64 deadline = tod_clock() + TOD_MS(5000);
	struct fib fib = { 0 };

	section("Shut down, and give the function back");
	nvme_set_register(&nvme, NVME_CC, 4, NVME_CC_ENABLE | NVME_CC_SHUTDOWN);
	while ((nvme_register(&nvme, NVME_CSTS, 4) & NVME_SHUTDOWN_MASK) != NVME_SHUTDOWN_DONE && tod_clock() < deadline)
		;
	check_number("status: shutdown complete, ready", nvme_register(&nvme, NVME_CSTS, 4), NVME_SHUTDOWN_DONE | NVME_READY);
	check("CC disables it", nvme_disable(&nvme));
	check_outcome("MPCIFC deregister interruptions", pci_modify(disk.fh, 0, DEREGISTER_INTERRUPTIONS, &fib), CC(0));
	check_outcome("MPCIFC deregister I/O address translation", pci_modify(disk.fh, 0, DEREGISTER_IOAT, &fib), CC(0));
	check_outcome("CLP set disables it", pci_disable(&disk), CC(0));
	check_number("no event is left", pci_drain_events(), 0);
}

int main(void)
{
	printf("nvme: an NVM Express controller behind the function's own address translation\n");
	take_into_service();
	map_pages();
	enable_interruptions();
	section("Enable the controller");
	start_controller();
	identify();
	queues();
	move_data();
	other_commands();
	refusals();
	events();
	out_of_its_pages();
	shut_down();
	return test_summary();
}
