/*
 * The console: ASCII (VT220) events where the SCLP takes them, else the operating-system-message line mode. A line is sent
 * when it is complete. Lines end in '\n' alone, as kvm-unit-tests guests send them: what reads the console is a pipe.
 */
#include "sclp.h"
#include "string.h"

#define EVENT_MESSAGE		0x02
#define EVENT_ASCII		0x1a
#define EVENT_MASK(type)	(1U << (32 - (type)))
#define LINE_MAX		256

struct event_mask_sccb {
	struct sccb_header header;
	u16 reserved, mask_length;
	u32 cp_receive, cp_send, sclp_receive, sclp_send;
} __attribute__((packed));

struct event_header {
	u16 length;
	u8 type, flags;
	u16 reserved;
} __attribute__((packed));

/* Message data block: header, general object, message text object. */
struct message_block {
	u16 length, type;
	u32 tag, revision;
	struct {
		u16 length, type;
		u8 origin[52];
	} __attribute__((packed)) general;
	struct {
		u16 length, type, line_type;
		u8 alarm, reserved[3];
		u8 text[LINE_MAX];
	} __attribute__((packed)) line;
} __attribute__((packed));

static union {
	struct event_mask_sccb mask;
	struct {
		struct sccb_header header;
		struct event_header event;
		union {
			u8 ascii[LINE_MAX];
			struct message_block message;
		};
	} __attribute__((packed)) data;
	u8 page[4096];
} sccb __attribute__((aligned(4096)));

static enum { UNKNOWN, NONE, ASCII, LINE_MODE } mode;
static char line[LINE_MAX];
static u32 line_length;

/* Code page 037 for the printable ASCII characters. */
static const u8 ebcdic[95] = {
	0x40, 0x5a, 0x7f, 0x7b, 0x5b, 0x6c, 0x50, 0x7d, 0x4d, 0x5d, 0x5c, 0x4e, 0x6b, 0x60, 0x4b, 0x61,
	0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0x7a, 0x5e, 0x4c, 0x7e, 0x6e, 0x6f,
	0x7c, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6,
	0xd7, 0xd8, 0xd9, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xba, 0xe0, 0xbb, 0xb0, 0x6d,
	0x79, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96,
	0x97, 0x98, 0x99, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xc0, 0x4f, 0xd0, 0xa1,
};

/* Say what we would send and learn what the SCLP is ready to receive. */
static void choose_mode(void)
{
	struct event_mask_sccb *m = &sccb.mask;

	memset(m, 0, sizeof(*m));
	m->header.length = sizeof(*m);
	m->mask_length = sizeof(m->cp_send);
	m->cp_send = EVENT_MASK(EVENT_ASCII) | EVENT_MASK(EVENT_MESSAGE);
	mode = NONE;
	if (sclp_call(SCLP_WRITE_EVENT_MASK, &m->header) != 0x0020)
		return;
	if (m->sclp_receive & EVENT_MASK(EVENT_ASCII))
		mode = ASCII;
	else if (m->sclp_receive & EVENT_MASK(EVENT_MESSAGE))
		mode = LINE_MODE;
}

static u32 build_ascii(void)
{
	memcpy(sccb.data.ascii, line, line_length);
	return line_length;
}

static u32 build_message(void)
{
	struct message_block *m = &sccb.data.message;
	u32 i, n = line_length;
	u8 c;

	if (n && line[n - 1] == '\n')
		n--;
	m->type = 1;
	m->tag = 0xd4c4c240;			/* "MDB " */
	m->revision = 1;
	m->general.length = sizeof(m->general);
	m->general.type = 1;
	m->line.length = sizeof(m->line) - LINE_MAX + n;
	m->line.type = 4;
	m->line.line_type = 0x1000;		/* end of text */
	for (i = 0; i < n; i++) {
		c = line[i];
		m->line.text[i] = c >= ' ' && c <= '~' ? ebcdic[c - ' '] : 0x6f;
	}
	m->length = sizeof(*m) - LINE_MAX + n;
	return m->length;
}

static void send_line(void)
{
	u32 n;

	if (mode == UNKNOWN)
		choose_mode();
	if (mode != NONE) {
		memset(&sccb.data, 0, sizeof(sccb.data));
		n = sizeof(struct event_header) + (mode == ASCII ? build_ascii() : build_message());
		sccb.data.event.length = n;
		sccb.data.event.type = mode == ASCII ? EVENT_ASCII : EVENT_MESSAGE;
		sccb.data.header.length = sizeof(struct sccb_header) + n;
		sclp_call(SCLP_WRITE_EVENT_DATA, &sccb.data.header);
	}
	line_length = 0;
}

void console_write(const char *text, u64 n)
{
	while (n--) {
		line[line_length++] = *text;
		if (*text++ == '\n' || line_length == LINE_MAX)
			send_line();
	}
}
