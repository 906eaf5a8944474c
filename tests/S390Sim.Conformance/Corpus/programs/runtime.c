/* The runtime that is the same under Linux and on the bare machine: output goes to a buffer that the start-up code passes on. */
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#include "corpus.h"

#define OUTPUT_SIZE 0x80000

char output[OUTPUT_SIZE];
static u64 length;

u64 corpus(void);
void abort(void) __attribute__((noreturn));

static void put_char(char c)
{
	if (length < OUTPUT_SIZE)
		output[length++] = c;
}

static void put_text(const char *what)
{
	while (*what)
		put_char(*what++);
	put_char(' ');
}

static void put_hex(u64 value)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		put_char("0123456789abcdef"[value >> shift & 15]);
}

void put(const char *what, u64 value)
{
	put_text(what);
	put_hex(value);
	put_char('\n');
}

void put_wide(const char *what, u128 value)
{
	put_text(what);
	put_hex(value >> 64);
	put_hex(value);
	put_char('\n');
}

void put_float(const char *what, float value)
{
	union { float f; u32 bits; } image = { .f = value };
	put(what, image.bits);
}

void put_double(const char *what, double value)
{
	union { double f; u64 bits; } image = { .f = value };
	put(what, image.bits);
}

void put_long_double(const char *what, long double value)
{
	union { long double f; u128 bits; } image = { .f = value };
	put_wide(what, image.bits);
}

static u64 state = 0x9e3779b97f4a7c15;

u64 next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

u64 next_edge(void)
{
	static const u64 edges[] = { 0, 1, 2, 3, 7, 10, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff,
		0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, -1, -2, -10, -0x80, -0x8000 };
	u64 choice = next() >> 20;
	return choice & 1 ? edges[(choice >> 1) % COUNT(edges)] : choice & 2 ? next() >> (choice >> 2 & 63) : next();
}

float next_float(void)
{
	static const u32 edges[] = { 0, 0x80000000, 1, 0x007fffff, 0x00800000, 0x3f800000, 0xbf800000, 0x7f7fffff, 0xff800000,
		0x7f800000, 0x4f000000, 0xcf000000, 0x5f000000, 0x3f000000, 0x40200000 };
	union { u32 bits; float f; } image;
	u64 choice = next() >> 20;
	/* Random ones with exponents that often meet. */
	image.bits = choice & 3 ? (u32)next() & 0x807fffff | (0x60 + (choice >> 2 & 63)) << 23
		: edges[(choice >> 2) % COUNT(edges)];
	return image.f;
}

double next_double(void)
{
	static const u64 edges[] = { 0, 1UL << 63, 1, 0x000fffffffffffff, 0x0010000000000000, 0x3ff0000000000000,
		0xbff0000000000000, 0x7fefffffffffffff, 0x7ff0000000000000, 0xfff0000000000000, 0x41e0000000000000,
		0xc1e0000000200000, 0x43e0000000000000, 0xc3e0000000000000, 0x43f0000000000000, 0x3fe0000000000000,
		0x4004000000000000, 0x36a0000000000000, 0x47efffffe0000000, 0x47effffff0000000 };
	union { u64 bits; double f; } image;
	u64 choice = next() >> 20;
	image.bits = choice & 3 ? next() & 0x800fffffffffffff | (0x3e0 + (choice >> 2 & 127)) << 52
		: edges[(choice >> 2) % COUNT(edges)];
	return image.f;
}

long double next_long_double(void)
{
	static const u64 edges[] = { 0, 1UL << 63, 0x0001000000000000, 0x3fff000000000000, 0xbfff000000000000,
		0x7ffeffffffffffff, 0x7fff000000000000, 0xffff000000000000, 0x403e000000000000, 0xc03e000000000000,
		0x43fe000000000000, 0x3bcd000000000000 };
	union { u128 bits; long double f; } image;
	u64 choice = next() >> 20;
	image.bits = choice & 3 ? (u128)(next() & 0x8000ffffffffffff | (0x3fc0 + (choice >> 2 & 127)) << 48) << 64 | next()
		: (u128)edges[(choice >> 2) % COUNT(edges)] << 64;
	return image.f;
}

void *memcpy(void *to, const void *from, size_t length)
{
	for (size_t n = 0; n < length; n++)
		((char *)to)[n] = ((const char *)from)[n];
	return to;
}

void *memmove(void *to, const void *from, size_t length)
{
	if ((u64)to <= (u64)from)
		return memcpy(to, from, length);
	while (length--)
		((char *)to)[length] = ((const char *)from)[length];
	return to;
}

void *memset(void *to, int value, size_t length)
{
	for (size_t n = 0; n < length; n++)
		((char *)to)[n] = value;
	return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
	const u8 *x = a, *y = b;
	for (size_t n = 0; n < length; n++)
		if (x[n] != y[n])
			return x[n] < y[n] ? -1 : 1;
	return 0;
}

void *memchr(const void *from, int value, size_t length)
{
	for (const u8 *p = from; length--; p++)
		if (*p == (u8)value)
			return (void *)p;
	return 0;
}

size_t strlen(const char *text)
{
	size_t n = 0;
	while (text[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (u8)*a - (u8)*b;
}

char *strcpy(char *to, const char *from)
{
	char *p = to;
	while ((*p++ = *from++))
		;
	return to;
}

char *strcat(char *to, const char *from)
{
	strcpy(to + strlen(to), from);
	return to;
}

char *strchr(const char *text, int value)
{
	for (;; text++) {
		if (*text == (char)value)
			return (char *)text;
		if (!*text)
			return 0;
	}
}

/* libgcc refers to it; nothing here gets there. */
void abort(void)
{
	for (;;)
		__builtin_trap();
}

/* All programs; returns the length of what they printed. */
u64 corpus(void)
{
	atomics();
	bitfields();
	calls();
	conversions();
	doubles();
	floats();
	integers();
	jumps();
	long_doubles();
	strings();
	structures();
	switches();
	tables();
	varargs();
	return length;
}
