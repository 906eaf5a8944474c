#include "console.h"
#include "outcome.h"

const char *outcome_text(outcome o)
{
	static char texts[4][24];
	static u32 turn;
	char *text = texts[turn++ % ARRAY_SIZE(texts)];

	if (o == TIMEOUT)
		return "timeout";
	if (o & PGM(0))
		snprintf(text, sizeof(texts[0]), "PGM %04x", o & 0xffff);
	else if ((o & 3) == 1)
		snprintf(text, sizeof(texts[0]), "cc 1 status %u", o >> 8 & 0xff);
	else
		snprintf(text, sizeof(texts[0]), "cc %u", o & 3);
	return text;
}
