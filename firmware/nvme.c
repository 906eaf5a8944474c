#include "cpu.h"
#include "nvme.h"
#include "string.h"
#include "virtio.h"

#define SUBMISSION	64	/* bytes of an entry */
#define COMPLETION	16

#define barrier()	asm volatile("bcr 15,0" : : : "memory")

u64 nvme_register(const struct nvme *n, u32 offset, u32 length)
{
	return pci_read(n->f->fh, 0, length, offset);
}

void nvme_set_register(const struct nvme *n, u32 offset, u32 length, u64 value)
{
	pci_write(n->f->fh, 0, length, offset, value);
}

/* CAP.TO, in units of 500 ms, is the longest that a change of CC.EN takes. */
static bool wait_status(const struct nvme *n, bool ready)
{
	u64 deadline = tod_clock() + TOD_MS(500) * (nvme_register(n, NVME_CAP, 8) >> 24 & 0xff);
	u32 status;

	do {
		status = nvme_register(n, NVME_CSTS, 4);
		if (ready ? status & (NVME_READY | NVME_FATAL) : !(status & NVME_READY))
			return !ready || status & NVME_READY;
	} while (tod_clock() < deadline);
	return false;
}

bool nvme_enable(const struct nvme *n, struct nvme_queue *admin)
{
	nvme_set_register(n, NVME_AQA, 4, (NVME_ENTRIES - 1) << 16 | (NVME_ENTRIES - 1));
	nvme_set_register(n, NVME_ASQ, 8, admin->submissions_at);
	nvme_set_register(n, NVME_ACQ, 8, admin->completions_at);
	nvme_set_register(n, NVME_CC, 4, NVME_CC_ENABLE);
	return wait_status(n, true);
}

bool nvme_disable(const struct nvme *n)
{
	nvme_set_register(n, NVME_CC, 4, 0);
	return wait_status(n, false);
}

void nvme_place_queue(struct nvme_queue *q, u16 id, u8 *submissions, u64 submissions_at, u8 *completions, u64 completions_at)
{
	memset(submissions, 0, PAGE_SIZE);
	memset(completions, 0, PAGE_SIZE);
	q->id = id;
	q->tail = q->head = 0;
	q->phase = 1;
	q->submissions = submissions;
	q->submissions_at = submissions_at;
	q->completions = completions;
	q->completions_at = completions_at;
}

struct nvme_command nvme_create_completions(const struct nvme_queue *q, u16 vector)
{
	return (struct nvme_command) {
		.opcode = NVME_CREATE_CQ,
		.prp1 = q->completions_at,
		.block = (u64)((u32)vector << 16 | 3) << 32 | (NVME_ENTRIES - 1) << 16 | q->id,
	};
}

struct nvme_command nvme_create_submissions(const struct nvme_queue *q)
{
	return (struct nvme_command) {
		.opcode = NVME_CREATE_SQ,
		.prp1 = q->submissions_at,
		.block = (u64)((u32)q->id << 16 | 1) << 32 | (NVME_ENTRIES - 1) << 16 | q->id,
	};
}

u16 nvme_submit(struct nvme *n, struct nvme_queue *q, const struct nvme_command *c)
{
	u8 *entry = q->submissions + SUBMISSION * q->tail;

	memset(entry, 0, SUBMISSION);
	entry[0] = c->opcode;
	*(u16 *)(entry + 2) = le16(++n->next_id);
	*(u32 *)(entry + 4) = le32(c->nsid);
	*(u64 *)(entry + 24) = le64(c->prp1);
	*(u64 *)(entry + 32) = le64(c->prp2);
	*(u64 *)(entry + 40) = le64(c->block);
	*(u32 *)(entry + 48) = le32(c->w12);
	q->tail = (q->tail + 1) % NVME_ENTRIES;
	barrier();
	nvme_set_register(n, NVME_DOORBELLS + 8 * q->id, 4, q->tail);
	return n->next_id;
}

static const u8 *completion(const struct nvme_queue *q)
{
	return q->completions + COMPLETION * q->head;
}

bool nvme_is_done(const struct nvme_queue *q)
{
	return (*(volatile const u8 *)(completion(q) + 14) & 1) == q->phase;
}

struct nvme_answer nvme_take(const struct nvme *n, struct nvme_queue *q)
{
	const u8 *entry = completion(q);
	struct nvme_answer a;

	barrier();
	a.value = le32(*(const u32 *)entry);
	a.id = le16(*(const u16 *)(entry + 12));
	a.status = le16(*(const u16 *)(entry + 14)) >> 1 & 0x7ff;
	q->head = (q->head + 1) % NVME_ENTRIES;
	q->phase ^= !q->head;
	nvme_set_register(n, NVME_DOORBELLS + 8 * q->id + 4, 4, q->head);
	return a;
}

void nvme_put_entry(void *list, u32 n, u64 iova)
{
	((u64 *)list)[n] = le64(iova);
}
