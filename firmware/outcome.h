/* How an instruction ended, as one value: a condition code, cc 1 with its status, or a program interruption. */
#ifndef FIRMWARE_OUTCOME_H
#define FIRMWARE_OUTCOME_H

#include "types.h"

typedef u32 outcome;

#define CC(cc)		((outcome)(cc))
#define STATUS(status)	((outcome)(1 | (status) << 8))
#define PGM(code)	((outcome)(0x1000000 | (code)))

/* Not an architected end: a library routine waited too long. */
#define TIMEOUT		((outcome)0x2000000)

/* "cc 0", "cc 1 status 40", "PGM 0015"; the text is good until the fourth next call. */
const char *outcome_text(outcome o);

#endif
