/* The memory and string functions the compiler and the libOS need; C standard semantics. */
#pragma once
#include <rr/types.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int byte, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
/* Copy at most size-1 bytes and terminate; returns strlen(from), so >= size means cut off. */
size_t rr_strlcpy(char *to, const char *from, size_t size);

/*
 * The compiler may not know by itself what these do where there is no C library (-ffreestanding); under their other names it does, and moves a few
 * bytes instead of calling for them. What defines one of them takes its macro away first.
 */
#define memcpy __builtin_memcpy
#define memmove __builtin_memmove
#define memset __builtin_memset
#define memcmp __builtin_memcmp
#define strlen __builtin_strlen
