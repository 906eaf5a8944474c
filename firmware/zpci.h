/* PCI functions: finding, enabling, accessing and translating for them. */
#ifndef FIRMWARE_ZPCI_H
#define FIRMWARE_ZPCI_H

#include "outcome.h"
#include "pci_instructions.h"
#include "translation.h"

#define FH_ENABLED	0x80000000U

/* PCI address spaces: 0-5 are the BARs */
#define PCI_CONFIG	15

/* Status codes that come with condition code 1 */
enum pci_status {
	ST_FUNCTION_IN_ERROR = 8,	/* RPCIT: the operation put the function into the error state */
	ST_BLOCKED = 12,		/* loads and stores are blocked: the error state */
	ST_RESOURCES = 16,
	ST_ADDRESS_SPACE = 20,
	ST_SEQUENCE = 24,		/* register twice, deregister what is not, reset without an error */
	ST_DMA_SPACE = 28,
	ST_RECOVERY = 40,		/* RPCIT in the error state */
};

/* Operation controls of MPCIFC */
enum pci_control {
	REGISTER_INTERRUPTIONS = 2,
	DEREGISTER_INTERRUPTIONS = 3,
	REGISTER_IOAT = 4,
	DEREGISTER_IOAT = 5,
	REREGISTER_IOAT = 6,
	RESET_ERROR = 7,
	RESET_BLOCK = 9,
	SET_MEASUREMENT = 10,
};

/* Function controls as STPCIFC stores them */
#define FC_ENABLED	0x80
#define FC_ERROR	0x40
#define FC_BLOCKED	0x20
#define FC_IOAT		0x10

/* Function information block */
struct fib {
	u8 format;
	u8 reserved1[7];
	u8 fc;
	u8 reserved9[7];
	u64 pba, pal, iota;
	u32 interruptions;		/* ISC 1-3, NOI 4-15, AIBVO 18-23, S 24, AISBO 26-31 */
	u32 reserved2c;
	u64 aibv, aisb;
	u64 fmb;
	u32 reserved48, gd;
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct fib) == 80, "a FIB has 80 bytes");

#define FIB_INTERRUPTIONS(isc, noi, aibvo, s, aisbo) \
	((u32)(isc) << 28 | (u32)(noi) << 16 | (aibvo) << 8 | (s) << 7 | (aisbo))

struct pci_function {
	u32 fh, fid;
	u16 vendor, device;
	u8 group;
	u8 bar_log2[6];			/* size exponent, 0 = no such BAR */
	u64 sdma, edma;			/* first and last DMA address the function may use */
};

/* zpci.c: the instructions, with program interruptions caught and the status taken out of its register. */
static inline u64 pci_request(u32 fh, u32 space, u32 low)
{
	return (u64)fh << 32 | space << 16 | low;
}

outcome pci_load(u32 fh, u32 space, u32 length, u64 offset, u64 *data);
outcome pci_store(u32 fh, u32 space, u32 length, u64 offset, u64 data);
outcome pci_store_block(u32 fh, u32 space, u32 length, u64 offset, const void *from);
outcome pci_refresh(u32 fh, u64 start, u64 bytes);
outcome pci_modify(u32 fh, u32 dma_space, u32 control, const struct fib *fib);
outcome pci_store_controls(u32 fh, u32 dma_space, struct fib *fib);
u32 pci_fc(u32 fh);			/* function controls, 0xffffffff when STPCIFC fails */

/*
 * Little-endian registers as numbers. The instruction puts the byte at the lowest PCI address first, that is, it shows a
 * little-endian register reversed. A failing load gives all ones, as on a bus.
 */
u64 pci_read(u32 fh, u32 space, u32 length, u64 offset);
outcome pci_write(u32 fh, u32 space, u32 length, u64 offset, u64 value);
u64 pci_swap(u64 value, u32 length);

/* clp.c: find the first function with these ids (0 = any) in the list; false when there is none. */
bool pci_find(u16 vendor, u16 device, struct pci_function *f);
outcome pci_enable(struct pci_function *f);	/* CLP set; takes over the new handle */
outcome pci_disable(struct pci_function *f);

/* ioat.c: one DMA address space. */
struct ioat {
	u64 *root;			/* region-third table */
	u64 pba, pal;
};

#define IOTA_RTTO	0x804		/* translation on, designation type 1: region-third table */

void ioat_create(struct ioat *t, u64 base, u64 bytes);
u64 *ioat_entry(struct ioat *t, u64 iova, enum level level);
void ioat_map(struct ioat *t, u64 iova, const void *frame);
void ioat_protect(struct ioat *t, u64 iova);	/* the device may read only */
void ioat_unmap(struct ioat *t, u64 iova);
void ioat_fib(const struct ioat *t, struct fib *fib);

/* pci_event.c */
struct pci_event {
	u8 content;			/* 1 error, 2 availability */
	u16 pec;
	u32 fh, fid;
	u64 address;
};

bool pci_next_event(struct pci_event *e);	/* CHSC store event information; false when there is none */
u32 pci_drain_events(void);

#endif
