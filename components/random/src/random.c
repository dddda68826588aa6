/*
 * Fast key erasure (D. J. Bernstein, 2017): every use replaces the key before anything is given out, so a key found in memory later tells
 * nothing about earlier numbers.
 */
#include <rr/random.h>

#include <rr/cpu.h>
#include <rr/platform.h>
#include <rr/string.h>

#include "chacha20.h"

/* After so many bytes fresh randomness of the CPU is mixed in. */
#define RESEED_AFTER (1024 * 1024ul)
/*
 * Readings of the time stamp counter for each word of a seed. Without RDRAND they, and the boot data, are all there is; with it they are there in case it is not
 * what it should be, and an emulated PAUSE costs microseconds.
 */
#define JITTER_ROUNDS 32u
#define JITTER_ROUNDS_MORE 4u
#define WORDS 8

static uint32_t key[WORDS];
static size_t until_reseed; /* 0: seed now */
static bool booted;

/* Overwrite in a way the compiler does not drop. */
static void wipe(void *memory, size_t length)
{
	memset(memory, 0, length);
	__asm__ volatile("" : : "r"(memory) : "memory");
}

static void absorb(const void *data, size_t length)
{
	uint32_t block[CHACHA20_BLOCK / 4];
	const char *from = data;
	while (length) {
		uint32_t words[WORDS] = { 0 };
		size_t count = rr_min(length, sizeof(words));
		memcpy(words, from, count);
		for (unsigned i = 0; i < WORDS; i++)
			key[i] ^= words[i];
		chacha20_block(key, 0, NULL, block);
		memcpy(key, block, sizeof(key));
		from += count;
		length -= count;
	}
	wipe(block, sizeof(block));
}

/* How long the same few instructions take varies with everything else the machine does. */
static uint64_t jitter(unsigned rounds)
{
	uint64_t word = 0;
	do {
		word = (word << 7 | word >> 57) ^ rr_rdtsc();
		rr_cpu_pause();
	} while (--rounds);
	return word;
}

static void seed(void)
{
	uint64_t words[WORDS];
	for (unsigned i = 0; i < WORDS; i++) {
		uint64_t word = 0;
		unsigned rounds = rr_cpu_random(&word) ? JITTER_ROUNDS_MORE : JITTER_ROUNDS;
		words[i] = word ^ jitter(rounds);
	}
	absorb(words, sizeof(words));
	if (!booted) {
		booted = true;
		absorb(&rr_boot_info, sizeof(rr_boot_info));
		/* The launcher's clock, in nanoseconds, is in there. */
		absorb(rr_boot_info.command_line, strlen(rr_boot_info.command_line));
		absorb(rr_boot_info.module, rr_boot_info.module ? rr_boot_info.module_size : 0);
	}
	wipe(words, sizeof(words));
	until_reseed = RESEED_AFTER;
}

void rr_random_resume(void)
{
	until_reseed = 0;
	booted = false;
}

/* A key for one request; the generator's own is replaced. */
static void take_key(uint32_t taken[WORDS], size_t length)
{
	uint32_t block[CHACHA20_BLOCK / 4];
	if (!until_reseed)
		seed();
	until_reseed -= rr_min(until_reseed, length);
	chacha20_block(key, 0, NULL, block);
	memcpy(key, block, sizeof(key));
	memcpy(taken, block + WORDS, WORDS * sizeof(*taken));
	wipe(block, sizeof(block));
}

void rr_random_bytes(void *to, size_t length)
{
	uint32_t taken[WORDS], block[CHACHA20_BLOCK / 4];
	char *out = to;
	take_key(taken, length);
	for (uint32_t counter = 0; length; counter++) {
		size_t count = rr_min(length, sizeof(block));
		chacha20_block(taken, counter, NULL, block);
		memcpy(out, block, count);
		out += count;
		length -= count;
	}
	wipe(taken, sizeof(taken));
	wipe(block, sizeof(block));
}

uint64_t rr_random_word(void)
{
	uint64_t word;
	if (!rr_cpu_random(&word))
		rr_random_bytes(&word, sizeof(word));
	return word;
}
