/* What a DHCP answer says about names. Pure. */
#pragma once
#include <rr/types.h>

#define LEASE_MOST_SERVERS 3 /* as many as resolvers look at (MAXNS) */
#define LEASE_SEARCH_ROOM 256 /* as resolvers have it for the whole line */

struct lease_names {
	uint8_t servers[LEASE_MOST_SERVERS][4];
	unsigned server_count;
	char search[LEASE_SEARCH_ROOM]; /* domains, blanks between them; empty: none */
	char host[65];                  /* empty: none; any bytes but NUL */
};

/* Read the options of a DHCP message (RFC 2132; 3396 for those in several parts, 3397 for option 119). What is malformed is left out. */
void lease_read(struct lease_names *names, const uint8_t *options, size_t length);
