#ifndef FIRMWARE_STRING_H
#define FIRMWARE_STRING_H

#include "types.h"

void *memset(void *to, int byte, u64 n);
void *memcpy(void *to, const void *from, u64 n);
int memcmp(const void *a, const void *b, u64 n);
u64 strlen(const char *s);
int strcmp(const char *a, const char *b);

#endif
