/* Service call: SERVC starts a command, an external interruption says that the block holds the answer. */
#include "cpu.h"
#include "sclp.h"

#define EXT_SERVICE_SIGNAL	0x2401

int sclp_call(u32 command, struct sccb_header *sccb)
{
	volatile const struct ext_info *ext = ext_info();
	int cc;

	do
		asm volatile("	.insn	rre,0xb2200000,%1,%2\n"	/* SERVC */
			     "	ipm	%0\n"
			     "	srl	%0,28"
			     : "=d"(cc) : "d"(command), "d"(sccb) : "cc", "memory");
	while (cc == 2);		/* busy with an earlier command */
	if (cc)
		return -1;
	do
		wait_external();	/* the low three bits of the parameter tell of pending events, not of the block */
	while (ext->code != EXT_SERVICE_SIGNAL || (ext->parameter & ~7U) != (u32)(u64)sccb);
	return sccb->response;
}
