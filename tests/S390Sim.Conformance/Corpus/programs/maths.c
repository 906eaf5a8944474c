/* What gcc calls where it does not use the instruction itself: each of them is one instruction. */
#include "corpus.h"

#define ROUNDING(T, NAME, INSTRUCTION, MODE) \
	T NAME(T v) \
	{ \
		T whole; \
		asm(INSTRUCTION " %0," #MODE ",%1" : "=f"(whole) : "f"(v)); \
		return whole; \
	}

#define ROOT(T, NAME, INSTRUCTION) \
	T NAME(T v) \
	{ \
		T root; \
		asm(INSTRUCTION " %0,%1" : "=f"(root) : "f"(v)); \
		return root; \
	}

ROUNDING(double, floor, "fidbr", 7)
ROUNDING(double, ceil, "fidbr", 6)
ROUNDING(double, trunc, "fidbr", 5)
ROUNDING(double, round, "fidbr", 1)
ROUNDING(double, nearbyint, "fidbr", 0)
ROUNDING(float, rintf, "fiebr", 0)
ROUNDING(long double, floorl, "fixbr", 7)
ROOT(float, sqrtf, "sqebr")
ROOT(double, sqrt, "sqdbr")
ROOT(long double, sqrtl, "sqxbr")
