/* Service-call logical processor. */
#ifndef FIRMWARE_SCLP_H
#define FIRMWARE_SCLP_H

#include "types.h"

#define SCLP_WRITE_EVENT_MASK	0x00780005
#define SCLP_WRITE_EVENT_DATA	0x00760005

struct sccb_header {
	u16 length;
	u8 function;
	u8 control[3];
	u16 response;
} __attribute__((packed));

/* SERVC and the service signal that ends it. Returns the response code, -1 when there is no SCLP. */
int sclp_call(u32 command, struct sccb_header *sccb);

/* Console bytes; a line goes out when it is complete. */
void console_write(const char *text, u64 n);

#endif
