/* Variable arguments of every class, in registers and beyond, and lists passed on. */
#include "corpus.h"

typedef __builtin_va_list va_list;

struct pair { u64 a, b; };
struct byte { u8 a; };

static NOINLINE u64 walk(const char *kinds, va_list *list)
{
	u64 hash = 0;
	for (; *kinds; kinds++) {
		switch (*kinds) {
		case 'i':
			hash += __builtin_va_arg(*list, int);
			break;
		case 'l':
			hash ^= __builtin_va_arg(*list, s64);
			break;
		case 'd':
			hash += (s64)(__builtin_va_arg(*list, double) * 1024);
			break;
		case 'L':
			hash ^= (s64)(__builtin_va_arg(*list, long double) * 65536);
			break;
		case 'p': {
			struct pair p = __builtin_va_arg(*list, struct pair);
			hash += p.a * 3 + p.b;
			break;
		}
		case 'b':
			hash += __builtin_va_arg(*list, struct byte).a;
			break;
		case 'w':
			hash += (u64)(__builtin_va_arg(*list, s128) >> 32);
			break;
		}
		hash = hash << 7 | hash >> 57;
	}
	return hash;
}

static NOINLINE u64 variadic(const char *kinds, ...)
{
	va_list list, copy;
	__builtin_va_start(list, kinds);
	__builtin_va_copy(copy, list);
	u64 once = walk(kinds, &list), again = walk(kinds, &copy);
	__builtin_va_end(copy);
	__builtin_va_end(list);
	return once == again ? once : 0xbad;
}

static NOINLINE double average(double first, int count, ...)
{
	va_list list;
	__builtin_va_start(list, count);
	for (int n = 0; n < count; n++)
		first += n & 1 ? __builtin_va_arg(list, int) : __builtin_va_arg(list, double);
	__builtin_va_end(list);
	return first / (count + 1);
}

void varargs(void)
{
	for (int n = 0; n < 24; n++) {
		s64 a = next_edge(), b = next_edge();
		double d = (s32)next() / 64.0;
		struct pair p = { a, b };
		struct byte y = { b };
		put("var.i", variadic("iiiiiiii", (int)a, (int)b, 1, n, -n, (int)(a + b), 7, (int)(a >> 32)));
		put("var.l", variadic("lilil", a, n, b, -1, a ^ b));
		put("var.d", variadic("dddddddd", d, -d, 1.5, d / 2, n + 0.25, d * 2, (double)(float)d, 9.0));
		put("var.mix", variadic("idldLpbwild", n, d, a, d + 1, (long double)d, p, y, (s128)a << 40, (int)b, b, -d));
		put("var.p", variadic("pbpbp", p, y, p, y, p));
		put_double("var.avg", average(d, 6, 1.0, n, d, -n, 0.125, (int)a));
	}
}
