#include "cpu.h"
#include "string.h"
#include "virtio.h"

#define CAPABILITIES	0x34	/* configuration space */
#define CAP_MSIX	0x11
#define CAP_VENDOR	0x09

#define AVAILABLE	0x400	/* places in a queue's page */
#define USED		0x800

#define barrier()	asm volatile("bcr 15,0" : : : "memory")

static u32 config(const struct pci_function *f, u32 offset, u32 length)
{
	return pci_read(f->fh, PCI_CONFIG, length, offset);
}

bool virtio_probe(struct virtio *v, struct pci_function *f)
{
	u32 at, type;

	memset(v, 0, sizeof(*v));
	v->f = f;
	for (at = config(f, CAPABILITIES, 1); at; at = config(f, at + 1, 1)) {
		type = config(f, at + 3, 1);
		if (config(f, at, 1) != CAP_VENDOR || type >= VIRTIO_STRUCTURES)
			continue;
		v->place[type].bar = config(f, at + 4, 1);
		v->place[type].at = config(f, at + 8, 4);
		if (type == VIRTIO_NOTIFY)
			v->notify_multiplier = config(f, at + 16, 4);
		if (type == VIRTIO_WINDOW)
			v->window = at;
	}
	return v->place[VIRTIO_COMMON].bar && v->place[VIRTIO_NOTIFY].bar && v->place[VIRTIO_DEVICE].bar;
}

u64 virtio_read(const struct virtio *v, enum virtio_structure s, u32 offset, u32 length)
{
	return pci_read(v->f->fh, v->place[s].bar, length, v->place[s].at + offset);
}

void virtio_write(const struct virtio *v, enum virtio_structure s, u32 offset, u32 length, u64 value)
{
	pci_write(v->f->fh, v->place[s].bar, length, v->place[s].at + offset, value);
}

u32 virtio_status(const struct virtio *v)
{
	return virtio_read(v, VIRTIO_COMMON, DEVICE_STATUS, 1);
}

static void add_status(const struct virtio *v, u32 bits)
{
	virtio_write(v, VIRTIO_COMMON, DEVICE_STATUS, 1, virtio_status(v) | bits);
}

bool virtio_reset(const struct virtio *v)
{
	u64 deadline = tod_clock() + TOD_MS(1000);

	virtio_write(v, VIRTIO_COMMON, DEVICE_STATUS, 1, 0);
	while (virtio_status(v))
		if (tod_clock() > deadline)
			return false;
	return true;
}

u64 virtio_offered(const struct virtio *v)
{
	u64 features = 0;
	u32 half;

	for (half = 0; half < 2; half++) {
		virtio_write(v, VIRTIO_COMMON, DEVICE_FEATURE_SELECT, 4, half);
		features |= virtio_read(v, VIRTIO_COMMON, DEVICE_FEATURE, 4) << 32 * half;
	}
	return features;
}

bool virtio_negotiate(const struct virtio *v, u64 features)
{
	u32 half;

	if (!virtio_reset(v))
		return false;
	add_status(v, VIRTIO_ACKNOWLEDGE);
	add_status(v, VIRTIO_DRIVER);
	for (half = 0; half < 2; half++) {
		virtio_write(v, VIRTIO_COMMON, DRIVER_FEATURE_SELECT, 4, half);
		virtio_write(v, VIRTIO_COMMON, DRIVER_FEATURE, 4, features >> 32 * half & 0xffffffff);
	}
	add_status(v, VIRTIO_FEATURES_OK);
	return virtio_status(v) & VIRTIO_FEATURES_OK;
}

void virtio_driver_ok(const struct virtio *v)
{
	add_status(v, VIRTIO_DRIVER_OK);
}

bool pci_enable_vectors(const struct pci_function *f, u64 message_address, u32 count)
{
	u32 at, table, n;

	for (at = config(f, CAPABILITIES, 1); at && config(f, at, 1) != CAP_MSIX;)
		at = config(f, at + 1, 1);
	if (!at || (config(f, at + 2, 2) & 0x7ff) + 1 < count)
		return false;
	table = config(f, at + 4, 4);
	for (n = 0; n < count; n++) {
		u32 entry = (table & ~7U) + 16 * n;

		pci_write(f->fh, table & 7, 4, entry, message_address & 0xffffffff);
		pci_write(f->fh, table & 7, 4, entry + 4, message_address >> 32);
		pci_write(f->fh, table & 7, 4, entry + 8, n);
		pci_write(f->fh, table & 7, 4, entry + 12, 0);
	}
	return pci_write(f->fh, PCI_CONFIG, 2, at + 2, 0x8000) == CC(0);
}

static void place(const struct virtio *v, u32 field, u64 address)
{
	virtio_write(v, VIRTIO_COMMON, field, 4, address & 0xffffffff);
	virtio_write(v, VIRTIO_COMMON, field + 4, 4, address >> 32);
}

void virtqueue_enable(const struct virtio *v, struct virtqueue *q, u16 index, u16 vector, u8 *page, u64 iova)
{
	memset(page, 0, PAGE_SIZE);
	memset(q, 0, sizeof(*q));
	q->index = index;
	q->page = page;
	q->iova = iova;
	virtio_write(v, VIRTIO_COMMON, QUEUE_SELECT, 2, index);
	virtio_write(v, VIRTIO_COMMON, QUEUE_SIZE, 2, QUEUE_LENGTH);
	virtio_write(v, VIRTIO_COMMON, QUEUE_VECTOR, 2, vector);
	place(v, QUEUE_DESC, iova);
	place(v, QUEUE_DRIVER, iova + AVAILABLE);
	place(v, QUEUE_DEVICE, iova + USED);
	q->notify_at = virtio_read(v, VIRTIO_COMMON, QUEUE_NOTIFY_OFF, 2) * v->notify_multiplier;
	virtio_write(v, VIRTIO_COMMON, QUEUE_ENABLE, 2, 1);
}

void virtio_put_desc(void *table, u32 n, u64 iova, u32 length, u16 flags, u16 next)
{
	u8 *d = (u8 *)table + 16 * n;

	*(u64 *)d = le64(iova);
	*(u32 *)(d + 8) = le32(length);
	*(u16 *)(d + 12) = le16(flags);
	*(u16 *)(d + 14) = le16(next);
}

/* With event indexes the driver says which used element it wants to hear of: the next. Without, nobody looks there. */
void virtqueue_submit(const struct virtio *v, struct virtqueue *q, u16 head)
{
	volatile u16 *available = (u16 *)(q->page + AVAILABLE);

	available[2 + q->available % QUEUE_LENGTH] = le16(head);
	available[2 + QUEUE_LENGTH] = le16(q->used);
	barrier();
	available[1] = le16(++q->available);
	barrier();
	virtio_write(v, VIRTIO_NOTIFY, q->notify_at, 2, q->index);
}

bool virtqueue_is_done(const struct virtqueue *q)
{
	return *(volatile u16 *)(q->page + USED + 2) != le16(q->used);
}

u32 virtqueue_take(struct virtqueue *q, u32 *length)
{
	volatile u32 *element = (u32 *)(q->page + USED + 4 + 8 * (q->used % QUEUE_LENGTH));

	barrier();
	q->used++;
	*length = le32(element[1]);
	return le32(element[0]);
}
