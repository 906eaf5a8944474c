/* Arithmetic of float: the operations, comparisons, roots, sums that gcc contracts, rounding modes. */
#include "corpus.h"

static void set_rounding(u32 mode)
{
	asm volatile("srnm 0(%0)" :: "a"((u64)mode) : "memory");
}

static NOINLINE float add(float a, float b) { return a + b; }
static NOINLINE float subtract(float a, float b) { return a - b; }
static NOINLINE float multiply(float a, float b) { return a * b; }
static NOINLINE float divide(float a, float b) { return a / b; }
static NOINLINE float root(float a) { return __builtin_sqrtf(a < 0 ? -a : a); }
static NOINLINE float multiply_add(float a, float b, float c) { return a * b + c; }
static NOINLINE float multiply_subtract(float a, float b, float c) { return a * b - c; }
static NOINLINE float sign(float a, float b) { return b < 0 ? -__builtin_fabsf(a) : __builtin_copysignf(a, b); }
static NOINLINE float select(float a, float b) { return a < b ? a : b; }

static NOINLINE u32 compare(float a, float b)
{
	return (a < b) | (a <= b) << 1 | (a == b) << 2 | (a != b) << 3 | (a > b) << 4 | (a >= b) << 5
		| __builtin_isunordered(a, b) << 6 | __builtin_islessgreater(a, b) << 7 | (a < 0) << 8
		| !!__builtin_isinf(a) << 9 | !!__builtin_isnan(b) << 10 | !!__builtin_signbit(a) << 11
		| __builtin_isfinite(b) << 12 | __builtin_isnormal(a) << 13;
}

static void operations(float a, float b, float c)
{
	put_float("flt.add", add(a, b));
	put_float("flt.sub", subtract(a, b));
	put_float("flt.mul", multiply(a, b));
	put_float("flt.div", divide(a, b));
	put_float("flt.root", root(a));
	put_float("flt.madd", multiply_add(a, b, c));
	put_float("flt.msub", multiply_subtract(a, b, c));
	put_float("flt.sign", sign(a, b));
	put_float("flt.min", select(a, b));
	put("flt.cmp", compare(a, b));
}

/* Horner's scheme and Newton's iteration: many operations in a row. */
static NOINLINE float polynomial(float x, const float *factors, int count)
{
	float sum = 0;
	while (count--)
		sum = sum * x + factors[count];
	return sum;
}

static NOINLINE float cube_root(float a)
{
	float x = a > 1 ? a / 3 : 1;
	for (int n = 0; n < 60; n++)
		x = (2 * x + a / (x * x)) / 3;
	return x;
}

static void kernels(void)
{
	static const float factors[] = { 1, 1, 0.5f, 1 / 6.0f, 1 / 24.0f, 1 / 120.0f, 1 / 720.0f };
	float matrix[6][6], product[6][6], sum = 0;
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++)
			sum += matrix[i][j] = (float)(s32)next() / 65536;
	put_float("flt.sum", sum);
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++) {
			product[i][j] = 0;
			for (int k = 0; k < 6; k++)
				product[i][j] += matrix[i][k] * matrix[k][j];
		}
	for (int i = 0; i < 36; i++)
		put_float("flt.matrix", product[i / 6][i % 6]);
	for (int n = -10; n <= 10; n++) {
		put_float("flt.exp", polynomial(n / 16.0f, factors, COUNT(factors)));
		put_float("flt.cbrt", cube_root(n * n * 1.25f + 1));
		put_float("flt.power", __builtin_powif(1.0625f + n, n));
	}
}

void floats(void)
{
	for (int n = 0; n < 48; n++) {
		float a = next_float(), b = next_float(), c = next_float();
		set_rounding(n & 3);
		operations(a, b, c);
		if (n % 8 == 0)
			operations(subtract(__builtin_inff(), __builtin_inff()), a, b);
	}
	set_rounding(0);
	kernels();
}
