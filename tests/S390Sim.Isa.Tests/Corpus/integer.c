#include <stdint.h>

#define BINARY(type, name)                                                                         \
	type name##_add(type a, type b) { return a + b; }                                          \
	type name##_sub(type a, type b) { return a - b; }                                          \
	type name##_mul(type a, type b) { return a * b; }                                          \
	type name##_div(type a, type b) { return a / b; }                                          \
	type name##_rem(type a, type b) { return a % b; }                                          \
	type name##_and(type a, type b) { return a & b; }                                          \
	type name##_nand(type a, type b) { return ~(a & b); }                                      \
	type name##_orc(type a, type b) { return a | ~b; }                                         \
	type name##_xor(type a, type b) { return a ^ b; }                                          \
	type name##_shl(type a, int b) { return a << (b & 15); }                                   \
	type name##_shr(type a, int b) { return a >> (b & 15); }                                   \
	type name##_min(type a, type b) { return a < b ? a : b; }                                  \
	type name##_select(type a, type b, type c, type d) { return a >= b ? c : d; }              \
	type name##_add_memory(type *a, type *b) { return *a += *b; }                              \
	type name##_add_constant(type a) { return a + (type)1234567; }                             \
	type name##_compare_constant(type a) { return a > 42 ? a * 3 : a == 17; }

BINARY(int8_t, s8)
BINARY(uint8_t, u8)
BINARY(int16_t, s16)
BINARY(uint16_t, u16)
BINARY(int32_t, s32)
BINARY(uint32_t, u32)
BINARY(int64_t, s64)
BINARY(uint64_t, u64)
BINARY(__int128, s128)

unsigned counter;

uint64_t bits(uint64_t x, uint32_t y)
{
	return __builtin_popcountl(x) + __builtin_clzl(x) + __builtin_ctz(y) + (x >> 13 & 0xFFFF) + __builtin_bswap64(x) +
	       __builtin_bswap32(y) + (x << 7 | x >> 57) + ((x & 0xFFFFFFFF0000FFFF) | 0x12340000);
}

uint32_t crc(const uint8_t *bytes, long length)
{
	uint32_t sum = ~0u;
	while (length--) {
		sum ^= *bytes++;
		for (int bit = 0; bit < 8; bit++)
			sum = sum & 1 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
	}
	return ~sum;
}

int classify(int x, long y, unsigned char z)
{
	switch (x) {
	case 0: return 7;
	case 1: return y > 0 ? -1 : z;
	case 2: counter++; return z & 0x10;
	case 3: counter += y; return 9;
	case 4: return (z & 0x81) == 0x81;
	case 5: return y == 0x123456789A;
	case 6: return x < y && y < 1000;
	case 7: return classify(x - 1, y / 10, z);
	default: return x > 100 ? classify(x % 8, y, z) : -x;
	}
}

long fold(long (*step)(long, int), const int *values, int count)
{
	long total = 0;
	for (int i = 0; i < count; i++)
		if (values[i] >= 0)
			total = step(total, values[i]);
	return total;
}

int checked(int a, int b, int *result)
{
	long wide;
	return __builtin_mul_overflow(a, b, result) | __builtin_saddl_overflow(a, b, &wide) | wide > 0;
}
