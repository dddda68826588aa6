/* Sockets: Linux's tcp_ipv4.c, udp.c and af_unix.c say the formats. */
#include <rr/clock.h>
#include <rr/socket-inet.h>
#include <rr/socket-unix.h>
#include <rr/tcp.h>
#include <rr/udp.h>
#include "proc-net.h"

#define TICK (RR_NSEC_PER_SEC / 100)
#define UDP_CONNECTED 1u
#define UDP_UNCONNECTED 7u
#define UNIX_LISTENS 0x10000u
#define UNIX_UNCONNECTED 1u
#define UNIX_CONNECTED 3u

struct listing {
	struct rr_proc_writer *writer;
	bool v6, ping;
	unsigned line;
};

static void print_end(const struct listing *listing, const struct rr_ip *ip, uint16_t port)
{
	if (listing->v6)
		rr_proc_print(listing->writer, "%08X%08X%08X%08X:%04X", ip->words[0], ip->words[1], ip->words[2], ip->words[3], port);
	else
		rr_proc_print(listing->writer, "%08X:%04X", ip->words[3], port);
}

static void print_ends(struct listing *listing, unsigned number, const struct rr_ip *local, uint16_t local_port, const struct rr_ip *remote, uint16_t remote_port)
{
	rr_proc_print(listing->writer, "%4u: ", number);
	print_end(listing, local, local_port);
	rr_proc_print(listing->writer, " ");
	print_end(listing, remote, remote_port);
}

static void print_tcp(void *argument, const struct rr_tcp_entry *entry)
{
	struct listing *listing = argument;
	const struct rr_tcp_view *view = &entry->view;
	const struct rr_socket *socket = rr_inet_of_tcp(entry->owner);
	bool listens = view->state == RR_TCP_LISTEN, waits = view->state == RR_TCP_TIME_WAIT;
	uint64_t now = rr_clock_monotonic(), left = entry->timer && entry->timer_at > now ? (entry->timer_at - now) / TICK : 0;
	if (entry->v6 != listing->v6)
		return;
	print_ends(listing, listing->line++, &view->local, view->local_port, &view->remote, view->remote_port);
	rr_proc_print(listing->writer, " %02X %08X:%08X %02X:%08lX %08X %5u %8u %lu %d 0000000000000000", view->state, view->unacknowledged, listens ? entry->waiting : view->queued_in,
	              entry->timer, left, entry->info.retransmits, socket ? socket->inode.uid : 0, 0, socket ? socket->inode.number : 0, waits ? 3 : 1);
	if (!waits)
		rr_proc_print(listing->writer, " %u 0 0 %u %d", entry->info.rto / 10000, entry->info.send_mss ? entry->info.congestion_window / entry->info.send_mss : 10,
		              listens ? (int)entry->backlog : entry->info.slow_start_threshold == UINT32_MAX || !entry->info.send_mss ? -1 : (int)(entry->info.slow_start_threshold / entry->info.send_mss));
	rr_proc_print(listing->writer, "\n");
}

static void print_udp(void *argument, const struct rr_udp *udp)
{
	struct listing *listing = argument;
	const struct rr_socket *socket = rr_inet_of_udp(udp->owner);
	if (udp->v6 != listing->v6)
		return;
	print_ends(listing, udp->local_port, &udp->local, udp->local_port, &udp->remote, udp->remote_port);
	rr_proc_print(listing->writer, " %02X %08X:%08X 00:00000000 00000000 %5u %8u %lu %d 0000000000000000 %lu\n", udp->remote_port ? UDP_CONNECTED : UDP_UNCONNECTED, 0, udp->queued,
	              socket ? socket->inode.uid : 0, 0, socket ? socket->inode.number : 0, 2, udp->dropped);
}

static void list_tcp(struct rr_proc_writer *writer, bool v6)
{
	struct listing listing = { .writer = writer, .v6 = v6 };
	rr_proc_print(writer, v6 ? "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" :
	                           "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n");
	rr_tcp_each(print_tcp, &listing);
}

static void print_datagram_heading(struct rr_proc_writer *writer, bool v6)
{
	rr_proc_print(writer, v6 ? "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n" :
	                           "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n");
}

static void list_udp(struct rr_proc_writer *writer, bool v6)
{
	struct listing listing = { .writer = writer, .v6 = v6 };
	print_datagram_heading(writer, v6);
	rr_udp_each(print_udp, &listing);
}

static void print_raw(void *argument, const struct rr_inet_raw_entry *entry)
{
	struct listing *listing = argument;
	const struct rr_socket *socket = entry->socket;
	if (entry->ping != listing->ping || (socket->family == AF_INET6) != listing->v6)
		return;
	print_ends(listing, entry->port, &entry->local, entry->port, &entry->remote, 0);
	rr_proc_print(listing->writer, " %02X %08X:%08X 00:00000000 00000000 %5u %8u %lu %d 0000000000000000 %lu\n", UDP_UNCONNECTED, 0, entry->queued, socket->inode.uid, 0,
	              socket->inode.number, 2, entry->dropped);
}

static void list_raw(struct rr_proc_writer *writer, bool v6, bool ping)
{
	struct listing listing = { .writer = writer, .v6 = v6, .ping = ping };
	print_datagram_heading(writer, v6);
	if (rr_inet_raw_each)
		rr_inet_raw_each(print_raw, &listing);
}

void content_raw(struct rr_proc_writer *writer) { list_raw(writer, false, false); }
void content_raw6(struct rr_proc_writer *writer) { list_raw(writer, true, false); }
void content_icmp(struct rr_proc_writer *writer) { list_raw(writer, false, true); }
void content_icmp6(struct rr_proc_writer *writer) { list_raw(writer, true, true); }

void content_tcp(struct rr_proc_writer *writer) { list_tcp(writer, false); }
void content_tcp6(struct rr_proc_writer *writer) { list_tcp(writer, true); }
void content_udp(struct rr_proc_writer *writer) { list_udp(writer, false); }
void content_udp6(struct rr_proc_writer *writer) { list_udp(writer, true); }

static void print_unix(void *argument, const struct rr_unix_entry *entry)
{
	struct rr_proc_writer *writer = argument;
	const struct rr_socket *socket = entry->socket;
	rr_proc_print(writer, "0000000000000000: %08X 00000000 %08X %04X %02X %5lu", socket->inode.refs, socket->listening ? UNIX_LISTENS : 0, socket->type,
	              entry->connected ? UNIX_CONNECTED : UNIX_UNCONNECTED, socket->inode.number);
	if (entry->path_length && !entry->path[0])
		rr_proc_print(writer, " @%.*s", (int)entry->path_length - 1, entry->path + 1);
	else if (entry->path_length)
		rr_proc_print(writer, " %.*s", (int)entry->path_length, entry->path);
	rr_proc_print(writer, "\n");
}

void content_unix(struct rr_proc_writer *writer)
{
	rr_proc_print(writer, "Num       RefCount Protocol Flags    Type St Inode Path\n");
	rr_unix_each(print_unix, writer);
}
