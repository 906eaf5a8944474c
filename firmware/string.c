/* The few functions gcc may call even in a freestanding program, and two more. */
#include "string.h"

void *memset(void *to, int byte, u64 n)
{
	u8 *p = to;

	while (n--)
		*p++ = byte;
	return to;
}

void *memcpy(void *to, const void *from, u64 n)
{
	const u8 *q = from;
	u8 *p = to;

	while (n--)
		*p++ = *q++;
	return to;
}

int memcmp(const void *a, const void *b, u64 n)
{
	const u8 *p = a, *q = b;

	for (; n--; p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

u64 strlen(const char *s)
{
	u64 n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (u8)*a - (u8)*b;
}
