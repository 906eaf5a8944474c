/*
 * Error and availability events. They are announced by a channel-report machine check, which this library keeps disabled:
 * it asks. CHSC command 000E, notification type 2.
 */
#include "cpu.h"
#include "string.h"
#include "zpci.h"

struct sei {
	u16 request_length, command;
	u32 reserved4;
	u64 types;			/* notification types wanted, bit 0 = type 0 */
	u16 length, code;
	u8 reserved14[3], type, flags, reserved19[2], content;
	u8 reserved1c[0x34];
	u32 reserved50, fh, fid, qualifiers;
	u64 address;
	u8 reserved68[6];
	u16 pec;
};
_Static_assert(__builtin_offsetof(struct sei, pec) == 0x6e, "CCDF at 50");

bool pci_next_event(struct pci_event *e)
{
	static union {
		struct sei sei;
		u8 page[4096];
	} block __attribute__((aligned(4096)));
	int cc = 0;

	memset(&block.sei, 0, sizeof(block.sei));
	block.sei.request_length = 0x10;
	block.sei.command = 0x000e;
	block.sei.types = 1UL << 61;
	if (EXPECT_PGM(cc = chsc(&block)) || cc || block.sei.code != 1 || block.sei.type != 2)
		return false;
	*e = (struct pci_event){ block.sei.content, block.sei.pec, block.sei.fh, block.sei.fid, block.sei.address };
	return true;
}

u32 pci_drain_events(void)
{
	struct pci_event e;
	u32 n = 0;

	while (pci_next_event(&e))
		n++;
	return n;
}
