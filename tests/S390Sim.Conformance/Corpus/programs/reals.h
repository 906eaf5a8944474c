/* Arithmetic of REAL, which the including file defines: operations, comparisons, roots, sums that gcc contracts, rounding modes.
   It also defines PROGRAM, NAME (in front of the results), PUT, NEXT and BUILTIN(function), gcc's function of that type. */
#include "corpus.h"

static void set_rounding(u32 mode)
{
	asm volatile("srnm 0(%0)" :: "a"((u64)mode) : "memory");
}

static NOINLINE REAL add(REAL a, REAL b) { return a + b; }
static NOINLINE REAL subtract(REAL a, REAL b) { return a - b; }
static NOINLINE REAL multiply(REAL a, REAL b) { return a * b; }
static NOINLINE REAL divide(REAL a, REAL b) { return a / b; }
static NOINLINE REAL root(REAL a) { return BUILTIN(sqrt)(a < 0 ? -a : a); }
static NOINLINE REAL multiply_add(REAL a, REAL b, REAL c) { return a * b + c; }
static NOINLINE REAL multiply_subtract(REAL a, REAL b, REAL c) { return a * b - c; }
static NOINLINE REAL sign(REAL a, REAL b) { return b < 0 ? -BUILTIN(fabs)(a) : BUILTIN(copysign)(a, b); }
static NOINLINE REAL select(REAL a, REAL b) { return a < b ? a : b; }

static NOINLINE u32 compare(REAL a, REAL b)
{
	return (a < b) | (a <= b) << 1 | (a == b) << 2 | (a != b) << 3 | (a > b) << 4 | (a >= b) << 5
		| __builtin_isunordered(a, b) << 6 | __builtin_islessgreater(a, b) << 7 | (a < 0) << 8
		| !!__builtin_isinf(a) << 9 | !!__builtin_isnan(b) << 10 | !!__builtin_signbit(a) << 11
		| __builtin_isfinite(b) << 12 | __builtin_isnormal(a) << 13;
}

static void operations(REAL a, REAL b, REAL c)
{
	PUT(NAME ".add", add(a, b));
	PUT(NAME ".sub", subtract(a, b));
	PUT(NAME ".mul", multiply(a, b));
	PUT(NAME ".div", divide(a, b));
	PUT(NAME ".root", root(a));
	PUT(NAME ".madd", multiply_add(a, b, c));
	PUT(NAME ".msub", multiply_subtract(a, b, c));
	PUT(NAME ".sign", sign(a, b));
	PUT(NAME ".min", select(a, b));
	put(NAME ".cmp", compare(a, b));
}

/* Horner's scheme and Newton's iteration: many operations in a row. */
static NOINLINE REAL polynomial(REAL x, const REAL *factors, int count)
{
	REAL sum = 0;
	while (count--)
		sum = sum * x + factors[count];
	return sum;
}

static NOINLINE REAL cube_root(REAL a)
{
	REAL x = a > 1 ? a / 3 : 1;
	for (int n = 0; n < 60; n++)
		x = (2 * x + a / (x * x)) / 3;
	return x;
}

static void kernels(void)
{
	static const REAL factors[] = {
		1, 1, (REAL)1 / 2, (REAL)1 / 6, (REAL)1 / 24, (REAL)1 / 120, (REAL)1 / 720
	};
	REAL matrix[6][6], product[6][6], sum = 0;
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++)
			sum += matrix[i][j] = (REAL)(s32)next() / 65536;
	PUT(NAME ".sum", sum);
	for (int i = 0; i < 6; i++)
		for (int j = 0; j < 6; j++) {
			product[i][j] = 0;
			for (int k = 0; k < 6; k++)
				product[i][j] += matrix[i][k] * matrix[k][j];
		}
	for (int i = 0; i < 36; i++)
		PUT(NAME ".matrix", product[i / 6][i % 6]);
	for (int n = -10; n <= 10; n++) {
		PUT(NAME ".exp", polynomial(n / (REAL)16, factors, COUNT(factors)));
		PUT(NAME ".cbrt", cube_root(n * n * (REAL)1.25 + 1));
		PUT(NAME ".power", BUILTIN(powi)((REAL)1.0625 + n, n));
	}
}

void PROGRAM(void)
{
	for (int n = 0; n < 48; n++) {
		REAL a = NEXT(), b = NEXT(), c = NEXT();
		set_rounding(n & 3);
		operations(a, b, c);
		if (n % 8 == 0)
			operations(subtract(BUILTIN(inf)(), BUILTIN(inf)()), a, b);
	}
	set_rounding(0);
	kernels();
}
