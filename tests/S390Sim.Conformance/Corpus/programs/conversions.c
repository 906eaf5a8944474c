/* Conversions between all arithmetic types; what does not fit is as the instruction has it. */
#include "corpus.h"

#define TO_INTEGERS(T, S) \
	static NOINLINE s32 S##_to_s32(T v) { return (s32)v; } \
	static NOINLINE s64 S##_to_s64(T v) { return (s64)v; } \
	static NOINLINE u32 S##_to_u32(T v) { return (u32)v; } \
	static NOINLINE u64 S##_to_u64(T v) { return (u64)v; } \
	static NOINLINE s128 S##_to_s128(T v) { return (s128)v; } \
	static NOINLINE T s32_to_##S(s32 v) { return v; } \
	static NOINLINE T s64_to_##S(s64 v) { return v; } \
	static NOINLINE T u32_to_##S(u32 v) { return v; } \
	static NOINLINE T u64_to_##S(u64 v) { return v; } \
	static NOINLINE T s128_to_##S(s128 v) { return v; } \
	static void S##_both(u64 i, T v) \
	{ \
		put(#S ".s32", S##_to_s32(v)); \
		put(#S ".s64", S##_to_s64(v)); \
		put(#S ".u32", S##_to_u32(v)); \
		put(#S ".u64", S##_to_u64(v)); \
		put_wide(#S ".s128", S##_to_s128(v)); \
		put_##S("s32." #S, s32_to_##S(i)); \
		put_##S("s64." #S, s64_to_##S(i)); \
		put_##S("u32." #S, u32_to_##S(i)); \
		put_##S("u64." #S, u64_to_##S(i)); \
		put_##S("s128." #S, s128_to_##S((s128)(s64)i << (i & 63))); \
	}

TO_INTEGERS(float, float)
TO_INTEGERS(double, double)
TO_INTEGERS(long double, long_double)

static NOINLINE float narrow(double v) { return v; }
static NOINLINE double narrow_long(long double v) { return v; }
static NOINLINE float narrowest(long double v) { return v; }
static NOINLINE double widen(float v) { return v; }
static NOINLINE long double widen_double(double v) { return v; }
static NOINLINE long double widen_float(float v) { return v; }
static NOINLINE double product(float a, float b) { return (double)a * b; }

static void rounded(double d, long double l)
{
	put_double("conv.floor", __builtin_floor(d));
	put_double("conv.ceil", __builtin_ceil(d));
	put_double("conv.trunc", __builtin_trunc(d));
	put_double("conv.round", __builtin_round(d));
	put_double("conv.nearby", __builtin_nearbyint(d));
	put_long_double("conv.floorl", __builtin_floorl(l));
	put_float("conv.rintf", __builtin_rintf(d));
}

void conversions(void)
{
	for (int n = 0; n < 40; n++) {
		u64 i = next_edge();
		float f = next_float();
		double d = next_double();
		long double l = next_long_double();
		float_both(i, f);
		double_both(i, d);
		long_double_both(i, l);
		put_float("conv.df", narrow(d));
		put_double("conv.ld", narrow_long(l));
		put_float("conv.lf", narrowest(l));
		put_double("conv.fd", widen(f));
		put_long_double("conv.dl", widen_double(d));
		put_long_double("conv.fl", widen_float(f));
		put_double("conv.mul", product(f, narrow(d)));
		rounded(d, l);
	}
}
