/* Atomic operations of every width: loads-and-operate, compare-and-swap, exchange. */
#include "corpus.h"

#define ATOMICS(T) \
	static NOINLINE void T##_atomics(u64 start, u64 a, u64 b) \
	{ \
		static T cell; \
		T expected = a; \
		__atomic_store_n(&cell, (T)start, __ATOMIC_SEQ_CST); \
		put(#T ".add", __atomic_fetch_add(&cell, (T)a, __ATOMIC_SEQ_CST)); \
		put(#T ".sub", __atomic_sub_fetch(&cell, (T)b, __ATOMIC_ACQUIRE)); \
		put(#T ".and", __atomic_fetch_and(&cell, (T)(a | 0x5a5a), __ATOMIC_RELAXED)); \
		put(#T ".or", __atomic_or_fetch(&cell, (T)b, __ATOMIC_RELEASE)); \
		put(#T ".xor", __atomic_fetch_xor(&cell, (T)(a ^ b), __ATOMIC_SEQ_CST)); \
		put(#T ".nand", __atomic_fetch_nand(&cell, (T)a, __ATOMIC_SEQ_CST)); \
		put(#T ".inc", __atomic_add_fetch(&cell, 1, __ATOMIC_SEQ_CST)); \
		put(#T ".swap", __atomic_exchange_n(&cell, (T)b, __ATOMIC_SEQ_CST)); \
		put(#T ".cas", __atomic_compare_exchange_n(&cell, &expected, (T)start, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)); \
		put(#T ".was", expected); \
		put(#T ".cas", __sync_bool_compare_and_swap(&cell, expected, (T)a)); \
		put(#T ".val", __sync_val_compare_and_swap(&cell, (T)a, (T)~a)); \
		put(#T ".set", __atomic_test_and_set((u8 *)&cell, __ATOMIC_SEQ_CST)); \
		put(#T ".left", __atomic_load_n(&cell, __ATOMIC_SEQ_CST)); \
	}

ATOMICS(u8)
ATOMICS(s8)
ATOMICS(u16)
ATOMICS(s16)
ATOMICS(u32)
ATOMICS(s32)
ATOMICS(u64)
ATOMICS(s64)

static NOINLINE void wide(u64 a, u64 b)
{
	static u128 cell __attribute__((aligned(16)));
	u128 first = (u128)a << 64 | b, second = (u128)b << 64 | a;
	cell = first;
	put("u128.cas", __sync_bool_compare_and_swap(&cell, second, first + 1));
	put_wide("u128.val", __sync_val_compare_and_swap(&cell, first, second));
	put_wide("u128.left", cell);
}

void atomics(void)
{
	for (int n = 0; n < 12; n++) {
		u64 start = next_edge(), a = next_edge(), b = next_edge();
		u8_atomics(start, a, b);
		s8_atomics(start, a, b);
		u16_atomics(start, a, b);
		s16_atomics(start, a, b);
		u32_atomics(start, a, b);
		s32_atomics(start, a, b);
		u64_atomics(start, a, b);
		s64_atomics(start, a, b);
		wide(a, b);
	}
}
