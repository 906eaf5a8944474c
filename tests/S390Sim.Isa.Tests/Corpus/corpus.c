/* One translation unit, so that a level of the architecture and of optimization is one run of the compiler. */
#include "integer.c"
#include "memory.c"
#include "floating.c"
#include "vector.c"
