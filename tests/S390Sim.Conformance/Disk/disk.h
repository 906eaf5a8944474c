/* A disk of either kind: blocks of 512 bytes, data of up to 64 KiB at one place in storage. */
#ifndef DISK_H
#define DISK_H

#include "types.h"

#define SECTOR		512UL
#define BLOCK		4096UL
#define LARGE		(64 * KiB)

enum request_type { IN = 0, OUT = 1, FLUSH = 4 };	/* as virtio-blk numbers them */

struct disk {
	bool (*start)(void);				/* false when there is none */
	u32 (*ask)(u32 type, u64 sector, u32 length);	/* to its end; the status, 0 when done */
	u64 (*sectors)(void);
};

extern const struct disk virtio_disk, nvme_disk;

extern u8 *disk_data;

#endif
