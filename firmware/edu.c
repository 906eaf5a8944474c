#include "cpu.h"
#include "edu.h"

#define COMMAND			0x04	/* configuration space */
#define COMMAND_MEMORY		0x02
#define COMMAND_MASTER		0x04

#define DMA_START		0x01	/* reads as busy */
#define DMA_TO_STORAGE		0x02

u32 edu_read(const struct pci_function *f, enum edu_register reg)
{
	return pci_read(f->fh, 0, 4, reg);
}

outcome edu_write(const struct pci_function *f, enum edu_register reg, u32 value)
{
	return pci_write(f->fh, 0, 4, reg, value);
}

bool edu_start(const struct pci_function *f)
{
	pci_write(f->fh, PCI_CONFIG, 2, COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
	return (edu_read(f, EDU_ID) & 0xffff) == 0x00ed;
}

/* The DMA registers have 64 bits. */
static outcome wait_idle(const struct pci_function *f)
{
	u64 command, deadline = tod_clock() + TOD_MS(10000);
	outcome o;

	do {
		o = pci_load(f->fh, 0, 8, EDU_DMA_COMMAND, &command);
		if (o != CC(0) || !(pci_swap(command, 8) & DMA_START))
			return o;
	} while (tod_clock() < deadline);
	return TIMEOUT;
}

static outcome dma(const struct pci_function *f, u64 from, u64 to, u64 bytes, u64 command)
{
	outcome o = wait_idle(f);

	if (o == CC(0))
		o = pci_write(f->fh, 0, 8, EDU_DMA_SOURCE, from);
	if (o == CC(0))
		o = pci_write(f->fh, 0, 8, EDU_DMA_DESTINATION, to);
	if (o == CC(0))
		o = pci_write(f->fh, 0, 8, EDU_DMA_COUNT, bytes);
	if (o == CC(0))
		o = pci_write(f->fh, 0, 8, EDU_DMA_COMMAND, command);
	return o == CC(0) ? wait_idle(f) : o;
}

outcome edu_fetch(const struct pci_function *f, u64 iova, u64 bytes)
{
	return dma(f, iova, EDU_BUFFER, bytes, DMA_START);
}

outcome edu_deliver(const struct pci_function *f, u64 iova, u64 bytes)
{
	return dma(f, EDU_BUFFER, iova, bytes, DMA_START | DMA_TO_STORAGE);
}
