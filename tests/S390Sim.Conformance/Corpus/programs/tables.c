/* Well-known algorithms over tables, whose results are known beside: CRC-32, SHA-256, primes, base 64, a matrix. */
#include "corpus.h"

static NOINLINE u32 crc32(const u8 *at, u32 length)
{
	u32 table[256], crc = -1;
	for (u32 n = 0; n < 256; n++) {
		table[n] = n;
		for (int bit = 0; bit < 8; bit++)
			table[n] = table[n] >> 1 ^ (table[n] & 1 ? 0xedb88320 : 0);
	}
	while (length--)
		crc = table[(crc ^ *at++) & 0xff] ^ crc >> 8;
	return ~crc;
}

static u32 rotate(u32 v, int n) { return v >> n | v << (32 - n); }

/* The constants are made: the fractions of the roots of the first primes. */
static NOINLINE void sha256_block(u32 *h, const u8 *block, const u32 *k)
{
	u32 w[64], v[8];
	for (int n = 0; n < 16; n++)
		w[n] = (u32)block[n * 4] << 24 | block[n * 4 + 1] << 16 | block[n * 4 + 2] << 8 | block[n * 4 + 3];
	for (int n = 16; n < 64; n++)
		w[n] = w[n - 16] + (rotate(w[n - 15], 7) ^ rotate(w[n - 15], 18) ^ w[n - 15] >> 3) + w[n - 7]
			+ (rotate(w[n - 2], 17) ^ rotate(w[n - 2], 19) ^ w[n - 2] >> 10);
	for (int n = 0; n < 8; n++)
		v[n] = h[n];
	for (int n = 0; n < 64; n++) {
		u32 a = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25))
			+ ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[n] + w[n];
		u32 b = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
		for (int i = 7; i > 0; i--)
			v[i] = v[i - 1];
		v[4] += a;
		v[0] = a + b;
	}
	for (int n = 0; n < 8; n++)
		h[n] += v[n];
}

static NOINLINE u32 fraction(long double root) { return (u32)((root - (u64)root) * 4294967296.0L); }

static NOINLINE long double cube_root(u32 a)
{
	long double x = a;
	for (int n = 0; n < 40; n++)
		x = (2 * x + a / (x * x)) / 3;
	return x;
}

static void sha256(const char *text, u32 length)
{
	u32 k[64], h[8], count = 0;
	u8 block[64] = { 0 };
	for (u32 p = 2; count < 64; p++) {
		int prime = 1;
		for (u32 d = 2; d * d <= p; d++)
			prime &= p % d != 0;
		if (!prime)
			continue;
		if (count < 8)
			h[count] = fraction(__builtin_sqrtl(p));
		k[count++] = fraction(cube_root(p));
	}
	memcpy(block, text, length);
	block[length] = 0x80;
	block[63] = length * 8;
	sha256_block(h, block, k);
	for (int n = 0; n < 8; n++)
		put("table.sha256", h[n]);
}

static NOINLINE u32 primes(u32 limit)
{
	static u8 composite[8192];
	u32 count = 0;
	memset(composite, 0, sizeof composite);
	for (u32 n = 2; n < limit; n++) {
		if (composite[n])
			continue;
		count++;
		for (u32 m = n * n; m < limit; m += n)
			composite[m] = 1;
	}
	return count;
}

static NOINLINE u64 shortest(u32 n)
{
	static u32 way[24][24];
	u64 sum = 0;
	for (u32 i = 0; i < n; i++)
		for (u32 j = 0; j < n; j++)
			way[i][j] = i == j ? 0 : next() % 1000 + 1;
	for (u32 k = 0; k < n; k++)
		for (u32 i = 0; i < n; i++)
			for (u32 j = 0; j < n; j++)
				if (way[i][k] + way[k][j] < way[i][j])
					way[i][j] = way[i][k] + way[k][j];
	for (u32 i = 0; i < n; i++)
		for (u32 j = 0; j < n; j++)
			sum = sum * 33 + way[i][j];
	return sum;
}

/* Loops over arrays of each width, which -O3 unrolls. */
static NOINLINE u64 reduce(const s8 *a, const u16 *b, const s32 *c, const u64 *d, u32 n)
{
	s64 sum = 0, least = 0;
	u64 mixed = 0;
	for (u32 i = 0; i < n; i++) {
		sum += a[i] * b[i] - c[i];
		least = c[i] < least ? c[i] : least;
		mixed ^= d[i] << (a[i] & 15) | d[n - 1 - i] >> 3;
	}
	return sum + least * 3 + mixed;
}

void tables(void)
{
	static s8 a[100];
	static u16 b[100];
	static s32 c[100];
	static u64 d[100];
	put("table.crc", crc32((const u8 *)"123456789", 9));
	sha256("abc", 3);
	put("table.primes", primes(8000));
	put("table.ways", shortest(16));
	for (u32 n = 0; n < COUNT(a); n++) {
		a[n] = next();
		b[n] = next();
		c[n] = next();
		d[n] = next_edge();
		put("table.reduce", reduce(a, b, c, d, n));
	}
}
