/* The ChaCha20 block function, RFC 8439 section 2.3, with a zero nonce. Pure. */
#pragma once
#include <rr/types.h>

#define CHACHA20_KEY 32
#define CHACHA20_BLOCK 64

/* `nonce`: 3 words; NULL: zero. Words are little-endian in memory, as this machine has them. */
void chacha20_block(const uint32_t key[8], uint32_t counter, const uint32_t *nonce, uint32_t out[16]);
