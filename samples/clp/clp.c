/*
 * clp: CALL LOGICAL PROCESSOR for PCI: the list of functions in one answer and in pieces, query of a function and of its
 * group, enabling and disabling, and the response codes for what is wrong with a request.
 *
 * Run with two devices of any type.
 */
#include "clp.h"
#include "cpu.h"
#include "string.h"
#include "test.h"

static struct clp_entry first, second;

static void check_code(const char *name, u32 got, u32 want)
{
	char seen[16], wanted[16];

	snprintf(seen, sizeof(seen), "%04x", got);
	snprintf(wanted, sizeof(wanted), "%04x", want);
	check_text(name, seen, wanted);
}

static u32 entries(void)
{
	return (clp_response()->header.length - 32) / sizeof(struct clp_entry);
}

static void list(void)
{
	const struct clp_response *r;
	u64 token;

	section("List PCI functions");
	check_code("room for all", clp_list(0, CLP_LIST_ROOM), CLP_OK);
	r = clp_response();
	require("there are two functions at least", entries() >= 2 && !r->list.token);
	first = r->list.entry[0];
	second = r->list.entry[1];
	check_number("size of an entry", r->list.entry_size, 16);
	check("both are configured and disabled",
	      first.state >> 31 && second.state >> 31 && !(first.fh & FH_ENABLED) && !(second.fh & FH_ENABLED));
	check("ids and handles differ", first.fid != second.fid && first.fh != second.fh);

	check_code("room for one", clp_list(0, 48), CLP_OK);
	r = clp_response();
	token = r->list.token;
	check("one entry, the first, and a resume token",
	      entries() == 1 && token && !memcmp(&r->list.entry[0], &first, sizeof(first)));
	check_number("length of the response", r->header.length, 48);
	check_code("resume", clp_list(token, 48), CLP_OK);
	check("the second entry", entries() == 1 && !memcmp(&clp_response()->list.entry[0], &second, sizeof(second)));
	check_code("a token that was never given out", clp_list(0x5555555555555555, CLP_LIST_ROOM), CLP_LIST_TOKEN);
	check_code("room for none", clp_list(0, 40), CLP_NEEDS_LARGER_BLOCK);
}

static void list_formats(void)
{
	struct clp_request *request;

	request = clp_prepare(CLP_LIST, 32, CLP_LIST_ROOM);
	request->header.format = 1U << 28;
	clp_execute();
	check_code("format 1", clp_response()->header.code, CLP_REQUEST_FORMAT);
	request = clp_prepare(CLP_LIST, 32, CLP_LIST_ROOM);
	request->header.reserved = 1;
	clp_execute();
	check_code("reserved field of the header not zero", clp_response()->header.code, CLP_RESERVED_NOT_ZERO);
}

static void query(void)
{
	const struct clp_response *r;
	u8 group;

	section("Query");
	check_code("function", clp_query_function(first.fh), CLP_OK);
	r = clp_response();
	group = r->query.group;
	check("it has the id of the list", r->query.fid == first.fid);
	check("its DMA addresses do not start at 0 and are in order",
	      r->query.sdma >= PAGE_SIZE && r->query.sdma < r->query.edma);
	check_code("function, unknown handle", clp_query_function(first.fh ^ 0x100), CLP_SET_HANDLE);

	check_code("group", clp_query_group(group), CLP_OK);
	r = clp_response();
	check("it supports region-third tables", r->query_group.dtsm & 0x40);
	check("it takes store blocks of 128 bytes", (r->query_group.maxstbl & 0x1fff) >= 128);
	check("it has MSIs", r->query_group.noi & 0xfff);
	check_code("group, unknown", clp_query_group(group ^ 0x55), CLP_QUERY_GROUP_ID);
}

static void set(void)
{
	u32 disabled = first.fh, fh = 0, ignored;

	section("Set");
	check_code("enable, no DMA address space", clp_set(disabled, CLP_SET_ENABLE, 0, &ignored), CLP_SET_SPACE_COUNT);
	check_code("enable, two DMA address spaces", clp_set(disabled, CLP_SET_ENABLE, 2, &ignored), CLP_SET_RESOURCES);
	check_code("enable, unknown handle", clp_set(disabled ^ 0x100, CLP_SET_ENABLE, 1, &ignored), CLP_SET_HANDLE);
	check_code("disable what is disabled", clp_set(disabled, CLP_SET_DISABLE, 0, &ignored), CLP_SET_IN_STATE);
	check_code("enable", clp_set(disabled, CLP_SET_ENABLE, 1, &fh), CLP_OK);
	check("the new handle has the enabled bit", fh & FH_ENABLED);
	check_code("enable again", clp_set(fh, CLP_SET_ENABLE, 1, &ignored), CLP_SET_IN_STATE);
	check_code("enable with the handle from before", clp_set(disabled, CLP_SET_ENABLE, 1, &ignored), CLP_SET_HANDLE);
	check_code("query with the handle from before", clp_query_function(disabled), CLP_SET_HANDLE);
	check_code("query with the new handle", clp_query_function(fh), CLP_OK);
	clp_list(0, CLP_LIST_ROOM);
	check("the list shows the new handle", clp_response()->list.entry[0].fh == fh);
	check_code("disable", clp_set(fh, CLP_SET_DISABLE, 0, &fh), CLP_OK);
	check("the enabled bit is gone", !(fh & FH_ENABLED));
	clp_list(0, CLP_LIST_ROOM);
	check("the list shows the handle", clp_response()->list.entry[0].fh == fh);
}

static outcome with_lengths(u16 request_length, u16 response_length)
{
	clp_prepare(CLP_LIST, request_length, response_length);
	return clp_execute();
}

static outcome problem_state(void)
{
	static u8 block[4096] __attribute__((aligned(4096)));

	return PGM(EXPECT_PGM_IN_PROBLEM_STATE(clp(block)));
}

static void blocks(void)
{
	section("Request and response blocks");
	check_outcome("problem state", problem_state(), PGM(0x0002));
	check_outcome("request of 8 bytes", with_lengths(8, 64), PGM(0x0015));
	check_outcome("request of 20 bytes", with_lengths(20, 64), PGM(0x0015));
	check_outcome("response of 4 bytes", with_lengths(32, 4), PGM(0x0015));
	check_outcome("more than 8 KiB together", with_lengths(32, 8168), PGM(0x0015));
	clp_prepare(0x0099, 32, 64);
	check_outcome("unknown command", clp_execute(), CC(0));
	check_code("unknown command", clp_response()->header.code, CLP_UNKNOWN_COMMAND);
}

int main(void)
{
	printf("clp: list, query and set PCI functions\n");
	list();
	list_formats();
	query();
	set();
	blocks();
	return test_summary();
}
