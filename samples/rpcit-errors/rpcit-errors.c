/*
 * rpcit-errors: every way in which RPCIT, MPCIFC and STPCIFC refuse, with what can be seen of it: the program interruption
 * or condition code and status, the function controls afterwards, the error event.
 *
 * The order of checks is the machine's: privilege, register pair, handle, function state, registration, range, tables.
 * Run with one device of any type.
 */
#include "alloc.h"
#include "clp.h"
#include "cpu.h"
#include "string.h"
#include "test.h"

static struct pci_function fn;
static u32 disabled_fh;
static struct ioat ioat;
static const struct fib no_fib;

/* "cc 1 status 8, fc f0, event 0008" */
static void describe(char *to, u64 size, outcome o, u32 fc, u32 pec)
{
	if (pec)
		snprintf(to, size, "%s, fc %02x, event %04x", outcome_text(o), fc, pec);
	else
		snprintf(to, size, "%s, fc %02x", outcome_text(o), fc);
}

static u32 event_of_function(void)
{
	struct pci_event e;

	if (!pci_next_event(&e))
		return 0;
	return e.content == 1 && e.fh == fn.fh && e.fid == fn.fid ? e.pec : 0xffff;
}

/* Outcome, state and event together; then the function is brought back, if need be, for the next case. */
static void check_effect(const char *name, outcome got, outcome want, u32 fc, u32 pec)
{
	char seen[64], wanted[64];

	describe(seen, sizeof(seen), got, pci_fc(fn.fh), event_of_function());
	describe(wanted, sizeof(wanted), want, fc, pec);
	check_text(name, seen, wanted);
	pci_drain_events();
	if (pci_fc(fn.fh) & FC_ERROR)
		pci_modify(fn.fh, 0, RESET_ERROR, &no_fib);
}

/* RPCIT with register 3 as its second operand: not the even register of a pair. */
static void rpcit_odd_pair(u64 request)
{
	register u64 r2 asm("2") = request;

	asm volatile(".insn rre,0xb9d30000,2,3" : "+d"(r2) : : "3", "4", "cc", "memory");
}

static void who_may(void)
{
	u64 request = pci_request(fn.fh, 0, 0);

	section("Privilege, registers, handle");
	check_outcome("RPCIT in the problem state",
		      PGM(EXPECT_PGM_IN_PROBLEM_STATE(rpcit(&request, fn.sdma, PAGE_SIZE))), PGM(0x0002));
	check_outcome("RPCIT in the problem state, odd register", PGM(EXPECT_PGM_IN_PROBLEM_STATE(rpcit_odd_pair(request))),
		      PGM(0x0002));
	check_outcome("RPCIT, odd register", PGM(EXPECT_PGM(rpcit_odd_pair(request))), PGM(0x0006));
	check_outcome("RPCIT, odd register and unknown handle", PGM(EXPECT_PGM(rpcit_odd_pair(request ^ 0x100UL << 32))),
		      PGM(0x0006));
	check_effect("RPCIT, unknown index", pci_refresh(fn.fh ^ 0x100, fn.sdma, PAGE_SIZE), CC(3), FC_ENABLED, 0);
	check_effect("RPCIT, another instance", pci_refresh(fn.fh ^ 0x01000000, fn.sdma, PAGE_SIZE), CC(3), FC_ENABLED, 0);
	check_effect("RPCIT, handle from before the enabling", pci_refresh(disabled_fh, fn.sdma, PAGE_SIZE), CC(3),
		     FC_ENABLED, 0);
}

static void disabled_function(void)
{
	struct fib fib;
	u64 data = 0;

	section("A disabled function");
	check_outcome("RPCIT", pci_refresh(fn.fh, fn.sdma, PAGE_SIZE), CC(3));
	check_outcome("RPCIT, handle with the enabled bit", pci_refresh(fn.fh | FH_ENABLED, fn.sdma, PAGE_SIZE), CC(3));
	check_outcome("MPCIFC register translation", pci_modify(fn.fh, 0, REGISTER_IOAT, &no_fib), CC(3));
	check_outcome("PCILG", pci_load(fn.fh, PCI_CONFIG, 4, 0, &data), CC(3));
	memset(&fib, 0xff, sizeof(fib));
	check_outcome("STPCIFC", pci_store_controls(fn.fh, 0, &fib), CC(0));
	check("it stores a block of zeros", !memcmp(&fib, &no_fib, sizeof(fib)));
	check_outcome("STPCIFC, handle with the enabled bit", pci_store_controls(fn.fh | FH_ENABLED, 0, &fib), CC(3));
}

static void without_translation(void)
{
	u64 request = pci_request(fn.fh, 0, 0), data = 0;
	int cc;

	section("No translation is registered");
	check_effect("MPCIFC deregister", pci_modify(fn.fh, 0, DEREGISTER_IOAT, &no_fib), STATUS(ST_SEQUENCE), FC_ENABLED, 0);
	check_effect("MPCIFC reregister", pci_modify(fn.fh, 0, REREGISTER_IOAT, &no_fib), STATUS(ST_SEQUENCE), FC_ENABLED, 0);
	check_effect("RPCIT", pci_refresh(fn.fh, fn.sdma, PAGE_SIZE), STATUS(ST_FUNCTION_IN_ERROR),
		     FC_ENABLED | FC_ERROR | FC_BLOCKED, 0x0001);

	section("The error state, and out of it");
	cc = rpcit(&request, fn.sdma, PAGE_SIZE);
	check("cc 1 changes the status byte of the register, no other",
	      cc == 1 && request == pci_request(fn.fh, 0, 0) + ((u64)ST_FUNCTION_IN_ERROR << 24));
	check_number("function controls", pci_fc(fn.fh), FC_ENABLED | FC_ERROR | FC_BLOCKED);
	check_outcome("RPCIT", pci_refresh(fn.fh, fn.sdma, PAGE_SIZE), STATUS(ST_RECOVERY));
	check_outcome("PCILG", pci_load(fn.fh, PCI_CONFIG, 4, 0, &data), STATUS(ST_BLOCKED));
	check_outcome("PCISTG", pci_store(fn.fh, PCI_CONFIG, 1, 0x3c, 0), STATUS(ST_BLOCKED));
	check_outcome("MPCIFC reset load/store block", pci_modify(fn.fh, 0, RESET_BLOCK, &no_fib), CC(0));
	check_number("function controls", pci_fc(fn.fh), FC_ENABLED | FC_ERROR);
	check_outcome("MPCIFC reset load/store block again", pci_modify(fn.fh, 0, RESET_BLOCK, &no_fib),
		      STATUS(ST_SEQUENCE));
	check_outcome("PCILG", pci_load(fn.fh, PCI_CONFIG, 4, 0, &data), CC(0));
	check_outcome("MPCIFC reset error", pci_modify(fn.fh, 0, RESET_ERROR, &no_fib), CC(0));
	check_number("function controls", pci_fc(fn.fh), FC_ENABLED);
	check_number("one event was queued", pci_drain_events(), 1);
	check_effect("MPCIFC reset error without one", pci_modify(fn.fh, 0, RESET_ERROR, &no_fib), STATUS(ST_SEQUENCE),
		     FC_ENABLED, 0);
	check_effect("MPCIFC reset load/store block without one", pci_modify(fn.fh, 0, RESET_BLOCK, &no_fib),
		     STATUS(ST_SEQUENCE), FC_ENABLED, 0);
}

static void modify_requests(void)
{
	struct fib fib = { .format = 1 };
	const void *misaligned = (u8 *)&fib + 4;
	u64 request = pci_request(fn.fh, 0, REGISTER_IOAT);
	static const u8 unassigned[] = { 0, 1, 8, 255 };
	char name[64];
	u32 i;

	section("MPCIFC and STPCIFC requests");
	check_outcome("MPCIFC in the problem state", PGM(EXPECT_PGM_IN_PROBLEM_STATE(mpcifc(&request, &fib))), PGM(0x0002));
	check_outcome("MPCIFC, block not on a doubleword", pci_modify(fn.fh, 0, REGISTER_IOAT, misaligned), PGM(0x0006));
	check_outcome("MPCIFC, the same with an unknown handle", pci_modify(fn.fh ^ 0x100, 0, REGISTER_IOAT, misaligned),
		      PGM(0x0006));
	check_outcome("MPCIFC, unknown handle", pci_modify(fn.fh ^ 0x100, 0, REGISTER_IOAT, &no_fib), CC(3));
	check_outcome("MPCIFC, format 1", pci_modify(fn.fh, 0, REGISTER_IOAT, &fib), PGM(0x0015));
	for (i = 0; i < ARRAY_SIZE(unassigned); i++) {
		snprintf(name, sizeof(name), "MPCIFC, operation control %u", unassigned[i]);
		check_outcome(name, pci_modify(fn.fh, 0, unassigned[i], &no_fib), PGM(0x0015));
	}
	request = pci_request(fn.fh, 0, 0);
	check_outcome("STPCIFC in the problem state", PGM(EXPECT_PGM_IN_PROBLEM_STATE(stpcifc(&request, &fib))), PGM(0x0002));
	check_outcome("STPCIFC, block not on a doubleword", pci_store_controls(fn.fh, 0, (void *)misaligned), PGM(0x0006));
	check_outcome("STPCIFC, DMA address space 1", pci_store_controls(fn.fh, 1, &fib), STATUS(ST_DMA_SPACE));
	check_outcome("STPCIFC, unknown handle", pci_store_controls(fn.fh ^ 0x100, 0, &fib), CC(3));
}

static void register_range(const char *name, u64 pba, u64 pal, outcome want)
{
	struct fib fib;

	ioat_fib(&ioat, &fib);
	fib.pba = pba;
	fib.pal = pal;
	check_effect(name, pci_modify(fn.fh, 0, REGISTER_IOAT, &fib), want, FC_ENABLED, 0);
}

static void registration(void)
{
	struct fib fib, stored;

	section("Registration");
	ioat_create(&ioat, fn.sdma, 16 * MiB);
	ioat_fib(&ioat, &fib);
	check_effect("DMA address space 1", pci_modify(fn.fh, 1, REGISTER_IOAT, &fib), STATUS(ST_DMA_SPACE), FC_ENABLED, 0);
	register_range("base below the first DMA address", fn.sdma - PAGE_SIZE, ioat.pal, PGM(0x0015));
	register_range("limit above the last DMA address", ioat.pba, fn.edma + PAGE_SIZE, PGM(0x0015));
	register_range("base above the limit", ioat.pal + 1, ioat.pba, PGM(0x0015));
	check_effect("register", pci_modify(fn.fh, 0, REGISTER_IOAT, &fib), CC(0), FC_ENABLED | FC_IOAT, 0);
	check_effect("register twice", pci_modify(fn.fh, 0, REGISTER_IOAT, &fib), STATUS(ST_SEQUENCE), FC_ENABLED | FC_IOAT, 0);
	fib.pal -= 8 * MiB;
	check_effect("reregister with half the range", pci_modify(fn.fh, 0, REREGISTER_IOAT, &fib), CC(0),
		     FC_ENABLED | FC_IOAT, 0);
	pci_store_controls(fn.fh, 0, &stored);
	check_number("the limit is the new one, from the base", stored.pal - stored.pba, 8 * MiB - 1);
	check_effect("deregister", pci_modify(fn.fh, 0, DEREGISTER_IOAT, &no_fib), CC(0), FC_ENABLED, 0);
	ioat_fib(&ioat, &fib);
	check_effect("register again", pci_modify(fn.fh, 0, REGISTER_IOAT, &fib), CC(0), FC_ENABLED | FC_IOAT, 0);
}

static void interruptions(void)
{
	struct fib fib = { .interruptions = FIB_INTERRUPTIONS(2, 1, 0, 1, 5) }, stored;

	section("Adapter interruptions");
	fib.aibv = (u64)alloc_page();
	fib.aisb = (u64)alloc_page();
	check_outcome("deregister first", pci_modify(fn.fh, 0, DEREGISTER_INTERRUPTIONS, &no_fib), STATUS(ST_SEQUENCE));
	check_outcome("register", pci_modify(fn.fh, 0, REGISTER_INTERRUPTIONS, &fib), CC(0));
	pci_store_controls(fn.fh, 0, &stored);
	check("STPCIFC stores them as registered",
	      stored.interruptions == fib.interruptions && stored.aibv == fib.aibv && stored.aisb == fib.aisb);
	check_outcome("register twice", pci_modify(fn.fh, 0, REGISTER_INTERRUPTIONS, &fib), STATUS(ST_SEQUENCE));
	check_outcome("deregister", pci_modify(fn.fh, 0, DEREGISTER_INTERRUPTIONS, &no_fib), CC(0));
	check_outcome("register again", pci_modify(fn.fh, 0, REGISTER_INTERRUPTIONS, &fib), CC(0));
	check_outcome("deregister again", pci_modify(fn.fh, 0, DEREGISTER_INTERRUPTIONS, &no_fib), CC(0));
}

static void check_refresh(const char *name, u64 start, u64 bytes, outcome want, u32 pec)
{
	u32 fc = FC_ENABLED | FC_IOAT | (pec ? FC_ERROR | FC_BLOCKED : 0);

	check_effect(name, pci_refresh(fn.fh, start, bytes), want, fc, pec);
}

static void ranges(void)
{
	section("Ranges");
	check_refresh("the whole aperture, nothing mapped", ioat.pba, 16 * MiB, CC(0), 0);
	check_refresh("no bytes", ioat.pba, 0, CC(0), 0);
	check_refresh("above the limit", ioat.pal + 1, PAGE_SIZE, STATUS(ST_FUNCTION_IN_ERROR), 0x0002);
	check_refresh("below the base", ioat.pba - 3 * PAGE_SIZE, PAGE_SIZE, STATUS(ST_FUNCTION_IN_ERROR), 0x0002);
}

/* One entry of the walk to the first page holds the value while RPCIT looks. */
static void check_entry(const char *name, enum level level, u64 value, u32 pec)
{
	volatile u64 *entry = ioat_entry(&ioat, ioat.pba, level);
	u64 good = *entry;

	*entry = value;
	check_refresh(name, ioat.pba, PAGE_SIZE, pec ? STATUS(ST_FUNCTION_IN_ERROR) : CC(0), pec);
	*entry = good;
	pci_refresh(fn.fh, ioat.pba, PAGE_SIZE);
}

static void malformed_tables(void)
{
	u8 *frame = alloc_page();
	u64 rte, ste;

	section("Table entries");
	ioat_map(&ioat, ioat.pba, frame);
	rte = *ioat_entry(&ioat, ioat.pba, REGION_THIRD);
	ste = *ioat_entry(&ioat, ioat.pba, SEGMENT);
	check_refresh("all in order", ioat.pba, PAGE_SIZE, CC(0), 0);
	check_entry("region-third entry invalid", REGION_THIRD, rte | RSTE_INVALID, 0);
	check_entry("region-third entry, table length 0", REGION_THIRD, rte & ~RSTE_TL, 0x0008);
	check_entry("region-third entry, table offset 1", REGION_THIRD, rte | 0x40, 0x0008);
	check_entry("region-third entry, type region-second", REGION_THIRD, (rte & ~RSTE_TT) | 0x8, 0x0009);
	check_entry("region-third entry, type segment", REGION_THIRD, rte & ~RSTE_TT, 0x0009);
	check_entry("segment entry invalid", SEGMENT, ste | RSTE_INVALID, 0);
	check_entry("segment entry, type region-third", SEGMENT, ste | 0x4, 0x0009);
	check_entry("segment entry protected", SEGMENT, ste | RSTE_PROTECT, 0);
	check_entry("page entry invalid", PAGE, (u64)frame | PTE_INVALID, 0);
	check_entry("page entry protected", PAGE, (u64)frame | PTE_PROTECT, 0);
	check_entry("page entry designates page 0, protected", PAGE, 0 | PTE_PROTECT, 0);
	check_refresh("all in order again", ioat.pba, PAGE_SIZE, CC(0), 0);
}

static void disabling(void)
{
	struct fib fib;
	u32 old = fn.fh;

	section("Disabling drops every registration");
	check("CLP set disables the function", pci_disable(&fn) == CC(0));
	check_outcome("RPCIT with the old handle", pci_refresh(old, ioat.pba, PAGE_SIZE), CC(3));
	check("CLP set enables it", pci_enable(&fn) == CC(0));
	check_number("function controls", pci_fc(fn.fh), FC_ENABLED);
	ioat_fib(&ioat, &fib);
	check_outcome("register translation", pci_modify(fn.fh, 0, REGISTER_IOAT, &fib), CC(0));
	check("CLP set disables the function", pci_disable(&fn) == CC(0));
	check_number("no event is left", pci_drain_events(), 0);
}

int main(void)
{
	printf("rpcit-errors: how zPCI instructions refuse\n");
	require("CLP lists a function", pci_find(0, 0, &fn));
	pci_drain_events();
	disabled_function();
	disabled_fh = fn.fh;
	section("Enable");
	require("CLP set enables the function", pci_enable(&fn) == CC(0));
	who_may();
	without_translation();
	modify_requests();
	registration();
	interruptions();
	ranges();
	malformed_tables();
	disabling();
	return test_summary();
}
