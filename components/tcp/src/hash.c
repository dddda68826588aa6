#include <rr/random.h>
#include <rr/string.h>
#include "internal.h"

static uint64_t key[2];
static bool seeded;

static uint64_t rotate(uint64_t x, unsigned by) { return x << by | x >> (64 - by); }

static void rounds(uint64_t v[4], unsigned count)
{
	while (count--) {
		v[0] += v[1]; v[1] = rotate(v[1], 13) ^ v[0]; v[0] = rotate(v[0], 32);
		v[2] += v[3]; v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3]; v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1]; v[1] = rotate(v[1], 17) ^ v[2]; v[2] = rotate(v[2], 32);
	}
}

struct hash_key hash_new_key(void)
{
	struct hash_key old = { { key[0], key[1] }, seeded };
	seeded = false;
	return old;
}

void hash_set_key(struct hash_key old)
{
	key[0] = old.words[0];
	key[1] = old.words[1];
	seeded = old.seeded;
}

uint64_t keyed_hash(const void *data, size_t length, uint64_t salt)
{
	if (!seeded) {
		rr_random_bytes(key, sizeof(key));
		seeded = true;
	}
	uint64_t v[4] = { key[0] ^ salt ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ salt ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573 };
	const uint8_t *at = data;
	uint64_t word, last = (uint64_t)length << 56;
	for (; length >= 8; length -= 8, at += 8) {
		memcpy(&word, at, 8);
		v[3] ^= word;
		rounds(v, 2);
		v[0] ^= word;
	}
	memcpy(&last, at, length);
	v[3] ^= last;
	rounds(v, 2);
	v[0] ^= last;
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t connection_hash(const struct rr_ip *local, uint16_t local_port, const struct rr_ip *remote, uint16_t remote_port, uint64_t salt)
{
	struct { struct rr_ip local, remote; uint16_t local_port, remote_port; uint32_t zero; } tuple = { *local, *remote, local_port, remote_port, 0 };
	return keyed_hash(&tuple, sizeof(tuple), salt);
}
