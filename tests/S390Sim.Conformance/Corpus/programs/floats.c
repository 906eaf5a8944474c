/* Arithmetic of float. */
#define REAL float
#define PROGRAM floats
#define NAME "flt"
#define PUT put_float
#define NEXT next_float
#define BUILTIN(function) __builtin_##function##f
#include "reals.h"
