/* Switches: jump tables, trees of comparisons, tables of values, ranges, and a small interpreter. */
#include "corpus.h"

static NOINLINE u64 dense(u32 n, u64 v)
{
	switch (n) {
	case 0: return v + 1;
	case 1: return v * 3;
	case 2: return v ^ 0x55;
	case 3: v += 9; /* fall through */
	case 4: return v << 3;
	case 5: return v >> 5;
	case 6: return ~v;
	case 7: return -v;
	case 8: return v & 0xff00ff00;
	case 10: return v | 0x1234;
	case 11: return v % 11;
	default: return 0xdef;
	}
}

static NOINLINE u64 sparse(s64 n)
{
	switch (n) {
	case -0x8000000000000000: return 1;
	case -70000: return 2;
	case -10: return 3;
	case 0: return 4;
	case 7: return 5;
	case 0x80: return 6;
	case 0x7fff ... 0x8001: return 7;
	case 0x7fffffff: return 8;
	case 0xffffffff: return 9;
	case 0x7fffffffffffffff: return 10;
	}
	return 11;
}

static NOINLINE u32 values(u8 c)
{
	switch (c) {
	case 'a': return 100;
	case 'b': return 70;
	case 'c': return 3;
	case 'd': return 999;
	case 'e': return 12;
	case 'f': return 5;
	case '0' ... '9': return c - '0';
	case ' ': case '\t': case '\n': return 0x20;
	default: return 0xffff;
	}
}

enum { PUSH, ADD, SUB, MUL, DUP, SWAP, OVER, JUMP_IF, PRINT, HALT };

static NOINLINE void interpret(const s16 *program, s64 first)
{
	s64 stack[32];
	int top = 0, at = 0;
	stack[top++] = first;
	for (;;) {
		switch (program[at++]) {
		case PUSH: stack[top++] = program[at++]; break;
		case ADD: top--; stack[top - 1] += stack[top]; break;
		case SUB: top--; stack[top - 1] -= stack[top]; break;
		case MUL: top--; stack[top - 1] = (u64)stack[top - 1] * stack[top]; break;
		case DUP: stack[top] = stack[top - 1]; top++; break;
		case SWAP: { s64 t = stack[top - 1]; stack[top - 1] = stack[top - 2]; stack[top - 2] = t; break; }
		case OVER: stack[top] = stack[top - 2]; top++; break;
		case JUMP_IF: at = stack[--top] ? program[at] : at + 1; break;
		case PRINT: put("switch.print", stack[top - 1]); break;
		case HALT: put("switch.top", top); return;
		}
	}
}

void switches(void)
{
	/* n 1: begin: over * print swap 1 - swap over, jump to begin if not zero */
	static const s16 factorial[] = { PUSH, 1, OVER, MUL, PRINT, SWAP, PUSH, 1, SUB, SWAP, OVER, JUMP_IF, 2, HALT };
	for (u32 n = 0; n < 14; n++)
		put("switch.dense", dense(n, next_edge()));
	put("switch.dense", dense(0xffffffff, 1));
	for (int n = 0; n < 60; n++)
		put("switch.sparse", sparse(next_edge()));
	for (u32 c = 0; c < 256; c += 3)
		put("switch.values", values(c));
	interpret(factorial, 25);
}
