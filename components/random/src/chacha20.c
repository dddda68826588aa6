#include "chacha20.h"

static uint32_t rotate(uint32_t x, unsigned bits) { return x << bits | x >> (32 - bits); }

static void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b;
	*d = rotate(*d ^ *a, 16);
	*c += *d;
	*b = rotate(*b ^ *c, 12);
	*a += *b;
	*d = rotate(*d ^ *a, 8);
	*c += *d;
	*b = rotate(*b ^ *c, 7);
}

void chacha20_block(const uint32_t key[8], uint32_t counter, const uint32_t *nonce, uint32_t out[16])
{
	/* "expand 32-byte k" */
	uint32_t start[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	for (unsigned i = 0; i < 8; i++)
		start[4 + i] = key[i];
	start[12] = counter;
	for (unsigned i = 0; i < 3; i++)
		start[13 + i] = nonce ? nonce[i] : 0;
	for (unsigned i = 0; i < 16; i++)
		out[i] = start[i];
	/* Ten times the four columns, then the four diagonals. */
	for (unsigned round = 0; round < 20; round++)
		for (unsigned i = 0; i < 4; i++) {
			unsigned shift = round & 1;
			quarter_round(&out[i], &out[4 + (i + shift) % 4], &out[8 + (i + 2 * shift) % 4], &out[12 + (i + 3 * shift) % 4]);
		}
	for (unsigned i = 0; i < 16; i++)
		out[i] += start[i];
}
