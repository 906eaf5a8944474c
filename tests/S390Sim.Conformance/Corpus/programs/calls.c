/* Calls through pointers, recursion, many arguments, nested functions, variable-length arrays. */
#include "corpus.h"

typedef s64 (*operation)(s64, s64);

static NOINLINE s64 plus(s64 a, s64 b) { return (u64)a + b; }
static NOINLINE s64 minus(s64 a, s64 b) { return (u64)a - b; }
static NOINLINE s64 times(s64 a, s64 b) { return (u64)a * b; }
static NOINLINE s64 greater(s64 a, s64 b) { return a > b ? a : b; }
static const operation operations[] = { plus, minus, times, greater };

static NOINLINE u64 ackermann(u64 m, u64 n)
{
	return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static u64 fibonacci(u32 n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static NOINLINE u64 hanoi(u32 n, u32 a, u32 b, u32 c)
{
	return n == 0 ? 0 : (hanoi(n - 1, a, c, b) * 3 + a * 7 + b) % 1000003 + hanoi(n - 1, c, b, a);
}

static NOINLINE u64 many(s8 a, u16 b, s32 c, u64 d, s16 e, u8 f, s64 g, u32 h, double i, float j,
	double k, double l, double m, s64 n)
{
	return a + b * 2 + c * 3 + d * 5 + e * 7 + f * 11 + g * 13 + h * 17 + (s64)(i * 19 + j * 23 - k + l * m) + n;
}

static int ascending(const void *a, const void *b)
{
	s64 x = *(const s64 *)a, y = *(const s64 *)b;
	return (x > y) - (x < y);
}

static int by_digits(const void *a, const void *b)
{
	u64 x = *(const u64 *)a % 1000, y = *(const u64 *)b % 1000;
	return x < y ? 1 : x > y ? -1 : ascending(a, b);
}

static NOINLINE void sort(s64 *a, int n, int (*order)(const void *, const void *))
{
	if (n < 2)
		return;
	s64 pivot = a[n / 2];
	int i = 0, j = n - 1;
	while (i <= j) {
		while (order(&a[i], &pivot) < 0)
			i++;
		while (order(&a[j], &pivot) > 0)
			j--;
		if (i <= j) {
			s64 t = a[i];
			a[i++] = a[j];
			a[j--] = t;
		}
	}
	sort(a, j + 1, order);
	sort(a + i, n - i, order);
}

static NOINLINE u64 variable_length(int n)
{
	u32 a[n][n + 1];
	u8 *more = __builtin_alloca(n * 3);
	u64 sum = 0;
	for (int i = 0; i < n; i++)
		for (int j = 0; j <= n; j++)
			a[i][j] = i * 1000 + j;
	for (int i = 0; i < n * 3; i++)
		more[i] = i * i;
	for (int i = 0; i < n; i++)
		sum = sum * 31 + a[i][n - i] + more[i * 2];
	return sum;
}

static NOINLINE int even(u32 n);
static NOINLINE int odd(u32 n) { return n == 0 ? 0 : even(n - 1); }
static NOINLINE int even(u32 n) { return n == 0 ? 1 : odd(n - 1); }

void calls(void)
{
	s64 values[100];
	for (int n = 0; n < 32; n++) {
		s64 a = next_edge(), b = next_edge();
		put("call.pointer", operations[n % COUNT(operations)](a, b));
		put("call.twice", operations[a & 3](operations[b & 3](a, b), b));
		put("call.many", many(a, b, a, b, a, b, a, b, n / 2.0, n / 8.0f, n, n * 0.25, -n, a));
	}
	put("call.ackermann", ackermann(2, 9));
	put("call.fibonacci", fibonacci(15));
	put("call.hanoi", hanoi(9, 1, 2, 3));
	put("call.parity", even(201) | odd(77) << 1);
	for (u32 n = 0; n < COUNT(values); n++)
		values[n] = next_edge();
	sort(values, COUNT(values), ascending);
	for (u32 n = 0; n < COUNT(values); n += 7)
		put("call.sorted", values[n]);
	sort(values, COUNT(values), by_digits);
	for (u32 n = 0; n < COUNT(values); n += 7)
		put("call.digits", values[n]);
	for (int n = 1; n < 20; n += 3)
		put("call.vla", variable_length(n));
}
