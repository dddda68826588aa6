/* Random numbers fit for keys. Any context. */
#pragma once
#include <rr/types.h>

/* Fill `length` bytes. The generator seeds itself when first used, and again from time to time. */
void rr_random_bytes(void *to, size_t length);

/* Machines that go on from one checkpoint must not draw the same numbers: seed anew when next used. */
void rr_random_resume(void);

/* One word, for canaries and addresses at boot: straight from the CPU where it has RDRAND, which is quicker than seeding a generator. */
uint64_t rr_random_word(void);
