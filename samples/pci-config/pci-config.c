/*
 * pci-config: configuration space and BARs through PCILG, PCISTG and PCISTB: identification, sizing of BARs, the
 * capability list, byte order, permitted lengths, and who may do it at all.
 *
 * The checks hold for any device; "verbose" on the command line adds what this one is. Run with one device of any type.
 */
#include "clp.h"
#include "cpu.h"
#include "test.h"

enum config_register {
	VENDOR = 0x00,
	DEVICE = 0x02,
	COMMAND = 0x04,
	CONFIG_STATUS = 0x06,
	CLASS_REVISION = 0x08,
	HEADER_TYPE = 0x0e,
	BAR = 0x10,
	CAPABILITIES = 0x34,
	INTERRUPT_LINE = 0x3c,
};

#define COMMAND_MEMORY		0x02
#define STATUS_CAPABILITIES	0x10
#define BAR_64_BIT		0x04

static struct pci_function fn;
static bool verbose;

static u32 config_read(u32 offset, u32 length)
{
	return pci_read(fn.fh, PCI_CONFIG, length, offset);
}

static void config_write(u32 offset, u32 length, u32 value)
{
	pci_write(fn.fh, PCI_CONFIG, length, offset, value);
}

static outcome config_load(u32 offset, u32 length)
{
	u64 data = 0;

	return pci_load(fn.fh, PCI_CONFIG, length, offset, &data);
}

static void identification(void)
{
	section("Identification");
	check("vendor and device are those of the CLP list",
	      config_read(VENDOR, 2) == fn.vendor && config_read(DEVICE, 2) == fn.device);
	check_number("header type", config_read(HEADER_TYPE, 1) & 0x7f, 0);
	if (verbose)
		printf("     %04x:%04x class and revision %08x\n", fn.vendor, fn.device, config_read(CLASS_REVISION, 4));
}

/* The load shows the byte at the lowest address first: a little-endian register appears reversed. */
static void byte_order(void)
{
	u64 bytes = 0, word = 0, one = 0;
	u32 i;

	section("Byte order");
	check_outcome("PCILG of 4 bytes", pci_load(fn.fh, PCI_CONFIG, 4, VENDOR, &word), CC(0));
	for (i = 0; i < 4; i++) {
		pci_load(fn.fh, PCI_CONFIG, 1, VENDOR + i, &one);
		bytes = bytes << 8 | one;
	}
	check("they are the 4 single bytes, lowest address first", word == bytes);
	check("reversed: device, vendor", pci_swap(word, 4) == ((u64)fn.device << 16 | fn.vendor));
	one = ~0UL;
	pci_load(fn.fh, PCI_CONFIG, 1, HEADER_TYPE, &one);
	check("a load clears the rest of the register", one <= 0xff);
}

static void stores(void)
{
	u32 old = config_read(INTERRUPT_LINE, 1);

	section("Stores");
	check_outcome("PCISTG of 1 byte, the rest of the register not zero",
		      pci_store(fn.fh, PCI_CONFIG, 1, INTERRUPT_LINE, 0x1122334455667788), CC(0));
	check_number("only the rightmost byte is stored", config_read(INTERRUPT_LINE, 1), 0x88);
	check_outcome("PCISTG to a read-only register", pci_store(fn.fh, PCI_CONFIG, 2, VENDOR, 0), CC(0));
	check("it keeps its value", config_read(VENDOR, 2) == fn.vendor);
	config_write(INTERRUPT_LINE, 1, old);
}

/* All ones written to a BAR read back as the mask of the bits that select an address. */
static u64 bar_size(u32 bar)
{
	u32 offset = BAR + 4 * bar, old_low = config_read(offset, 4), old_high;
	u64 mask;

	config_write(offset, 4, ~0U);
	mask = config_read(offset, 4) & ~0xfU;
	config_write(offset, 4, old_low);
	if (old_low & BAR_64_BIT) {
		old_high = config_read(offset + 4, 4);
		config_write(offset + 4, 4, ~0U);
		mask |= (u64)config_read(offset + 4, 4) << 32;
		config_write(offset + 4, 4, old_high);
	} else
		mask |= ~0UL << 32;
	return mask & 0xffffffff ? -mask : 0;
}

static void bars(void)
{
	u32 bar, present = 0, command = config_read(COMMAND, 2);
	bool agree = true;
	u64 size;

	section("Base address registers");
	config_write(COMMAND, 2, command & ~COMMAND_MEMORY);
	for (bar = 0; bar < 6; bar++) {
		if (!fn.bar_log2[bar])
			continue;
		size = bar_size(bar);
		agree &= size == 1UL << fn.bar_log2[bar];
		present++;
		if (verbose)
			printf("     BAR %u: %lu bytes\n", bar, size);
	}
	config_write(COMMAND, 2, command);
	check("there is one at least", present);
	check("sizing by all ones agrees with the CLP query", agree);
}

/* Walks the list; false when a pointer leads out of the device-dependent part or the walk does not end. */
static bool walk_capabilities(void)
{
	u32 at, n = 0;

	for (at = config_read(CAPABILITIES, 1); at; at = config_read(at + 1, 1)) {
		if (at < 0x40 || at & 3 || ++n > 48)
			return false;
		if (verbose)
			printf("     capability %02x at %02x\n", config_read(at, 1), at);
	}
	return true;
}

static void capabilities(void)
{
	section("Capabilities");
	check("the status register announces a list", config_read(CONFIG_STATUS, 2) & STATUS_CAPABILITIES);
	check("it is well formed and ends", walk_capabilities());
}

/* Register 5 as the second operand: not the even register of a pair. */
static void pcilg_odd_pair(u64 request)
{
	register u64 r5 asm("5") = request;

	asm volatile(".insn rre,0xb9d20000,4,5" : "+d"(r5) : : "4", "6", "cc", "memory");
}

static void refusals(void)
{
	u64 request = pci_request(fn.fh, PCI_CONFIG, 4), data = 0x5a, old = request;
	int cc;

	section("Refusals");
	check_outcome("PCILG in the problem state", PGM(EXPECT_PGM_IN_PROBLEM_STATE(pcilg(&data, &request, 0))), PGM(0x0002));
	check_outcome("PCISTG in the problem state", PGM(EXPECT_PGM_IN_PROBLEM_STATE(pcistg(0, &request, 0))), PGM(0x0002));
	check_outcome("PCISTB in the problem state", PGM(EXPECT_PGM_IN_PROBLEM_STATE(pcistb(&request, 0, &data))), PGM(0x0002));
	check_outcome("PCILG, odd register", PGM(EXPECT_PGM(pcilg_odd_pair(old))), PGM(0x0006));
	check_outcome("PCILG, odd register, in the problem state", PGM(EXPECT_PGM_IN_PROBLEM_STATE(pcilg_odd_pair(old))),
		      PGM(0x0002));
	check_outcome("PCILG, unknown index", pci_load(fn.fh ^ 0x100, PCI_CONFIG, 4, 0, &data), CC(3));
	check_outcome("PCILG, disabled form of the handle", pci_load(fn.fh & ~FH_ENABLED, PCI_CONFIG, 4, 0, &data), CC(3));
	check_outcome("PCILG, address space 6", pci_load(fn.fh, 6, 4, 0, &data), STATUS(ST_ADDRESS_SPACE));
	check_outcome("PCILG, address space 14, no length", pci_load(fn.fh, 14, 0, 0, &data), STATUS(ST_ADDRESS_SPACE));
	check_outcome("PCISTG, address space 6", pci_store(fn.fh, 6, 4, 0, 0), STATUS(ST_ADDRESS_SPACE));

	old = request = pci_request(fn.fh, 6, 4);
	data = 0x5a;
	cc = pcilg(&data, &request, 0);
	check("cc 1 leaves the result alone and changes the status byte only",
	      cc == 1 && data == 0x5a && request == old + ((u64)ST_ADDRESS_SPACE << 24));
	old = request = pci_request(fn.fh ^ 0x100, PCI_CONFIG, 4);
	cc = pcilg(&data, &request, 0);
	check("cc 3 changes neither", cc == 3 && data == 0x5a && request == old);
}

static void config_lengths(void)
{
	section("Lengths in configuration space");
	check_outcome("1 byte at 3", config_load(3, 1), CC(0));
	check_outcome("2 bytes at 2", config_load(2, 2), CC(0));
	check_outcome("4 bytes at 0", config_load(0, 4), CC(0));
	check_outcome("no bytes", config_load(0, 0), PGM(0x0015));
	check_outcome("3 bytes", config_load(0, 3), PGM(0x0015));
	check_outcome("8 bytes", config_load(0, 8), PGM(0x0015));
	check_outcome("4 bytes at 2, across words", config_load(2, 4), PGM(0x0015));
	check_outcome("2 bytes at 3, across words", config_load(3, 2), PGM(0x0015));
	check_outcome("store of 4 bytes at 2", pci_store(fn.fh, PCI_CONFIG, 4, 2, 0), PGM(0x0015));
}

static void bar_lengths(u32 bar)
{
	u64 data = 0;

	section("Lengths in a BAR");
	check_outcome("no bytes", pci_load(fn.fh, bar, 0, 0, &data), PGM(0x0015));
	check_outcome("8 bytes at 4, across doublewords", pci_load(fn.fh, bar, 8, 4, &data), PGM(0x0015));
	check_outcome("4 bytes at 6, across doublewords", pci_load(fn.fh, bar, 4, 6, &data), PGM(0x0015));
	check_outcome("9 bytes", pci_load(fn.fh, bar, 9, 0, &data), PGM(0x0015));
	check_outcome("15 bytes", pci_load(fn.fh, bar, 15, 0, &data), PGM(0x0015));
	check_outcome("store of 8 bytes at 4", pci_store(fn.fh, bar, 8, 4, 0), PGM(0x0015));
}

static void block_stores(u32 bar)
{
	static const u64 from[18] __attribute__((aligned(8)));
	const u8 *bytes = (const u8 *)from;

	section("Store block");
	check_outcome("configuration space", pci_store_block(fn.fh, PCI_CONFIG, 16, 0, from), STATUS(ST_ADDRESS_SPACE));
	check_outcome("configuration space, offset 4", pci_store_block(fn.fh, PCI_CONFIG, 16, 4, from),
		      STATUS(ST_ADDRESS_SPACE));
	check_outcome("unknown index", pci_store_block(fn.fh ^ 0x100, bar, 16, 0, from), CC(3));
	check_outcome("8 bytes", pci_store_block(fn.fh, bar, 8, 0, from), PGM(0x0006));
	check_outcome("12 bytes", pci_store_block(fn.fh, bar, 12, 0, from), PGM(0x0006));
	check_outcome("offset 4", pci_store_block(fn.fh, bar, 16, 4, from), PGM(0x0006));
	check_outcome("source not on a doubleword", pci_store_block(fn.fh, bar, 16, 0, bytes + 4), PGM(0x0006));
	check_outcome("across 4 KiB", pci_store_block(fn.fh, bar, 128, 0xfc0, from), PGM(0x0006));
}

int main(void)
{
	u32 bar = 0, old;
	u64 data = 0;

	verbose = parameter_given("verbose");
	printf("pci-config: configuration space and BARs\n");
	require("CLP lists a function", pci_find(0, 0, &fn));
	require("CLP set enables it", pci_enable(&fn) == CC(0));
	while (bar < 5 && !fn.bar_log2[bar])
		bar++;
	identification();
	byte_order();
	stores();
	bars();
	capabilities();
	refusals();
	config_lengths();
	bar_lengths(bar);
	block_stores(bar);

	section("Disable");
	old = fn.fh;
	check("CLP set disables it", pci_disable(&fn) == CC(0));
	check_outcome("PCILG with the old handle", pci_load(old, PCI_CONFIG, 4, 0, &data), CC(3));
	return test_summary();
}
