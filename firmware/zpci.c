/* The zPCI instructions as functions that cannot be interrupted. */
#include "cpu.h"
#include "string.h"
#include "zpci.h"

static outcome ended(u16 pgm_code, int cc, u64 request)
{
	if (pgm_code)
		return PGM(pgm_code);
	return cc == 1 ? STATUS(request >> 24 & 0xff) : CC(cc);
}

#define CAUGHT(request, instruction)			\
({							\
	int cc_ = 0;					\
	u16 code_ = EXPECT_PGM(cc_ = (instruction));	\
	ended(code_, cc_, request);			\
})

outcome pci_load(u32 fh, u32 space, u32 length, u64 offset, u64 *data)
{
	u64 request = pci_request(fh, space, length), loaded = *data;
	outcome o = CAUGHT(request, pcilg(&loaded, &request, offset));

	if (o == CC(0))
		*data = loaded;
	return o;
}

outcome pci_store(u32 fh, u32 space, u32 length, u64 offset, u64 data)
{
	u64 request = pci_request(fh, space, length);

	return CAUGHT(request, pcistg(data, &request, offset));
}

outcome pci_store_block(u32 fh, u32 space, u32 length, u64 offset, const void *from)
{
	u64 request = pci_request(fh, space, length);

	return CAUGHT(request, pcistb(&request, offset, from));
}

outcome pci_refresh(u32 fh, u64 start, u64 bytes)
{
	u64 request = pci_request(fh, 0, 0);

	return CAUGHT(request, rpcit(&request, start, bytes));
}

outcome pci_modify(u32 fh, u32 dma_space, u32 control, const struct fib *fib)
{
	u64 request = pci_request(fh, dma_space, control);

	return CAUGHT(request, mpcifc(&request, fib));
}

outcome pci_store_controls(u32 fh, u32 dma_space, struct fib *fib)
{
	u64 request = pci_request(fh, dma_space, 0);

	return CAUGHT(request, stpcifc(&request, fib));
}

u32 pci_fc(u32 fh)
{
	struct fib fib;

	return pci_store_controls(fh, 0, &fib) == CC(0) ? fib.fc : ~0U;
}

u64 pci_swap(u64 value, u32 length)
{
	return __builtin_bswap64(value) >> (64 - 8 * length);
}

u64 pci_read(u32 fh, u32 space, u32 length, u64 offset)
{
	u64 data = ~0UL;

	if (pci_load(fh, space, length, offset, &data) != CC(0))
		data = ~0UL;
	return pci_swap(data, length);
}

outcome pci_write(u32 fh, u32 space, u32 length, u64 offset, u64 value)
{
	return pci_store(fh, space, length, offset, pci_swap(value, length));
}
