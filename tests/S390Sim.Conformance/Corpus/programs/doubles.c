/* Arithmetic of double. */
#define REAL double
#define PROGRAM doubles
#define NAME "dbl"
#define PUT put_double
#define NEXT next_double
#define BUILTIN(function) __builtin_##function
#include "reals.h"
