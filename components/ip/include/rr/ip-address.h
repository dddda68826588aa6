/*
 * Internet addresses. All are 16 bytes; an IPv4 address is mapped, ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2), so that what lies above needs one code
 * for both. Bytes are in network order.
 *
 * A link-local IPv6 address means nothing without its link: here such an address has the number of the link's device, its zone (RFC 4007, section 6), in bytes 2 and 3,
 * which are zero on the wire (RFC 4291, section 2.5.6). So it is as good a key as any other. rr_ip_with_zone() where it comes in, rr_ip_without_zone() where it goes out.
 */
#pragma once
#include <rr/types.h>

struct rr_ip {
	union {
		uint8_t bytes[16];
		uint32_t words[4];
		uint64_t halves[2];
	};
};

/* No address: ::, and 0.0.0.0 of IPv4. */
#define RR_IP_ANY ((struct rr_ip){ .halves = { 0, 0 } })
#define RR_IP_ANY_V4 rr_ip_v4(0)
#define RR_IP_LOOPBACK_V4 rr_ip_v4(rr_net32(0x7f000001))
#define RR_IP_LOOPBACK_V6 ((struct rr_ip){ .bytes = { [15] = 1 } })
#define RR_IP_V4_PREFIX 0xffff0000u /* words[2] of a mapped address, as it reads on a little-endian machine */

static inline uint16_t rr_net16(uint16_t value) { return __builtin_bswap16(value); }
static inline uint32_t rr_net32(uint32_t value) { return __builtin_bswap32(value); }

/* Numbers on the wire, wherever they lie. */
static inline uint16_t rr_net_get16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
static inline uint32_t rr_net_get32(const uint8_t *at) { return (uint32_t)rr_net_get16(at) << 16 | rr_net_get16(at + 2); }
static inline void rr_net_put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}
static inline void rr_net_put32(uint8_t *at, uint32_t value)
{
	rr_net_put16(at, (uint16_t)(value >> 16));
	rr_net_put16(at + 2, (uint16_t)value);
}

/* `address`: in network order. */
static inline struct rr_ip rr_ip_v4(uint32_t address) { return (struct rr_ip){ .words = { 0, 0, RR_IP_V4_PREFIX, address } }; }
static inline bool rr_ip_is_v4(const struct rr_ip *ip) { return !ip->halves[0] && ip->words[2] == RR_IP_V4_PREFIX; }
static inline bool rr_ip_equal(const struct rr_ip *a, const struct rr_ip *b) { return a->halves[0] == b->halves[0] && a->halves[1] == b->halves[1]; }
static inline bool rr_ip_is_any(const struct rr_ip *ip)
{
	return !ip->halves[0] && (ip->words[2] == 0 || ip->words[2] == RR_IP_V4_PREFIX) && !ip->words[3];
}
static inline bool rr_ip_is_multicast(const struct rr_ip *ip) { return rr_ip_is_v4(ip) ? (ip->bytes[12] & 0xf0) == 0xe0 : ip->bytes[0] == 0xff; }
static inline bool rr_ip_is_broadcast(const struct rr_ip *ip) { return rr_ip_is_v4(ip) && ip->words[3] == 0xffffffffu; }
static inline bool rr_ip_is_loopback(const struct rr_ip *ip)
{
	return rr_ip_is_v4(ip) ? ip->bytes[12] == 127 : !ip->halves[0] && !ip->words[2] && ip->words[3] == rr_net32(1);
}

/* What "any address" means as a destination of an endpoint with the address `own`: as on Linux its own one of IPv4, else the loopback interface's. */
static inline struct rr_ip rr_ip_this_host(const struct rr_ip *any, const struct rr_ip *own)
{
	if (rr_ip_is_v4(any) && rr_ip_is_v4(own) && !rr_ip_is_any(own) && !rr_ip_is_multicast(own) && !rr_ip_is_broadcast(own))
		return *own;
	return rr_ip_is_v4(any) || rr_ip_is_v4(own) ? RR_IP_LOOPBACK_V4 : RR_IP_LOOPBACK_V6;
}

/* fe80::/10: RFC 4291, section 2.5.6. */
static inline bool rr_ip_is_link_local(const struct rr_ip *ip) { return ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80; }
/* Of a link-local address: its device's number; 0: not known yet. Of others: 0. */
static inline unsigned rr_ip_zone(const struct rr_ip *ip) { return rr_ip_is_link_local(ip) ? rr_net_get16(ip->bytes + 2) : 0; }
/* The same address with a zone, if it is of those that have one. `device`: its number. */
static inline struct rr_ip rr_ip_with_zone(struct rr_ip ip, unsigned device)
{
	if (rr_ip_is_link_local(&ip))
		rr_net_put16(ip.bytes + 2, (uint16_t)device);
	return ip;
}
static inline struct rr_ip rr_ip_without_zone(struct rr_ip ip) { return rr_ip_with_zone(ip, 0); }

/* How far an address reaches, as rtnetlink(7) numbers it (RT_SCOPE_*). */
#define RR_IP_SCOPE_GLOBAL 0u
#define RR_IP_SCOPE_SITE 200u
#define RR_IP_SCOPE_LINK 253u
#define RR_IP_SCOPE_HOST 254u
static inline unsigned rr_ip_scope(const struct rr_ip *ip)
{
	if (rr_ip_is_loopback(ip))
		return RR_IP_SCOPE_HOST;
	if (rr_ip_is_v4(ip))
		return ip->bytes[12] == 169 && ip->bytes[13] == 254 ? RR_IP_SCOPE_LINK : RR_IP_SCOPE_GLOBAL; /* RFC 3927 */
	if (ip->bytes[0] == 0xff) { /* RFC 4291, section 2.7 */
		unsigned scope = ip->bytes[1] & 15;
		return scope <= 1 ? RR_IP_SCOPE_HOST : scope == 2 ? RR_IP_SCOPE_LINK : scope <= 5 ? RR_IP_SCOPE_SITE : RR_IP_SCOPE_GLOBAL;
	}
	if (rr_ip_is_link_local(ip))
		return RR_IP_SCOPE_LINK;
	return ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0xc0 ? RR_IP_SCOPE_SITE : RR_IP_SCOPE_GLOBAL; /* RFC 3879: still used by virtual networks */
}
