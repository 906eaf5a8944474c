#include "clp.h"
#include "cpu.h"
#include "string.h"

static union {
	struct clp_request request;
	u8 bytes[8192];
} block __attribute__((aligned(4096)));

static u16 response_offset;

struct clp_request *clp_prepare(u16 command, u16 request_length, u16 response_length)
{
	struct clp_header *response = (void *)&block.bytes[request_length];

	memset(&block, 0, sizeof(block));
	block.request.header.length = request_length;
	block.request.header.code = command;
	response->length = response_length;
	response_offset = request_length;
	return &block.request;
}

outcome clp_execute(void)
{
	int cc = 0;
	u16 code = EXPECT_PGM(cc = clp(&block));

	return code ? PGM(code) : CC(cc);
}

const struct clp_response *clp_response(void)
{
	return (void *)&block.bytes[response_offset];
}

static u32 finish(void)
{
	return clp_execute() == CC(0) ? clp_response()->header.code : 0;
}

u32 clp_list(u64 token, u16 room)
{
	clp_prepare(CLP_LIST, 32, room)->list.token = token;
	return finish();
}

u32 clp_query_function(u32 fh)
{
	clp_prepare(CLP_QUERY_FUNCTION, 32, CLP_QUERY_ROOM)->query.fh = fh;
	return finish();
}

u32 clp_query_group(u8 group)
{
	clp_prepare(CLP_QUERY_GROUP, 32, CLP_QUERY_GROUP_ROOM)->query_group.group = group;
	return finish();
}

u32 clp_set(u32 fh, u8 control, u8 spaces, u32 *new_fh)
{
	struct clp_request *request = clp_prepare(CLP_SET, 32, CLP_SET_ROOM);
	u32 code;

	request->set.fh = fh;
	request->set.control = control;
	request->set.spaces = spaces;
	code = finish();
	if (code == CLP_OK)
		*new_fh = clp_response()->set.fh;
	return code;
}

static bool next_in_list(u64 *token, u16 vendor, u16 device, struct pci_function *f)
{
	const struct clp_response *r = clp_response();
	u32 i, n;

	if (clp_list(*token, CLP_LIST_ROOM) != CLP_OK)
		return false;
	*token = r->list.token;
	n = (r->header.length - 32) / sizeof(struct clp_entry);
	for (i = 0; i < n; i++) {
		const struct clp_entry *e = &r->list.entry[i];

		if ((vendor && e->vendor != vendor) || (device && e->device != device) || !(e->state >> 31))
			continue;
		*f = (struct pci_function){ .fh = e->fh, .fid = e->fid, .vendor = e->vendor, .device = e->device };
		return true;
	}
	return false;
}

bool pci_find(u16 vendor, u16 device, struct pci_function *f)
{
	const struct clp_response *r;
	u64 token = 0;

	clp_prepare(CLP_LIST, 32, CLP_LIST_ROOM);
	while (!next_in_list(&token, vendor, device, f))
		if (!token)
			return false;
	if (clp_query_function(f->fh) != CLP_OK)
		return false;
	r = clp_response();
	f->group = r->query.group;
	f->sdma = r->query.sdma;
	f->edma = r->query.edma;
	memcpy(f->bar_log2, r->query.bar_log2, sizeof(f->bar_log2));
	return true;
}

outcome pci_enable(struct pci_function *f)
{
	return clp_set(f->fh, CLP_SET_ENABLE, 1, &f->fh) == CLP_OK ? CC(0) : CC(3);
}

outcome pci_disable(struct pci_function *f)
{
	return clp_set(f->fh, CLP_SET_DISABLE, 0, &f->fh) == CLP_OK ? CC(0) : CC(3);
}
