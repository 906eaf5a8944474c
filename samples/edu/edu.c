/*
 * edu: all of the educational device: identification, liveness, a factorial in the background, interruptions that are raised,
 * acknowledged and sent as messages, and the DMA engine with its buffer. How registers may be accessed belongs to it.
 *
 * Run with one edu function.
 */
#include "alloc.h"
#include "clp.h"
#include "cpu.h"
#include "edu.h"
#include "string.h"
#include "test.h"

#define ISC		3
#define CAPABILITIES	0x34	/* configuration space */
#define CAP_MSI		0x05

#define FACTORIAL	0x001	/* interruption status */
#define DMA		0x100
#define INTERRUPT	0x80	/* status: the factorial interrupts */

#define START		0x1	/* DMA command */
#define TO_STORAGE	0x2
#define DMA_INTERRUPT	0x4

static struct pci_function fn;
static struct ioat ioat;
static u8 *page;
static u64 bits[8] __attribute__((aligned(64))), summary[8] __attribute__((aligned(64)));

static void take_into_service(void)
{
	section("Take the function into service");
	require("CLP lists an edu device, 1234:11e8", pci_find(EDU_VENDOR, EDU_DEVICE, &fn));
	require("CLP set enables it", pci_enable(&fn) == CC(0));
	check("it says what it is", edu_start(&fn));
	check_number("identification and version", edu_read(&fn, EDU_ID), 0x010000ed);
	check_number("class and revision", pci_read(fn.fh, PCI_CONFIG, 4, 8), 0x00ff0010);
	pci_drain_events();
}

static void access_rules(void)
{
	u64 data;

	section("How registers are accessed");
	check_outcome("4 bytes", pci_load(fn.fh, 0, 4, EDU_LIVENESS, &data), CC(0));
	check_outcome("8 bytes below 80", pci_load(fn.fh, 0, 8, EDU_FACTORIAL, &data), PGM(0x0015));
	check_outcome("1 byte", pci_load(fn.fh, 0, 1, EDU_ID, &data), PGM(0x0015));
	check_outcome("8 bytes from 80 on", pci_load(fn.fh, 0, 8, EDU_DMA_SOURCE, &data), CC(0));
	check_outcome("2 bytes there", pci_load(fn.fh, 0, 2, EDU_DMA_SOURCE, &data), PGM(0x0015));
	check_number("where no register is: ones", pci_read(fn.fh, 0, 4, 0x40), 0xffffffff);
	pci_write(fn.fh, 0, 8, EDU_DMA_SOURCE, 0x1122334455667788);
	check_number("8 bytes are kept", pci_read(fn.fh, 0, 8, EDU_DMA_SOURCE), 0x1122334455667788);
	pci_write(fn.fh, 0, 4, EDU_DMA_SOURCE, 0x99aabbcc);
	check_number("4 bytes stored clear the others", pci_read(fn.fh, 0, 8, EDU_DMA_SOURCE), 0x99aabbcc);
	edu_write(&fn, EDU_LIVENESS, 0x12345678);
	check_number("liveness: the complement", edu_read(&fn, EDU_LIVENESS), 0xedcba987);
}

static u32 factorial(u32 n)
{
	u64 deadline = tod_clock() + TOD_MS(10000);

	edu_write(&fn, EDU_FACTORIAL, n);
	while (edu_read(&fn, EDU_STATUS) & EDU_STATUS_BUSY)
		if (tod_clock() > deadline)
			return 0xffffffff;
	return edu_read(&fn, EDU_FACTORIAL);
}

static void factorials(void)
{
	section("Factorials");
	check_number("0", factorial(0), 1);
	check_number("5", factorial(5), 120);
	check_number("12", factorial(12), 479001600);
	check_number("13, in 32 bits", factorial(13), 1932053504);
	check_number("34, which has 32 factors of two", factorial(34), 0);
}

/* The message of the only vector, by the MSI capability. */
static bool enable_message(u64 address, u16 data)
{
	u32 at;

	for (at = pci_read(fn.fh, PCI_CONFIG, 1, CAPABILITIES); at; at = pci_read(fn.fh, PCI_CONFIG, 1, at + 1))
		if (pci_read(fn.fh, PCI_CONFIG, 1, at) == CAP_MSI)
			break;
	if (!at || !(pci_read(fn.fh, PCI_CONFIG, 2, at + 2) & 0x80))	/* an address of 64 bits */
		return false;
	pci_write(fn.fh, PCI_CONFIG, 4, at + 4, address & 0xffffffff);
	pci_write(fn.fh, PCI_CONFIG, 4, at + 8, address >> 32);
	pci_write(fn.fh, PCI_CONFIG, 2, at + 12, data);
	return pci_write(fn.fh, PCI_CONFIG, 2, at + 2, 1) == CC(0);
}

static void enable_interruptions(void)
{
	struct fib fib = {
		.interruptions = FIB_INTERRUPTIONS(ISC, 6, 0, 1, 0), .aibv = (u64)bits, .aisb = (u64)summary,
	};

	section("Let it interrupt");
	edu_write(&fn, EDU_IRQ_RAISE, 0x10);
	check_number("raised without messages: the status", edu_read(&fn, EDU_IRQ_STATUS), 0x10);
	edu_write(&fn, EDU_IRQ_ACK, 0x10);
	require("CLP query group", clp_query_group(fn.group) == CLP_OK);
	check("a message, vector 5", enable_message(clp_response()->query_group.msia, 5));
	check_outcome("MPCIFC register interruptions", pci_modify(fn.fh, 0, REGISTER_INTERRUPTIONS, &fib), CC(0));
	WRITE_CR(6, 0x80000000UL >> ISC);
}

/* Waits for an adapter interruption and acknowledges what the device says; all ones when it is not vector 5's. */
static u32 next_interruption(void)
{
	u32 status;

	wait_io();
	if (io_info()->identification != (0x80000000U | ISC << 27) || bits[0] != 1UL << (63 - 5))
		return 0xffffffff;
	bits[0] = summary[0] = 0;
	status = edu_read(&fn, EDU_IRQ_STATUS);
	edu_write(&fn, EDU_IRQ_ACK, status);
	return status;
}

static void interruptions(void)
{
	section("Interruptions");
	edu_write(&fn, EDU_IRQ_RAISE, 0xabcd0000);
	check_number("one that was raised", next_interruption(), 0xabcd0000);
	check_number("nothing is left of it", edu_read(&fn, EDU_IRQ_STATUS), 0);
	edu_write(&fn, EDU_STATUS, INTERRUPT);
	edu_write(&fn, EDU_FACTORIAL, 6);
	check_number("the factorial's", next_interruption(), FACTORIAL);
	check_number("the status: not busy", edu_read(&fn, EDU_STATUS), INTERRUPT);
	check_number("6!", edu_read(&fn, EDU_FACTORIAL), 720);
	edu_write(&fn, EDU_STATUS, 0);
}

static u32 transfer(u64 source, u64 destination, u64 bytes, u64 command)
{
	pci_write(fn.fh, 0, 8, EDU_DMA_SOURCE, source);
	pci_write(fn.fh, 0, 8, EDU_DMA_DESTINATION, destination);
	pci_write(fn.fh, 0, 8, EDU_DMA_COUNT, bytes);
	pci_write(fn.fh, 0, 8, EDU_DMA_COMMAND, command | START | DMA_INTERRUPT);
	return next_interruption();
}

static void dma(void)
{
	struct fib fib;
	u32 i;

	section("Direct memory access");
	ioat_create(&ioat, fn.sdma, 1 * MiB);
	ioat_map(&ioat, ioat.pba, page = alloc_page());
	ioat_fib(&ioat, &fib);
	check_outcome("MPCIFC register I/O address translation", pci_modify(fn.fh, 0, REGISTER_IOAT, &fib), CC(0));
	check_outcome("RPCIT", pci_refresh(fn.fh, ioat.pba, 1 * MiB), CC(0));
	for (i = 0; i < 100; i++)
		page[i] = 3 * i;
	check_number("100 bytes to the end of the buffer", transfer(ioat.pba, EDU_BUFFER + EDU_BUFFER_SIZE - 100, 100, 0), DMA);
	check_number("the command is done", pci_read(fn.fh, 0, 8, EDU_DMA_COMMAND), DMA_INTERRUPT);
	check_number("and back, elsewhere",
		     transfer(EDU_BUFFER + EDU_BUFFER_SIZE - 100, ioat.pba + 1000, 100, TO_STORAGE), DMA);
	check("they are the same", !memcmp(page, page + 1000, 100) && !page[999] && !page[1100]);
	check_number("beyond the buffer's end", transfer(EDU_BUFFER + EDU_BUFFER_SIZE - 100, ioat.pba, 101, TO_STORAGE), DMA);
	check("nothing was moved", page[1] == 3);
	pci_write(fn.fh, 0, 8, EDU_DMA_COUNT, 8);
	pci_write(fn.fh, 0, 8, EDU_DMA_COMMAND, START | DMA_INTERRUPT);
	pci_write(fn.fh, 0, 8, EDU_DMA_COUNT, 77);
	check_number("registers are not for changing while it runs", pci_read(fn.fh, 0, 8, EDU_DMA_COUNT), 8);
	check_number("until it is done", next_interruption(), DMA);
}

static void give_back(void)
{
	struct fib fib = { 0 };
	u32 old = fn.fh;

	section("Give the function back");
	edu_write(&fn, EDU_LIVENESS, 1);
	check_outcome("MPCIFC deregister interruptions", pci_modify(fn.fh, 0, DEREGISTER_INTERRUPTIONS, &fib), CC(0));
	check_outcome("MPCIFC deregister I/O address translation", pci_modify(fn.fh, 0, DEREGISTER_IOAT, &fib), CC(0));
	check_outcome("CLP set disables it", pci_disable(&fn), CC(0));
	check_outcome("CLP set enables it", pci_enable(&fn), CC(0));
	check("with another handle", fn.fh != old);
	check_number("it was reset: liveness", edu_read(&fn, EDU_LIVENESS), 0);
	check_number("and no bus master", pci_read(fn.fh, PCI_CONFIG, 2, 4), 0);
	check_outcome("CLP set disables it", pci_disable(&fn), CC(0));
	check_number("no event is left", pci_drain_events(), 0);
}

int main(void)
{
	printf("edu: all of the educational device\n");
	take_into_service();
	access_rules();
	factorials();
	enable_interruptions();
	interruptions();
	dma();
	give_back();
	return test_summary();
}
