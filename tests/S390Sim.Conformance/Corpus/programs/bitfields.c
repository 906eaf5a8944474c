/* Bit fields, signed and not, across bytes and words, packed and in unions. */
#include "corpus.h"

struct fields {
	u32 a : 3;
	s32 b : 7;
	u32 c : 22;
	u64 d : 41;
	s64 e : 23;
	u8 f : 1;
	s16 g : 12;
};

struct __attribute__((packed)) tight {
	u8 head;
	u64 a : 37;
	s64 b : 50;
	u16 c : 9;
	u32 tail;
};

union both {
	struct { u64 sign : 1, exponent : 11, fraction : 52; };
	u64 all;
};

static NOINLINE void set(struct fields *f, u64 v)
{
	f->a = v;
	f->b = v >> 3;
	f->c = v >> 10;
	f->d = v >> 5;
	f->e = v >> 41;
	f->f = v >> 63;
	f->g = v >> 17;
}

static NOINLINE void change(struct fields *f, struct tight *t)
{
	f->a += 3;
	f->b ^= f->a;
	f->c -= f->b;
	f->d *= 5;
	f->e = -f->e;
	f->g >>= 2;
	t->a += f->d;
	t->b -= f->e;
	t->c |= f->c;
	t->tail += t->head++;
}

void bitfields(void)
{
	struct fields f;
	struct tight t;
	memset(&f, 0, sizeof f);
	memset(&t, 0x5a, sizeof t);
	put("bits.size", sizeof f << 16 | sizeof t);
	for (int n = 0; n < 24; n++) {
		union both u = { .all = next_edge() };
		set(&f, next_edge());
		change(&f, &t);
		put("bits.a", f.a);
		put("bits.b", f.b);
		put("bits.c", f.c);
		put("bits.d", f.d);
		put("bits.e", f.e);
		put("bits.f", f.f);
		put("bits.g", f.g);
		put("bits.ta", t.a);
		put("bits.tb", t.b);
		put("bits.tc", t.c | (u64)t.tail << 32 | t.head << 16);
		u.exponent += f.a;
		u.fraction = u.fraction * 3 + u.sign;
		put("bits.u", u.all);
		put("bits.test", (f.a == 5) | (f.b < 0) << 1 | (f.d > t.a) << 2 | (t.b < f.e) << 3);
	}
}
