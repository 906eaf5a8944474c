/* Arithmetic of long double: the operations, comparisons, roots, sums that gcc contracts, rounding modes. */
#include "corpus.h"

static void set_rounding(u32 mode)
{
	asm volatile("srnm 0(%0)" :: "a"((u64)mode) : "memory");
}

static NOINLINE long double add(long double a, long double b) { return a + b; }
static NOINLINE long double subtract(long double a, long double b) { return a - b; }
static NOINLINE long double multiply(long double a, long double b) { return a * b; }
static NOINLINE long double divide(long double a, long double b) { return a / b; }
static NOINLINE long double root(long double a) { return __builtin_sqrtl(a < 0 ? -a : a); }
static NOINLINE long double multiply_add(long double a, long double b, long double c) { return a * b + c; }
static NOINLINE long double multiply_subtract(long double a, long double b, long double c) { return a * b - c; }
static NOINLINE long double sign(long double a, long double b) { return b < 0 ? -__builtin_fabsl(a) : __builtin_copysignl(a, b); }
static NOINLINE long double select(long double a, long double b) { return a < b ? a : b; }

static NOINLINE u32 compare(long double a, long double b)
{
	return (a < b) | (a <= b) << 1 | (a == b) << 2 | (a != b) << 3 | (a > b) << 4 | (a >= b) << 5
		| __builtin_isunordered(a, b) << 6 | __builtin_islessgreater(a, b) << 7 | (a < 0) << 8
		| !!__builtin_isinf(a) << 9 | !!__builtin_isnan(b) << 10 | !!__builtin_signbit(a) << 11
		| __builtin_isfinite(b) << 12 | __builtin_isnormal(a) << 13;
}

static void operations(long double a, long double b, long double c)
{
	put_long_double("ldbl.add", add(a, b));
	put_long_double("ldbl.sub", subtract(a, b));
	put_long_double("ldbl.mul", multiply(a, b));
	put_long_double("ldbl.div", divide(a, b));
	put_long_double("ldbl.root", root(a));
	put_long_double("ldbl.madd", multiply_add(a, b, c));
	put_long_double("ldbl.msub", multiply_subtract(a, b, c));
	put_long_double("ldbl.sign", sign(a, b));
	put_long_double("ldbl.min", select(a, b));
	put("ldbl.cmp", compare(a, b));
}

/* Horner's scheme and Newton's iteration: many operations in a row. */
static NOINLINE long double polynomial(long double x, const long double *factors, int count)
{
	long double sum = 0;
	while (count--)
		sum = sum * x + factors[count];
	return sum;
}

static NOINLINE long double cube_root(long double a)
{
	long double x = a > 1 ? a / 3 : 1;
	for (int n = 0; n < 60; n++)
		x = (2 * x + a / (x * x)) / 3;
	return x;
}

static void kernels(void)
{
	static const long double factors[] = { 1, 1, 0.5L, 1 / 6.0L, 1 / 24.0L, 1 / 120.0L, 1 / 720.0L };
	long double matrix[6][6], product[6][6], sum = 0;
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++)
			sum += matrix[i][j] = (long double)(s32)next() / 65536;
	put_long_double("ldbl.sum", sum);
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++) {
			product[i][j] = 0;
			for (int k = 0; k < 6; k++)
				product[i][j] += matrix[i][k] * matrix[k][j];
		}
	for (int i = 0; i < 36; i++)
		put_long_double("ldbl.matrix", product[i / 6][i % 6]);
	for (int n = -10; n <= 10; n++) {
		put_long_double("ldbl.exp", polynomial(n / 16.0L, factors, COUNT(factors)));
		put_long_double("ldbl.cbrt", cube_root(n * n * 1.25L + 1));
		put_long_double("ldbl.power", __builtin_powil(1.0625L + n, n));
	}
}

void long_doubles(void)
{
	for (int n = 0; n < 48; n++) {
		long double a = next_long_double(), b = next_long_double(), c = next_long_double();
		set_rounding(n & 3);
		operations(a, b, c);
		if (n % 8 == 0)
			operations(subtract(__builtin_infl(), __builtin_infl()), a, b);
	}
	set_rounding(0);
	kernels();
}
