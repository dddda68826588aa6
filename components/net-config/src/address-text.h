/* Internet addresses as text. Pure. */
#pragma once
#include <rr/ip-address.h>

/* Dotted IPv4. */
bool parse_v4(const char *text, struct rr_ip *out);
/* IPv6 as in RFC 4291, section 2.2. */
bool parse_v6(const char *text, struct rr_ip *out);
/* Bits of an IPv4 network: a number, or a dotted mask. -1: neither. */
int parse_mask(const char *text);
/* A number of bits up to `most`. -1: none. */
int parse_bits(const char *text, int most);
