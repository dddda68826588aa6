/* Private to proc-net. */
#pragma once
#include <rr/procfs.h>

/* interfaces.c */
void content_dev(struct rr_proc_writer *writer);
void content_route(struct rr_proc_writer *writer);
void content_arp(struct rr_proc_writer *writer);
void content_if_inet6(struct rr_proc_writer *writer);
void content_ipv6_route(struct rr_proc_writer *writer);
/* sockets.c */
void content_tcp(struct rr_proc_writer *writer);
void content_tcp6(struct rr_proc_writer *writer);
void content_udp(struct rr_proc_writer *writer);
void content_udp6(struct rr_proc_writer *writer);
void content_raw(struct rr_proc_writer *writer);
void content_raw6(struct rr_proc_writer *writer);
void content_icmp(struct rr_proc_writer *writer);
void content_icmp6(struct rr_proc_writer *writer);
void content_unix(struct rr_proc_writer *writer);
/* counts.c */
void content_sockstat(struct rr_proc_writer *writer);
void content_snmp(struct rr_proc_writer *writer);
