/* Storage and string functions: as gcc expands them inline, with lengths known and not, and as loops. */
#include "corpus.h"

static char from[1200], to[1200];

static NOINLINE u64 sum(const void *at, size_t length)
{
	u64 hash = 0xcbf29ce484222325;
	for (const u8 *p = at; length--; p++)
		hash = (hash ^ *p) * 0x100000001b3;
	return hash;
}

static NOINLINE void fixed_lengths(const char *a, char *b)
{
	__builtin_memcpy(b, a, 7);
	__builtin_memcpy(b + 10, a + 3, 16);
	__builtin_memcpy(b + 30, a + 1, 255);
	__builtin_memcpy(b + 300, a + 5, 257);
	__builtin_memset(b + 600, 0, 100);
	__builtin_memset(b + 700, ' ', 33);
	__builtin_memset(b + 740, a[9], 300);
	__builtin_memmove(b + 1, b, 8);
}

static NOINLINE int fixed_compare(const char *a, const char *b)
{
	return (__builtin_memcmp(a, b, 4) > 0) | (__builtin_memcmp(a, b, 24) < 0) << 1 | (__builtin_memcmp(a, b, 200) == 0) << 2;
}

static NOINLINE void copy(char *b, const char *a, size_t n) { __builtin_memcpy(b, a, n); }
static NOINLINE void fill(char *b, int value, size_t n) { __builtin_memset(b, value, n); }
static NOINLINE void clear(char *b, size_t n) { __builtin_memset(b, 0, n); }
static NOINLINE int compare(const char *a, const char *b, size_t n) { return __builtin_memcmp(a, b, n); }
static NOINLINE size_t length(const char *a) { return __builtin_strlen(a); }
static NOINLINE int order(const char *a, const char *b) { return __builtin_strcmp(a, b); }
static NOINLINE char *append(char *a, const char *b) { return __builtin_strcat(__builtin_strcpy(a, "~"), b); }
static NOINLINE const char *find(const char *a, size_t n, int c) { return __builtin_memchr(a, c, n); }
static NOINLINE char *find_char(const char *a, int c) { return __builtin_strchr(a, c); }

static void lengths(void)
{
	static const u16 all[] = { 0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 63, 64, 127, 128, 129,
		255, 256, 257, 300, 511, 512, 513, 768, 1000 };
	for (u32 n = 0; n < COUNT(all); n++) {
		u32 length = all[n], at = next() % 100;
		copy(to + at, from + n, length);
		put("str.copy", sum(to, sizeof to));
		put("str.same", compare(to + at, from + n, length));
		to[at + length / 2] ^= 1 << n % 8;
		put("str.cmp", (compare(to + at, from + n, length) > 0) - (compare(to + at, from + n, length) < 0));
		fill(to + 50, 'a' + n, length);
		put("str.fill", sum(to, sizeof to));
		clear(to + 60 + n, length / 2);
		put("str.clear", sum(to, sizeof to));
		const char *found = find(from, length, from[length - length / 3]);
		put("str.memchr", found ? found - from : -1);
		memmove(to + 20, to + 13, length);
		memmove(to + 100, to + 103, length);
		put("str.move", sum(to, sizeof to));
	}
}

static void texts(void)
{
	static const char *const words[] = { "", "a", "b", "ab", "abc", "abd", "\xff\x80", "a longer text, of more than one word",
		"a longer text, of more than two words", "the quick brown fox jumps over the lazy dog" };
	for (u32 i = 0; i < COUNT(words); i++) {
		put("str.len", length(words[i]));
		append(to, words[i]);
		put("str.cat", sum(to, length(to) + 1));
		char *found = find_char(words[i], 'o');
		put("str.chr", found ? found - words[i] : -1);
		for (u32 j = 0; j < COUNT(words); j++) {
			int o = order(words[i], words[j]);
			put("str.order", (o > 0) - (o < 0));
		}
	}
}

/* Loops that gcc may turn into a move, or into translations by hand. */
static NOINLINE void loops(char *a, const char *b, int n)
{
	for (int i = 0; i < n; i++)
		a[i] = b[i] >= 'a' && b[i] <= 'z' ? b[i] - 32 : b[i];
	for (int i = 0; i < n / 2; i++) {
		char c = a[i];
		a[i] = a[n - 1 - i];
		a[n - 1 - i] = c;
	}
	for (int i = 1; i < n; i++)
		a[i] ^= a[i - 1];
}

void strings(void)
{
	for (u32 n = 0; n < sizeof from; n++)
		from[n] = next() >> 11;
	fixed_lengths(from, to);
	put("str.fixed", sum(to, sizeof to));
	put("str.fixedcmp", fixed_compare(from, to));
	put("str.fixedcmp", fixed_compare(to + 10, from + 3));
	lengths();
	texts();
	for (int n = 1; n < 600; n += 37) {
		loops(to, from, n);
		put("str.loops", sum(to, sizeof to));
	}
}
