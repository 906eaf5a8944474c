/* Driver's side of NVM Express: registers, queue pairs, commands. Everything is little-endian. */
#ifndef FIRMWARE_NVME_H
#define FIRMWARE_NVME_H

#include "zpci.h"

#define NVME_VENDOR	0x1234
#define NVME_DEVICE	0x4e56

/* Registers, BAR 0 */
enum nvme_register {
	NVME_CAP = 0x00,
	NVME_VS = 0x08,
	NVME_CC = 0x14,
	NVME_CSTS = 0x1c,
	NVME_AQA = 0x24,
	NVME_ASQ = 0x28,
	NVME_ACQ = 0x30,
	NVME_DOORBELLS = 0x1000,
};

#define NVME_CC_ENABLE		0x00460001	/* entries of 64 and 16 bytes, pages of 4 KiB */
#define NVME_CC_SHUTDOWN	0x00004000
#define NVME_READY		0x01
#define NVME_FATAL		0x02
#define NVME_SHUTDOWN_MASK	0x0c
#define NVME_SHUTDOWN_DONE	0x08

enum nvme_admin_opcode {
	NVME_DELETE_SQ = 0x00,
	NVME_CREATE_SQ = 0x01,
	NVME_GET_LOG = 0x02,
	NVME_DELETE_CQ = 0x04,
	NVME_CREATE_CQ = 0x05,
	NVME_IDENTIFY = 0x06,
	NVME_SET_FEATURES = 0x09,
	NVME_GET_FEATURES = 0x0a,
	NVME_EVENT_REQUEST = 0x0c,
};

enum nvme_io_opcode {
	NVME_FLUSH = 0x00,
	NVME_WRITE = 0x01,
	NVME_READ = 0x02,
	NVME_COMPARE = 0x05,
	NVME_WRITE_ZEROES = 0x08,
	NVME_DATASET = 0x09,
};

/* What differs from zero in a command; numbers in the processor's order. */
struct nvme_command {
	u8 opcode;
	u32 nsid;
	u64 prp1, prp2;
	u64 block;		/* words 10 and 11 */
	u32 w12;
};

struct nvme_answer {
	u16 id, status;		/* status code type and status code */
	u32 value;
};

#define NVME_ENTRIES	16	/* of each queue */

/* A pair of queues: two pages of storage, and where the device reaches them. */
struct nvme_queue {
	u16 id, tail, head, phase;
	u8 *submissions, *completions;
	u64 submissions_at, completions_at;
};

struct nvme {
	const struct pci_function *f;
	u16 next_id;
};

u64 nvme_register(const struct nvme *n, u32 offset, u32 length);
void nvme_set_register(const struct nvme *n, u32 offset, u32 length, u64 value);

/* CC, and the wait for ready or fatal; and back. False when the time that CAP allows is over. */
bool nvme_enable(const struct nvme *n, struct nvme_queue *admin);
bool nvme_disable(const struct nvme *n);

void nvme_place_queue(struct nvme_queue *q, u16 id, u8 *submissions, u64 submissions_at, u8 *completions, u64 completions_at);
struct nvme_command nvme_create_completions(const struct nvme_queue *q, u16 vector);
struct nvme_command nvme_create_submissions(const struct nvme_queue *q);

u16 nvme_submit(struct nvme *n, struct nvme_queue *q, const struct nvme_command *c);	/* its identifier; rings */
bool nvme_is_done(const struct nvme_queue *q);						/* is there a completion? */
struct nvme_answer nvme_take(const struct nvme *n, struct nvme_queue *q);		/* consumes it */

/* PRP list entries */
void nvme_put_entry(void *list, u32 n, u64 iova);

#endif
