#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct packet {
	uint8_t kind : 3, flags : 5;
	uint16_t length;
	uint32_t sequence;
	int64_t stamp;
	char name[40];
};

void packet_clear(struct packet *p) { memset(p, 0, sizeof *p); }
void packet_fill(struct packet *p, int c, size_t n) { memset(p->name, c, n); }
void packet_copy(struct packet *to, const struct packet *from) { *to = *from; }
void packet_move(char *to, const char *from, size_t n) { memmove(to, from, n); memcpy(to + n, from, n); }
int packet_same(const struct packet *a, const struct packet *b) { return memcmp(a, b, sizeof *a) == 0; }
size_t packet_name(const struct packet *p) { return strlen(p->name) + (strcmp(p->name, "RPCIT") == 0); }
char *packet_find(char *text) { return strchr(text, ':'); }

int packet_check(struct packet *p)
{
	p->flags |= 0x10;
	p->kind = 5;
	p->sequence++;
	p->stamp -= 1000000;
	p->name[3] = 'x';
	if (p->length == 0x1234)
		p->length = 17;
	return p->flags & 1 ? p->sequence == 99 : p->stamp < -5;
}

long exchange(long *word, int *half, long expected, long wanted)
{
	__atomic_compare_exchange_n(word, &expected, wanted, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(half, 4, __ATOMIC_RELAXED);
	__atomic_fetch_add(word, 4, __ATOMIC_SEQ_CST);
	__sync_synchronize();
	return __atomic_fetch_and(word, wanted, __ATOMIC_ACQ_REL) + __atomic_fetch_xor(half, 3, __ATOMIC_SEQ_CST);
}

__int128 exchange_wide(__int128 *p, __int128 expected, __int128 wanted)
{
	return __sync_val_compare_and_swap(p, expected, wanted);
}

int sum_all(int count, ...)
{
	__builtin_va_list arguments;
	int sum = 0;
	__builtin_va_start(arguments, count);
	while (count--)
		sum += __builtin_va_arg(arguments, int);
	__builtin_va_end(arguments);
	return sum;
}

static long table[1000];

long far_away(long index)
{
	char local[9000];
	local[index] = (char)index;
	table[index & 511] = local[8000 - index];
	__asm__ volatile("" : : "r"(local) : "memory");
	return table[index] + local[0];
}

#if __ARCH__ >= 10 && defined __HTM__
int transaction(int *shared)
{
	if (__builtin_tbegin((void *)0) != 0)
		return -1;
	++*shared;
	if (*shared > 10)
		__builtin_tabort(256);
	return __builtin_tend();
}
#endif
