/* Text in and out: the SCLP console and the command line. */
#ifndef FIRMWARE_CONSOLE_H
#define FIRMWARE_CONSOLE_H

#include <stdarg.h>
#include "types.h"

/* %d %u %x %s %c %%, with width, '0', '-' and 'l' (64 bits). Lines go out whole, when '\n' is printed. */
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int snprintf(char *to, u64 size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int vsnprintf(char *to, u64 size, const char *format, va_list args);

/* The loader's command line: words separated by blanks, either "name" or "name=value". */
extern char command_line[];
bool parameter_given(const char *name);
u64 parameter_number(const char *name, u64 otherwise);

#endif
