/* Arithmetic of every width, signed and unsigned, with 64-bit and 128-bit multiplication and division. */
#include "corpus.h"

static NOINLINE s64 signed_ratio(s64 a, s64 b) { return b == 0 || b == -1 ? 0 : a / b; }
static NOINLINE s64 signed_rest(s64 a, s64 b) { return b == 0 || b == -1 ? 0 : a % b; }
static NOINLINE u64 ratio(u64 a, u64 b) { return b ? a / b : 0; }
static NOINLINE u64 rest(u64 a, u64 b) { return b ? a % b : 0; }
static NOINLINE u128 wide_ratio(u128 a, u128 b) { return b ? a / b : 0; }
static NOINLINE u128 wide_rest(u128 a, u128 b) { return b ? a % b : 0; }
static NOINLINE s128 wide_signed_ratio(s128 a, s128 b) { return b == 0 || b == -1 ? 0 : a / b; }

static NOINLINE u64 by_constants(u64 a)
{
	s64 s = a;
	return a / 10 + a % 7 * 3 + s / 1000 + s % 13 + (s32)a / 641 + (u32)a / 3 + (s16)a / 5 + (s8)a % 3;
}

static void arithmetic(u64 a, u64 b)
{
	put("int.add32", (u32)a + (u32)b);
	put("int.sub64", a - b);
	put("int.mul32", (u32)a * (u32)b);
	put("int.mul32x64", (s64)(s32)a * (s32)b);
	put("int.mul64", a * b);
	put_wide("int.mulhi", (u128)a * b);
	put_wide("int.mulhis", (s128)(s64)a * (s64)b);
	put("int.div64", signed_ratio(a, b));
	put("int.rem64", signed_rest(a, b));
	put("int.divu64", ratio(a, b));
	put("int.remu64", rest(a, b));
	put("int.div32", signed_ratio((s32)a, (s32)b));
	put("int.remu32", rest((u32)a, (u32)b));
	put("int.const", by_constants(a));
	put("int.div8", (s8)b && (s8)b != -1 ? (s8)a / (s8)b : 0);
}

static void shifts(u64 a, u64 b)
{
	u32 n = b & 63, m = b & 31;
	put("int.shl", a << n);
	put("int.shr", a >> n);
	put("int.sar", (s64)a >> n);
	put("int.sar32", (s32)a >> m);
	put("int.rot", a << n | a >> (-n & 63));
	put("int.rot32", (u32)a << m | (u32)a >> (-m & 31));
	put_wide("int.shlw", ((u128)a << 64 | b) << n);
	put_wide("int.sarw", (s128)((u128)a << 64 | b) >> (n + m));
	put("int.insert", (a & ~0xff00UL) | (b & 0xff) << 8);
	put("int.extract", a >> 19 & 0x3fff);
	put("int.logic", (a & b) ^ (a | ~b) ^ (a ^ 0x0123456789abcdef));
}

static void counts(u64 a, u64 b)
{
	put("int.clz", a ? __builtin_clzl(a) : 64);
	put("int.ctz", a ? __builtin_ctzl(a) : 64);
	put("int.ffs", __builtin_ffsl(a));
	put("int.popcount", __builtin_popcountl(a));
	put("int.parity", __builtin_parityl(b));
	put("int.clrsb", __builtin_clrsbl(a));
	put("int.bswap", __builtin_bswap64(a) ^ __builtin_bswap32(b) ^ __builtin_bswap16(a));
}

static void overflows(u64 a, u64 b)
{
	s64 s;
	s32 w;
	u64 u;
	put("int.addo", __builtin_add_overflow((s64)a, (s64)b, &s));
	put("int.addo", s);
	put("int.subo", __builtin_sub_overflow((s32)a, (s32)b, &w));
	put("int.subo", w);
	put("int.mulo", __builtin_mul_overflow((s64)a, (s64)b, &s));
	put("int.mulo", s);
	put("int.addc", __builtin_add_overflow(a, b, &u));
	put("int.subb", __builtin_sub_overflow(a, b, &u));
	put("int.mulu", __builtin_mul_overflow(a, b, &u));
	put("int.mulu", u);
}

static void wide(u64 a, u64 b)
{
	u128 x = (u128)a << 64 | b, y = (u128)next_edge() << (b & 31) | next_edge();
	put_wide("int.addw", x + y);
	put_wide("int.subw", x - y);
	put_wide("int.mulw", x * y);
	put_wide("int.divw", wide_ratio(x, y));
	put_wide("int.remw", wide_rest(x, y));
	put_wide("int.divws", wide_signed_ratio(x, y));
	put("int.cmpw", (x < y) | ((s128)x < (s128)y) << 1 | (x == y) << 2);
}

static void compares(u64 a, u64 b)
{
	put("int.cmp", ((s64)a < (s64)b) | (a < b) << 1 | ((s32)a <= (s32)b) << 2 | ((u32)a > (u32)b) << 3
		| ((s16)a == (s16)b) << 4 | ((s64)a > (s32)b) << 5 | (a >= (u32)b) << 6
		| ((s64)a < -5) << 7 | (a > 300) << 8 | ((a & 0x8001) != 0) << 9);
	put("int.max", (s64)a > (s64)b ? a : b);
	put("int.min32", (u32)a < (u32)b ? (u32)a : (u32)b);
	put("int.abs", (s64)a < 0 ? -a : a);
	put("int.negabs", (s32)a < 0 ? a : -(u32)a);
}

void integers(void)
{
	for (int n = 0; n < 40; n++) {
		u64 a = next_edge(), b = next_edge();
		arithmetic(a, b);
		shifts(a, b);
		counts(a, b);
		overflows(a, b);
		wide(a, b);
		compares(a, b);
	}
}
