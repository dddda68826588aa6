/* How many there are, and were. */
#include <rr/netdev.h>
#include <rr/page.h>
#include <rr/socket-unix.h>
#include <rr/tcp.h>
#include <rr/udp.h>
#include "proc-net.h"

static void count_tcp(void *argument, const struct rr_tcp_entry *entry)
{
	unsigned *counts = argument; /* open, of nobody's, established */
	if (entry->view.state == RR_TCP_TIME_WAIT)
		return;
	counts[0]++;
	counts[1] += !entry->owner;
	counts[2] += entry->view.state == RR_TCP_ESTABLISHED || entry->view.state == RR_TCP_CLOSE_WAIT;
}

static void count_udp(void *argument, const struct rr_udp *udp)
{
	unsigned *counts = argument; /* sockets, bytes */
	counts[0]++;
	counts[1] += udp->queued;
}

static void count_unix(void *argument, const struct rr_unix_entry *entry)
{
	unsigned *count = argument;
	(void)entry;
	++*count;
}

void content_sockstat(struct rr_proc_writer *writer)
{
	unsigned tcp[3] = { 0 }, udp[2] = { 0 }, local = 0;
	struct rr_tcp_counts counts = rr_tcp_counts();
	uint64_t memory = rr_netbuf_stats().bytes;
	rr_tcp_each(count_tcp, tcp);
	rr_udp_each(count_udp, udp);
	rr_unix_each(count_unix, &local);
	rr_proc_print(writer, "sockets: used %u\n", counts.endpoints + udp[0] + local);
	rr_proc_print(writer, "TCP: inuse %u orphan %u tw %u alloc %u mem %lu\n", tcp[0], tcp[1], counts.time_wait, counts.endpoints, (memory - rr_min(memory, (uint64_t)udp[1])) / RR_PAGE_SIZE);
	rr_proc_print(writer, "UDP: inuse %u mem %lu\nUDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n", udp[0], (uint64_t)udp[1] / RR_PAGE_SIZE);
}

void content_snmp(struct rr_proc_writer *writer)
{
	unsigned tcp[3] = { 0 };
	uint64_t in = 0, out = 0;
	struct rr_tcp_counts counts = rr_tcp_counts();
	const struct rr_udp_counts *udp = &rr_udp_counts;
	rr_tcp_each(count_tcp, tcp);
	for (struct rr_netdev *device = NULL; (device = rr_netdev_next(device));) {
		in += device->stats.rx_packets;
		out += device->stats.tx_packets;
	}
	rr_proc_print(writer, "Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards OutNoRoutes "
	                      "ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates\nIp: 2 64 %lu 0 0 0 0 0 %lu %lu 0 0 0 0 0 0 0 0 0\n", in, in, out);
	rr_proc_print(writer, "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n"
	                      "Tcp: 1 200 120000 -1 %lu %lu 0 0 %u %lu %lu %lu 0 %lu 0\n", counts.active_opens, counts.passive_opens, tcp[2], counts.segments_in, counts.segments_out,
	              counts.retransmits, counts.resets_sent);
	rr_proc_print(writer, "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors\n"
	                      "Udp: %lu %lu %lu %lu %lu 0 %lu 0 0\n", udp->in, udp->no_port, udp->damaged + udp->no_room, udp->out, udp->no_room, udp->damaged);
}
