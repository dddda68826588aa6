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
 * Where there is no C library the compiler may not know by itself what these do (-ffreestanding). For a few bytes it is told, and moves them instead of calling; more of them it would
 * move one by one (`rep movsb`, when it optimises for size), so those are for the functions. What defines one of them takes its macro away first.
 */
#define RR_FEW_BYTES 24
#define RR_ARE_FEW(n) (__builtin_constant_p(n) && (n) <= RR_FEW_BYTES)

__attribute__((always_inline)) static inline void *rr_memcpy(void *restrict to, const void *restrict from, size_t n)
{
	return RR_ARE_FEW(n) ? __builtin_memcpy(to, from, n) : memcpy(to, from, n);
}
__attribute__((always_inline)) static inline void *rr_memset(void *to, int byte, size_t n)
{
	return RR_ARE_FEW(n) ? __builtin_memset(to, byte, n) : memset(to, byte, n);
}
#define memcpy rr_memcpy
#define memset rr_memset
#define memcmp __builtin_memcmp
#define strlen __builtin_strlen
