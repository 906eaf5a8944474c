/* What the programs of the corpus share: one way to print, and values that the compiler cannot foresee. */
#ifndef CORPUS_H
#define CORPUS_H

typedef unsigned char u8;
typedef signed char s8;
typedef unsigned short u16;
typedef short s16;
typedef unsigned int u32;
typedef int s32;
typedef unsigned long u64;
typedef long s64;
typedef unsigned __int128 u128;
typedef __int128 s128;
typedef unsigned long size_t;

#define NOINLINE __attribute__((noipa))
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* One line: what it is, and 16 hexadecimal digits. */
void put(const char *what, u64 value);
void put_wide(const char *what, u128 value);
void put_float(const char *what, float value);
void put_double(const char *what, double value);
void put_long_double(const char *what, long double value);

/* The next of a fixed sequence of pseudo-random numbers; often a number at the edge of a type. */
u64 next(void);
u64 next_edge(void);
/* Of any class but NaN, often at an edge. */
float next_float(void);
double next_double(void);
long double next_long_double(void);

void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
void *memchr(const void *from, int value, size_t length);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
char *strcpy(char *to, const char *from);
char *strcat(char *to, const char *from);
char *strchr(const char *text, int value);

/* setjmp and longjmp of start-common.S, with the registers that the ABI has a call keep. */
typedef u64 jump_place[18];
int save_place(jump_place place) __attribute__((returns_twice));
void go_to_place(jump_place place, int value) __attribute__((noreturn));

void atomics(void);
void bitfields(void);
void calls(void);
void conversions(void);
void doubles(void);
void floats(void);
void integers(void);
void jumps(void);
void long_doubles(void);
void strings(void);
void structures(void);
void switches(void);
void tables(void);
void varargs(void);

#endif
