/* Jumps out of nested calls, by the compiler's builtin and by a setjmp of the ABI. */
#include "corpus.h"

static void *builtin_place[5];
static jump_place place;
static volatile u64 depth;

#pragma GCC diagnostic ignored "-Winfinite-recursion"
static NOINLINE void dive_builtin(int n)
{
	depth++;
	if (n == 0)
		__builtin_longjmp(builtin_place, 1);
	dive_builtin(n - 1);
	depth += 1000;
}

static NOINLINE u64 try_builtin(int n)
{
	volatile u64 kept = n * 3;
	if (__builtin_setjmp(builtin_place) == 0) {
		kept += 5;
		dive_builtin(n);
		kept = 0;
	}
	return kept << 32 | depth;
}

static NOINLINE double dive(int n, double x)
{
	double y = x * 1.5 + n;
	if (n == 0)
		go_to_place(place, 1 + (int)depth % 1000);
	depth++;
	return dive(n - 1, y) + y + x;
}

/* Values in saved floating-point registers survive. */
static NOINLINE double try_double(int n, double a, double b, double c, double d)
{
	double e = a * b, f = c - d, g = a / 3, h = b + c;
	volatile int tries = 0;
	int value = save_place(place);
	put("jump.value", value);
	if (++tries < 4)
		dive(n + tries, a);
	return a + b * c - d + e * f + g / (h + 100) + tries;
}

static NOINLINE u64 parse(const char *text)
{
	jump_place mine;
	u64 sum = 0;
	int value = save_place(mine);
	if (value)
		return 0xe0000000 + value;
	for (const char *p = text; *p; p++) {
		if (*p < '0' || *p > '9')
			go_to_place(mine, p - text + 1);
		sum = sum * 10 + *p - '0';
	}
	return sum;
}

static NOINLINE u64 computed(const u8 *code, int n)
{
	static const void *const labels[] = { &&add, &&twice, &&negate, &&mask, &&end };
	u64 value = n;
	goto *labels[*code++];
add:
	value += *code++;
	goto *labels[*code++];
twice:
	value *= 2;
	goto *labels[*code++];
negate:
	value = -value;
	goto *labels[*code++];
mask:
	value &= 0xffffffffff;
	goto *labels[*code++];
end:
	return value;
}

void jumps(void)
{
	static const u8 code[] = { 0, 17, 1, 1, 2, 0, 200, 3, 1, 2, 0, 3, 4 };
	for (int n = 0; n < 12; n++) {
		put("jump.builtin", try_builtin(n));
		put_double("jump.double", try_double(n, n + 0.5, 2.25 * n, 7, n * n));
		put("jump.depth", depth);
		put("jump.goto", computed(code, n * n));
	}
	put("jump.parse", parse("18446744073709551615"));
	put("jump.parse", parse("123x4"));
	put("jump.parse", parse("-1"));
	put("jump.parse", parse(""));
}
