/* A small printf. */
#include "console.h"
#include "sclp.h"
#include "string.h"

struct sink {
	char *to;
	u64 size, used;
};

static void put(struct sink *s, char c)
{
	if (s->used + 1 < s->size)
		s->to[s->used] = c;
	s->used++;
}

struct spec {
	int width;
	bool left, zero, wide;
};

static void put_field(struct sink *s, const struct spec *f, const char *text, int n)
{
	int pad = f->width - n;

	while (!f->left && pad-- > 0)
		put(s, f->zero ? '0' : ' ');
	while (n--)
		put(s, *text++);
	while (f->left && pad-- > 0)
		put(s, ' ');
}

static void put_number(struct sink *s, const struct spec *f, u64 v, bool negative, u32 base)
{
	char digits[24], *p = digits + sizeof(digits);

	do
		*--p = "0123456789abcdef"[v % base];
	while (v /= base);
	if (negative)
		*--p = '-';
	put_field(s, f, p, digits + sizeof(digits) - p);
}

static const char *parse_spec(const char *p, struct spec *f)
{
	*f = (struct spec){ 0 };
	for (;; p++)
		if (*p == '-')
			f->left = true;
		else if (*p == '0')
			f->zero = true;
		else
			break;
	while (*p >= '0' && *p <= '9')
		f->width = f->width * 10 + *p++ - '0';
	if (*p == 'l') {
		f->wide = true;
		p++;
	}
	return p;
}

int vsnprintf(char *to, u64 size, const char *format, va_list args)
{
	struct sink s = { to, size, 0 };
	const char *p, *text;
	struct spec f;
	s64 v;
	char c;

	for (p = format; *p; p++) {
		if (*p != '%') {
			put(&s, *p);
			continue;
		}
		p = parse_spec(p + 1, &f);
		switch (*p) {
		case 'd':
			v = f.wide ? va_arg(args, s64) : va_arg(args, int);
			put_number(&s, &f, v < 0 ? -(u64)v : (u64)v, v < 0, 10);
			break;
		case 'u':
		case 'x':
			put_number(&s, &f, f.wide ? va_arg(args, u64) : va_arg(args, u32), false, *p == 'x' ? 16 : 10);
			break;
		case 's':
			text = va_arg(args, const char *);
			put_field(&s, &f, text, strlen(text));
			break;
		case 'c':
			c = va_arg(args, int);
			put_field(&s, &f, &c, 1);
			break;
		default:
			put(&s, *p);
		}
	}
	if (size)
		to[s.used < size ? s.used : size - 1] = '\0';
	return s.used;
}

int snprintf(char *to, u64 size, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(to, size, format, args);
	va_end(args);
	return n;
}

int printf(const char *format, ...)
{
	static char text[1024];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	console_write(text, strlen(text));
	return n;
}
