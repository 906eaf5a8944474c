/*
 * Driver's side of virtio 1.x on PCI: the structures that capabilities lead to, negotiation, split queues. Registers and
 * rings are little-endian.
 */
#ifndef FIRMWARE_VIRTIO_H
#define FIRMWARE_VIRTIO_H

#include "zpci.h"

#define VIRTIO_VENDOR		0x1af4
#define VIRTIO_BLK_DEVICE	0x1042

/* Structures, as capabilities number them */
enum virtio_structure { VIRTIO_COMMON = 1, VIRTIO_NOTIFY, VIRTIO_ISR, VIRTIO_DEVICE, VIRTIO_WINDOW, VIRTIO_STRUCTURES };

/* Common configuration */
enum virtio_common {
	DEVICE_FEATURE_SELECT = 0x00,
	DEVICE_FEATURE = 0x04,
	DRIVER_FEATURE_SELECT = 0x08,
	DRIVER_FEATURE = 0x0c,
	CONFIG_VECTOR = 0x10,
	NUM_QUEUES = 0x12,
	DEVICE_STATUS = 0x14,
	QUEUE_SELECT = 0x16,
	QUEUE_SIZE = 0x18,
	QUEUE_VECTOR = 0x1a,
	QUEUE_ENABLE = 0x1c,
	QUEUE_NOTIFY_OFF = 0x1e,
	QUEUE_DESC = 0x20,
	QUEUE_DRIVER = 0x28,
	QUEUE_DEVICE = 0x30,
};

/* Device status */
#define VIRTIO_ACKNOWLEDGE	0x01
#define VIRTIO_DRIVER		0x02
#define VIRTIO_DRIVER_OK	0x04
#define VIRTIO_FEATURES_OK	0x08
#define VIRTIO_NEEDS_RESET	0x40

/* Feature bits */
#define VIRTIO_F_INDIRECT_DESC	(1UL << 28)
#define VIRTIO_F_EVENT_IDX	(1UL << 29)
#define VIRTIO_F_VERSION_1	(1UL << 32)
#define VIRTIO_F_ACCESS_PLATFORM (1UL << 33)

struct virtio {
	struct pci_function *f;
	struct { u8 bar; u32 at; } place[VIRTIO_STRUCTURES];
	u32 window;			/* offset of the window capability in configuration space */
	u32 notify_multiplier;
};

/* Finds the structures; false when one that a driver needs is not there. */
bool virtio_probe(struct virtio *v, struct pci_function *f);

u64 virtio_read(const struct virtio *v, enum virtio_structure s, u32 offset, u32 length);
void virtio_write(const struct virtio *v, enum virtio_structure s, u32 offset, u32 length, u64 value);
u32 virtio_status(const struct virtio *v);

bool virtio_reset(const struct virtio *v);
u64 virtio_offered(const struct virtio *v);
bool virtio_negotiate(const struct virtio *v, u64 features);	/* from reset to FEATURES_OK; false when refused */
void virtio_driver_ok(const struct virtio *v);

/* MSI-X: the function's vectors 0 to count - 1 become the messages of the same numbers. */
bool pci_enable_vectors(const struct pci_function *f, u64 message_address, u32 count);

/* A split queue on one page that the device reaches at iova. */
#define QUEUE_LENGTH	16

struct virtqueue {
	u16 index, available, used;
	u32 notify_at;
	u8 *page;
	u64 iova;
};

#define DESC_NEXT	1
#define DESC_WRITE	2
#define DESC_INDIRECT	4

void virtqueue_enable(const struct virtio *v, struct virtqueue *q, u16 index, u16 vector, u8 *page, u64 iova);
void virtio_put_desc(void *table, u32 n, u64 iova, u32 length, u16 flags, u16 next);
void virtqueue_submit(const struct virtio *v, struct virtqueue *q, u16 head);	/* makes available and notifies */
bool virtqueue_is_done(const struct virtqueue *q);			/* is there a used element? */
u32 virtqueue_take(struct virtqueue *q, u32 *length);			/* its head, and bytes written */

/* Little-endian values in storage. */
static inline u16 le16(u16 v) { return __builtin_bswap16(v); }
static inline u32 le32(u32 v) { return __builtin_bswap32(v); }
static inline u64 le64(u64 v) { return __builtin_bswap64(v); }

#endif
