/* Arithmetic of double: the operations, comparisons, roots, sums that gcc contracts, rounding modes. */
#include "corpus.h"

static void set_rounding(u32 mode)
{
	asm volatile("srnm 0(%0)" :: "a"((u64)mode) : "memory");
}

static NOINLINE double add(double a, double b) { return a + b; }
static NOINLINE double subtract(double a, double b) { return a - b; }
static NOINLINE double multiply(double a, double b) { return a * b; }
static NOINLINE double divide(double a, double b) { return a / b; }
static NOINLINE double root(double a) { return __builtin_sqrt(a < 0 ? -a : a); }
static NOINLINE double multiply_add(double a, double b, double c) { return a * b + c; }
static NOINLINE double multiply_subtract(double a, double b, double c) { return a * b - c; }
static NOINLINE double sign(double a, double b) { return b < 0 ? -__builtin_fabs(a) : __builtin_copysign(a, b); }
static NOINLINE double select(double a, double b) { return a < b ? a : b; }

static NOINLINE u32 compare(double a, double b)
{
	return (a < b) | (a <= b) << 1 | (a == b) << 2 | (a != b) << 3 | (a > b) << 4 | (a >= b) << 5
		| __builtin_isunordered(a, b) << 6 | __builtin_islessgreater(a, b) << 7 | (a < 0) << 8
		| !!__builtin_isinf(a) << 9 | !!__builtin_isnan(b) << 10 | !!__builtin_signbit(a) << 11
		| __builtin_isfinite(b) << 12 | __builtin_isnormal(a) << 13;
}

static void operations(double a, double b, double c)
{
	put_double("dbl.add", add(a, b));
	put_double("dbl.sub", subtract(a, b));
	put_double("dbl.mul", multiply(a, b));
	put_double("dbl.div", divide(a, b));
	put_double("dbl.root", root(a));
	put_double("dbl.madd", multiply_add(a, b, c));
	put_double("dbl.msub", multiply_subtract(a, b, c));
	put_double("dbl.sign", sign(a, b));
	put_double("dbl.min", select(a, b));
	put("dbl.cmp", compare(a, b));
}

/* Horner's scheme and Newton's iteration: many operations in a row. */
static NOINLINE double polynomial(double x, const double *factors, int count)
{
	double sum = 0;
	while (count--)
		sum = sum * x + factors[count];
	return sum;
}

static NOINLINE double cube_root(double a)
{
	double x = a > 1 ? a / 3 : 1;
	for (int n = 0; n < 60; n++)
		x = (2 * x + a / (x * x)) / 3;
	return x;
}

static void kernels(void)
{
	static const double factors[] = { 1, 1, 0.5, 1 / 6.0, 1 / 24.0, 1 / 120.0, 1 / 720.0 };
	double matrix[6][6], product[6][6], sum = 0;
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++)
			sum += matrix[i][j] = (double)(s32)next() / 65536;
	put_double("dbl.sum", sum);
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++) {
			product[i][j] = 0;
			for (int k = 0; k < 6; k++)
				product[i][j] += matrix[i][k] * matrix[k][j];
		}
	for (int i = 0; i < 36; i++)
		put_double("dbl.matrix", product[i / 6][i % 6]);
	for (int n = -10; n <= 10; n++) {
		put_double("dbl.exp", polynomial(n / 16.0, factors, COUNT(factors)));
		put_double("dbl.cbrt", cube_root(n * n * 1.25 + 1));
		put_double("dbl.power", __builtin_powi(1.0625 + n, n));
	}
}

void doubles(void)
{
	for (int n = 0; n < 48; n++) {
		double a = next_double(), b = next_double(), c = next_double();
		set_rounding(n & 3);
		operations(a, b, c);
		if (n % 8 == 0)
			operations(subtract(__builtin_inf(), __builtin_inf()), a, b);
	}
	set_rounding(0);
	kernels();
}
