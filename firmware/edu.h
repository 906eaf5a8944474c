/* Driver of QEMU's "edu" device: a few registers and a DMA engine with a 4 KiB buffer. */
#ifndef FIRMWARE_EDU_H
#define FIRMWARE_EDU_H

#include "zpci.h"

#define EDU_VENDOR	0x1234
#define EDU_DEVICE	0x11e8

enum edu_register {
	EDU_ID = 0x00,
	EDU_LIVENESS = 0x04,
	EDU_FACTORIAL = 0x08,
	EDU_STATUS = 0x20,
	EDU_IRQ_STATUS = 0x24,
	EDU_IRQ_RAISE = 0x60,
	EDU_IRQ_ACK = 0x64,
	EDU_DMA_SOURCE = 0x80,
	EDU_DMA_DESTINATION = 0x88,
	EDU_DMA_COUNT = 0x90,
	EDU_DMA_COMMAND = 0x98,
};

#define EDU_STATUS_BUSY		0x01
#define EDU_BUFFER		0x40000
#define EDU_BUFFER_SIZE		4096

/* Memory space and bus mastering on; false when the ident register is not the device's. */
bool edu_start(const struct pci_function *f);

u32 edu_read(const struct pci_function *f, enum edu_register reg);
outcome edu_write(const struct pci_function *f, enum edu_register reg, u32 value);

/*
 * Storage at the DMA address to the device's buffer, and back. CC 0 when the engine says it is done; a DMA that fails puts
 * the function into the error state, where the driver finds its loads blocked: cc 1 status 12.
 */
outcome edu_fetch(const struct pci_function *f, u64 iova, u64 bytes);
outcome edu_deliver(const struct pci_function *f, u64 iova, u64 bytes);

#endif
