/* CALL LOGICAL PROCESSOR: request and response in one block. */
#ifndef FIRMWARE_CLP_H
#define FIRMWARE_CLP_H

#include "outcome.h"
#include "zpci.h"

enum clp_command { CLP_LIST = 2, CLP_QUERY_FUNCTION = 3, CLP_QUERY_GROUP = 4, CLP_SET = 5 };
enum clp_set_control { CLP_SET_ENABLE = 0, CLP_SET_DISABLE = 1 };

enum clp_response_code {
	CLP_OK = 0x0010,
	CLP_UNKNOWN_COMMAND = 0x0020,
	CLP_REQUEST_FORMAT = 0x0040,
	CLP_REQUEST_LENGTH = 0x0050,
	CLP_NEEDS_LARGER_BLOCK = 0x0060,
	CLP_RESERVED_NOT_ZERO = 0x0070,
	CLP_SET_HANDLE = 0x0101,
	CLP_SET_HANDLE_STATE = 0x0102,
	CLP_SET_SPACE_COUNT = 0x0103,
	CLP_SET_RESOURCES = 0x0104,
	CLP_SET_IN_STATE = 0x0105,	/* what an LPAR answers; QEMU gives 0102 */
	CLP_LIST_TOKEN = 0x010a,
	CLP_QUERY_GROUP_ID = 0x010b,
};

struct clp_header {
	u16 length;
	u16 code;		/* request: command; response: response code */
	u32 format;
	u64 reserved;
};

struct clp_request {
	struct clp_header header;
	union {
		struct { u64 token, reserved; } list;
		struct { u32 fh, reserved[3]; } query;
		struct { u8 reserved[3], group; u32 reserved14; u64 reserved18; } query_group;
		struct { u32 fh; u16 reserved; u8 control, spaces; u32 reserved18, gd; } set;
	};
};
_Static_assert(sizeof(struct clp_request) == 32, "CLP request");

struct clp_entry {
	u16 device, vendor;
	u32 state;		/* bit 0: configured */
	u32 fid, fh;
};

struct clp_response {
	struct clp_header header;
	union {
		struct {
			u64 token;
			u32 mdd;
			u16 max_functions;
			u8 flags, entry_size;
			struct clp_entry entry[252];
		} list;
		struct {
			u16 vfn;
			u8 flags, group;
			u32 fid;
			u8 bar_log2[6];
			u16 pchid;
			u32 bar[6];
			u8 reserved38[8];
			u64 sdma, edma;
			u8 reserved50[0x130];
		} query;
		struct {
			u16 noi;
			u8 version, flags;
			u16 maxstbl, mui;
			u8 dtsm, reserved19[7];
			u64 dasm, msia;
			u64 reserved30[2];
		} query_group;
		struct { u32 fh, reserved14; u64 reserved18; u8 reserved20[0x80]; } set;
	};
};

/* What Linux and the architecture expect a response to have room for. */
#define CLP_LIST_ROOM		(4096 - 32)
#define CLP_QUERY_ROOM		0x180
#define CLP_QUERY_GROUP_ROOM	0x40
#define CLP_SET_ROOM		0xa0

/* The one block: prepare it, fill in the request, run it, read the response. */
struct clp_request *clp_prepare(u16 command, u16 request_length, u16 response_length);
outcome clp_execute(void);
const struct clp_response *clp_response(void);

/* The commands as a driver uses them. Response codes, 0 when CLP did not end with cc 0. */
u32 clp_list(u64 token, u16 room);
u32 clp_query_function(u32 fh);
u32 clp_query_group(u8 group);
u32 clp_set(u32 fh, u8 control, u8 spaces, u32 *new_fh);

#endif
