/* All of libc that the library needs. */
#ifndef BARE_STRING_H
#define BARE_STRING_H
#include <stddef.h>
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
#endif
