/*
 * rpcit-map: what a device may reach is what the guest's tables say, from the moment RPCIT has announced them.
 *
 * The guest takes an edu device into service, builds I/O translation tables, maps pages whose frames lie in no order, moves
 * data through the device, then takes rights away: a page becomes read-only, a page goes. Each time the device is refused,
 * the function stops in the error state and an error event says why. The guest recovers and goes on.
 *
 * Run with one device: edu.
 */
#include "alloc.h"
#include "clp.h"
#include "edu.h"
#include "string.h"
#include "test.h"

#define PAGES	6
#define CHUNK	0x800UL			/* bytes in one transfer; QEMU's edu refuses to fill its buffer to the last byte */

static struct pci_function edu;
static struct ioat ioat;

/* Page i of the DMA addresses, and the frame it is given: consecutive here, scattered there, in two segments. */
static u64 iova[PAGES];
static u8 *frame[PAGES];
static u8 *spare;

static void fill(u8 *page, u8 seed)
{
	u32 i;

	for (i = 0; i < PAGE_SIZE; i++)
		page[i] = seed + i + (i >> 8);
}

static void take_into_service(void)
{
	section("Take the function into service");
	require("CLP lists an edu device, 1234:11e8", pci_find(EDU_VENDOR, EDU_DEVICE, &edu));
	check("its handle says that it is disabled", !(edu.fh & FH_ENABLED));
	check_number("size of BAR 0", 1UL << edu.bar_log2[0], 1 * MiB);
	require("CLP set enables it", pci_enable(&edu) == CC(0));
	check("the new handle says so", edu.fh & FH_ENABLED);
	require("the ident register reads 010000ED", edu_start(&edu) && edu_read(&edu, EDU_ID) == 0x010000ed);
	edu_write(&edu, EDU_LIVENESS, 0x12345678);
	check_number("the liveness register answers with the complement", edu_read(&edu, EDU_LIVENESS), ~0x12345678U);
	pci_drain_events();
}

static void register_translation(void)
{
	struct fib fib, stored;

	section("Register the translation tables");
	ioat_create(&ioat, edu.sdma, 16 * MiB);
	ioat_fib(&ioat, &fib);
	printf("A region-third table with every entry invalid; an aperture of 16 MiB from the lowest DMA address.\n");
	check_outcome("MPCIFC register I/O address translation", pci_modify(edu.fh, 0, REGISTER_IOAT, &fib), CC(0));
	check_outcome("STPCIFC", pci_store_controls(edu.fh, 0, &stored), CC(0));
	check_number("function controls: enabled, translation registered", stored.fc, FC_ENABLED | FC_IOAT);
	check("PBA, PAL and IOTA come back as registered",
	      stored.pba == fib.pba && stored.pal == fib.pal && stored.iota == fib.iota);
}

static void map_pages(void)
{
	static const u8 place[PAGES] = { 9, 2, 13, 4, 0, 7 };
	u8 *frames = alloc(16 * PAGE_SIZE, PAGE_SIZE);
	u32 i;

	section("Map six pages");
	printf("Valid entries come into the tables; RPCIT tells the platform that they changed.\n");
	for (i = 0; i < PAGES; i++) {
		iova[i] = ioat.pba + (i < 4 ? i * PAGE_SIZE : 3 * MiB + i * PAGE_SIZE);
		frame[i] = frames + place[i] * PAGE_SIZE;
		ioat_map(&ioat, iova[i], frame[i]);
		printf("DMA page +%06lx -> frame %u of 16\n", iova[i] - ioat.pba, place[i]);
	}
	spare = frames + 15 * PAGE_SIZE;
	check_outcome("RPCIT over the first four pages", pci_refresh(edu.fh, iova[0], 4 * PAGE_SIZE), CC(0));
	check_outcome("RPCIT over the other two, three segments on", pci_refresh(edu.fh, iova[4], 2 * PAGE_SIZE), CC(0));
}

static void move_data(void)
{
	u8 *across = frame[5] + 0x100;

	section("Move data");
	printf("The device sees consecutive addresses; the data lie in scattered frames.\n");
	fill(frame[0], 0x11);
	fill(frame[1], 0x77);
	check_outcome("page 0 to the device", edu_fetch(&edu, iova[0], CHUNK), CC(0));
	check_outcome("device to page 4", edu_deliver(&edu, iova[4], CHUNK), CC(0));
	check("page 4 holds what page 0 held", !memcmp(frame[4], frame[0], CHUNK));

	check_outcome("the end of page 0 and the start of page 1, in one transfer",
		      edu_fetch(&edu, iova[1] - CHUNK / 2, CHUNK), CC(0));
	check_outcome("device to page 5", edu_deliver(&edu, iova[5] + 0x100, CHUNK), CC(0));
	check("first half: the end of one frame", !memcmp(across, frame[0] + PAGE_SIZE - CHUNK / 2, CHUNK / 2));
	check("second half: the start of another", !memcmp(across + CHUNK / 2, frame[1], CHUNK / 2));
	check_number("the function is in order", pci_fc(edu.fh), FC_ENABLED | FC_IOAT);
}

/* The device was refused: state, blocked registers, and the event that says why. */
static void check_refused(u64 address, u32 pec, const char *pec_name)
{
	struct pci_event e = { 0 };
	u64 data = 0;

	check_number("function controls: error state, loads and stores blocked", pci_fc(edu.fh),
		     FC_ENABLED | FC_ERROR | FC_BLOCKED | FC_IOAT);
	check_outcome("PCILG", pci_load(edu.fh, 0, 4, EDU_ID, &data), STATUS(ST_BLOCKED));
	check_outcome("RPCIT", pci_refresh(edu.fh, iova[0], PAGE_SIZE), STATUS(ST_RECOVERY));
	check("CHSC stores an event: PCI error", pci_next_event(&e) && e.content == 1);
	check_number(pec_name, e.pec, pec);
	check("it names the function, by handle and by id", e.fh == edu.fh && e.fid == edu.fid);
	check_number("failing page, from the base", (e.address & -PAGE_SIZE) - ioat.pba, address - ioat.pba);
	check_number("no second event", pci_drain_events(), 0);
}

static void protect(void)
{
	section("Protect page 2");
	printf("The entry keeps its frame and gets the protection bit.\n");
	fill(frame[2], 0x22);
	memcpy(spare, frame[2], PAGE_SIZE);
	ioat_protect(&ioat, iova[2]);
	check_outcome("RPCIT", pci_refresh(edu.fh, iova[2], PAGE_SIZE), CC(0));
	check_outcome("the device may read it", edu_fetch(&edu, iova[2], CHUNK), CC(0));
	check_outcome("and deliver what it read to page 3", edu_deliver(&edu, iova[3], CHUNK), CC(0));
	check("page 3 holds what page 2 held", !memcmp(frame[3], frame[2], CHUNK));
	edu_fetch(&edu, iova[0], CHUNK);
	check_outcome("the device may not write it: loads are blocked", edu_deliver(&edu, iova[2], CHUNK),
		      STATUS(ST_BLOCKED));
	check("page 2 is as it was", !memcmp(frame[2], spare, PAGE_SIZE));
	check_refused(iova[2], 0x0005, "event code 0005, translation protection");
}

static void recover(bool in_two_steps)
{
	struct fib fib = { 0 };
	u32 ident = 0;

	if (in_two_steps) {
		check_outcome("MPCIFC reset load/store block", pci_modify(edu.fh, 0, RESET_BLOCK, &fib), CC(0));
		check_number("function controls: still in error, loads work", pci_fc(edu.fh), FC_ENABLED | FC_ERROR | FC_IOAT);
		ident = edu_read(&edu, EDU_ID);
		check_number("the ident register can be read", ident, 0x010000ed);
	}
	check_outcome("MPCIFC reset error", pci_modify(edu.fh, 0, RESET_ERROR, &fib), CC(0));
	check_number("function controls: in order, still registered", pci_fc(edu.fh), FC_ENABLED | FC_IOAT);
}

static void unmap(void)
{
	section("Unmap page 1");
	printf("The entry becomes invalid; the frame is the guest's alone again.\n");
	fill(frame[1], 0x33);
	memcpy(spare, frame[1], PAGE_SIZE);
	ioat_unmap(&ioat, iova[1]);
	check_outcome("RPCIT", pci_refresh(edu.fh, iova[1], PAGE_SIZE), CC(0));
	edu_fetch(&edu, iova[0], CHUNK);
	check_outcome("the device reaches it no more: loads are blocked", edu_deliver(&edu, iova[1], CHUNK),
		      STATUS(ST_BLOCKED));
	check("the frame is as it was", !memcmp(frame[1], spare, PAGE_SIZE));
	check_refused(iova[1], 0x0007, "event code 0007, invalid table entry");
}

static void remap(void)
{
	section("Map page 1 again, to another frame");
	memset(spare, 0, PAGE_SIZE);
	ioat_map(&ioat, iova[1], spare);
	check_outcome("RPCIT", pci_refresh(edu.fh, iova[1], PAGE_SIZE), CC(0));
	check_outcome("page 0 to the device", edu_fetch(&edu, iova[0], CHUNK), CC(0));
	check_outcome("device to page 1", edu_deliver(&edu, iova[1], CHUNK), CC(0));
	check("the data are in the new frame", !memcmp(spare, frame[0], CHUNK));
	check("not in the old one", memcmp(frame[1], frame[0], CHUNK));
}

static void give_back(void)
{
	struct fib fib = { 0 };
	u32 old = edu.fh;
	u64 data = 0;

	section("Give the function back");
	check_outcome("MPCIFC deregister I/O address translation", pci_modify(edu.fh, 0, DEREGISTER_IOAT, &fib), CC(0));
	check_number("function controls: enabled only", pci_fc(edu.fh), FC_ENABLED);
	check("CLP set disables it", pci_disable(&edu) == CC(0) && !(edu.fh & FH_ENABLED));
	check_outcome("PCILG with the old handle", pci_load(old, PCI_CONFIG, 4, 0, &data), CC(3));
	check_number("no event is left", pci_drain_events(), 0);
}

int main(void)
{
	printf("rpcit-map: a device reaches what the tables map, no more\n");
	take_into_service();
	register_translation();
	map_pages();
	move_data();
	protect();
	section("Recover, loads first");
	recover(true);
	unmap();
	section("Recover at once");
	recover(false);
	remap();
	give_back();
	return test_summary();
}
