/* Fixed-width types in the manual's big-endian view: the guest is big-endian, PCI devices are not. */
#ifndef FIRMWARE_TYPES_H
#define FIRMWARE_TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long s64;

#define NULL	((void *)0)
#define bool	_Bool
#define true	1
#define false	0

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define KiB		1024UL
#define MiB		(1024UL * KiB)
#define GiB		(1024UL * MiB)
#define PAGE_SIZE	(4 * KiB)

#endif
