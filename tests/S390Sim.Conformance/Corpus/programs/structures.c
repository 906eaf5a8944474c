/* Structures by value, of every size that the ABI treats differently, as arguments, results and members. */
#include "corpus.h"

struct s1 { u8 a; };
struct s2 { u16 a; };
struct s3 { u8 a[3]; };
struct s4 { u32 a; };
struct s8 { u32 a; s16 b; u8 c[2]; };
struct s12 { u32 a[3]; };
struct s16 { u64 a; double b; };
struct s300 { u64 a[37]; u32 b; };
struct just_float { float f; };
struct just_double { double d; };
struct nested { struct just_double d; struct s3 three; struct s12 twelve; union { u64 all; u16 part[4]; } u; };

static NOINLINE struct s1 one(struct s1 s, int n) { s.a += n; return s; }
static NOINLINE struct s2 two(struct s2 s, int n) { s.a *= n; return s; }
static NOINLINE struct s3 three(struct s3 s, int n) { s.a[n % 3] ^= n; return s; }
static NOINLINE struct s4 four(struct s4 s, struct s1 t) { s.a -= t.a; return s; }
static NOINLINE struct s8 eight(struct s8 s, struct s4 t) { s.a += t.a; s.b = -s.b; s.c[1] += s.c[0]; return s; }
static NOINLINE struct s12 twelve(struct s12 s) { return (struct s12){ { s.a[2], s.a[0] + 1, s.a[1] } }; }
static NOINLINE struct s16 sixteen(struct s16 s, struct s8 t) { s.a ^= t.a; s.b *= t.b; return s; }
static NOINLINE struct just_float lone(struct just_float f, struct just_double d) { f.f += d.d; return f; }
static NOINLINE struct just_double lone_double(double x, struct just_double d) { d.d /= x; return d; }

static NOINLINE struct s300 large(struct s300 s, u64 n)
{
	for (u32 i = 0; i < COUNT(s.a); i++)
		s.a[i] += n * i;
	s.b = n;
	return s;
}

static NOINLINE struct nested nest(struct nested v, const struct nested *w)
{
	struct nested r = *w;
	r.d.d += v.d.d;
	r.three = three(v.three, 2);
	r.twelve = twelve(v.twelve);
	r.u.part[1] = v.u.part[3];
	return r;
}

static NOINLINE u64 many(struct s1 a, struct s2 b, struct s4 c, struct s8 d, struct s16 e, struct s3 f, s8 g,
	u16 h, struct just_float i)
{
	return a.a + b.a * 3 + c.a * 5 + d.c[1] + e.a + f.a[2] + g + h + (s32)i.f;
}

static NOINLINE _Complex double spin(_Complex double a, _Complex double b) { return a * b + a / b; }

void structures(void)
{
	struct s300 big = { { 1, 2, 3 }, 4 };
	struct nested keep = { { 1.5 }, { { 1, 2, 3 } }, { { 4, 5, 6 } }, { 7 } };
	for (int n = 0; n < 20; n++) {
		u64 v = next_edge();
		struct s1 a = one((struct s1){ v }, n);
		struct s2 b = two((struct s2){ v }, n);
		struct s3 c = three((struct s3){ { v, v >> 8, v >> 16 } }, n);
		struct s4 d = four((struct s4){ v }, a);
		struct s8 e = eight((struct s8){ v, v >> 3, { v >> 4, v >> 5 } }, d);
		struct s12 f = twelve((struct s12){ { v, v >> 32, n } });
		struct s16 g = sixteen((struct s16){ v, n + 0.75 }, e);
		struct just_float h = lone((struct just_float){ n / 4.0f }, (struct just_double){ (s32)v });
		put("struct.1", a.a);
		put("struct.2", b.a);
		put("struct.3", c.a[0] << 16 | c.a[1] << 8 | c.a[2]);
		put("struct.4", d.a);
		put("struct.8", (u64)e.a << 32 | (u16)e.b << 16 | e.c[0] << 8 | e.c[1]);
		put("struct.12", f.a[0] ^ (u64)f.a[1] << 32 ^ f.a[2]);
		put("struct.16", g.a);
		put_double("struct.16d", g.b);
		put_float("struct.float", h.f);
		put_double("struct.double", lone_double(n + 1, (struct just_double){ g.b }).d);
		big = large(big, v);
		put("struct.300", big.a[n] + big.a[36] + big.b);
		keep = nest(keep, &(struct nested){ { n }, c, f, { v } });
		put_double("struct.nest", keep.d.d);
		put("struct.nest", keep.u.all ^ keep.three.a[2] ^ keep.twelve.a[1]);
		put("struct.many", many(a, b, d, e, g, c, v, v >> 7, h));
		_Complex double z = spin(n + 0.5 + 2.0i, g.b - 1.0i * n);
		put_double("struct.real", __real__ z);
		put_double("struct.imag", __imag__ z);
	}
}
