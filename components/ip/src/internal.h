/* Private to the ip component. */
#pragma once
#include <rr/clock.h>
#include <rr/ip-v6.h>
#include <rr/list.h>
#include <rr/timer.h>

#define ETHER_HEADER 14u
#define ETHER_IPV4 0x0800
#define ETHER_ARP 0x0806
#define IPV4_HEADER 20u
#define DEFAULT_TTL 64

/* stack.c */
/* Give a packet that stays on this machine, too (a group we are in, broadcast), to its protocol; `packet` stays the caller's and begins with the transport's header. */
void stack_deliver_copy(const struct rr_netbuf *packet, struct rr_netdev *device, const struct rr_ip_header *header);

/* arp.c: RFC 826 */
void arp_receive(struct rr_netdev *device, struct rr_netbuf *packet);
/* Send an IPv4 packet to `hop` on the link of `device`, when its address is known. */
int arp_send(struct rr_netdev *device, struct rr_netbuf *packet, uint32_t hop);
void arp_doubt(struct rr_netdev *device, uint32_t hop);

/* ipv4.c */
void ipv4_receive(struct rr_netdev *device, struct rr_netbuf *packet);
int ipv4_send(struct rr_netbuf *packet, const struct rr_ip_path *path, const struct rr_ip_header *header);

/* icmp.c: RFC 792, 1122 */
void icmp_init(void);
/* Tell the sender of `packet`, whose IPv4 header is at `header`, that it could not be delivered. */
void icmp_send_error(const struct rr_ip_received *how, struct rr_netbuf *packet, const uint8_t *header, uint8_t type, uint8_t code);

/* igmp.c: RFC 2236, 3376 */
void igmp_init(void);
void igmp_report(struct rr_netdev *device, const struct rr_ip *group, enum rr_ip_report why);

/* address.c */
bool address_is_broadcast(const struct rr_netdev *device, uint32_t address);
/* Our own address on `device` that `peer` would be answered from, for ARP. */
bool address_for(const struct rr_netdev *device, uint32_t peer, uint32_t *out);
/* The source for packets that leave through `device`: of the network they go to, if there is one. */
bool address_choose(const struct rr_netdev *device, const struct rr_ip *to, struct rr_ip *source);
struct rr_netdev *address_loopback(void);
/* The device that has an address; the first that has one of a version, loopback excepted. NULL: none. */
struct rr_netdev *address_device(const struct rr_ip *ip);
struct rr_netdev *address_first_device(bool v6);
