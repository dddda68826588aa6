/* What owners ask for: rr/tcp.h. */
#include <rr/abi/errno.h>
#include <rr/platform.h>
#include <rr/string.h>
#include <rr/uaccess.h>
#include "internal.h"

#define SMALL_WRITE RR_NETBUF_ROOM
#define LARGE_PIECE 32768u
#define STARVED_FOR 20u /* ms */

void rr_tcp_init(void)
{
	static const struct rr_ip_protocol protocol = { input_packet, input_undelivered };
	rr_ip_set_protocol(RR_IP_TCP, &protocol);
	rr_platform_settle = tcp_settle;
}

/*
 * The end of what may have sent something. The loopback interface delivers in here, and what comes of it may be the end of this very endpoint: nobody looks
 * at one without an owner afterwards.
 */
static void leave(struct rr_tcp *tcp)
{
	endpoint_finish(tcp);
	rr_ip_flush();
}

struct rr_tcp_counts rr_tcp_counts(void) { return tcp_counts; }
struct rr_tcp_settings *rr_tcp_settings(struct rr_tcp *tcp) { return &tcp->settings; }
void rr_tcp_set_owner(struct rr_tcp *tcp, struct rr_tcp_owner *owner) { tcp->owner = owner; }

struct rr_tcp *rr_tcp_create(bool v6, struct rr_tcp_owner *owner)
{
	struct rr_tcp *tcp = endpoint_create(v6);
	if (tcp)
		tcp->owner = owner;
	return tcp;
}

static void note_settings(struct rr_tcp *tcp)
{
	tcp->end.only_v6 = tcp->settings.only_v6;
	tcp->end.reuse_address = tcp->settings.reuse_address;
	tcp->end.reuse_port = tcp->settings.reuse_port;
}

static bool has_port(const struct rr_tcp *tcp) { return !rr_list_empty(&tcp->end.port_link); }

int rr_tcp_bind(struct rr_tcp *tcp, const struct rr_ip *address, uint16_t port)
{
	if (has_port(tcp) || tcp->end.state != RR_TCP_CLOSED)
		return -EINVAL;
	if (!rr_ip_is_any(address) && !rr_ip_is_ours(address) && !tcp->settings.free_bind && !tcp->settings.transparent)
		return -EADDRNOTAVAIL;
	note_settings(tcp);
	struct rr_ip old = tcp->end.local;
	tcp->end.local = *address;
	int error = port_bind(&tcp->end, port);
	if (error) {
		tcp->end.local = old;
		return error;
	}
	tcp->bound_port = port;
	tcp->bound_address = !rr_ip_is_any(address);
	tcp->settings.only_v6 |= tcp->bound_address && !rr_ip_is_v4(address);
	return 0;
}

int rr_tcp_listen(struct rr_tcp *tcp, unsigned backlog)
{
	if (tcp->end.state == RR_TCP_LISTEN) {
		tcp->backlog = backlog;
		return 0;
	}
	if (tcp->end.state != RR_TCP_CLOSED || !rr_ip_is_any(&tcp->end.remote))
		return -EINVAL;
	note_settings(tcp);
	if (!has_port(tcp)) {
		int error = port_bind(&tcp->end, 0);
		if (error)
			return error;
	} else if (port_has_listener_conflict(&tcp->end)) {
		return -EADDRINUSE;
	}
	tcp->backlog = backlog;
	tcp->end.state = RR_TCP_LISTEN;
	table_add_listener(&tcp->end);
	return 0;
}

struct rr_tcp *rr_tcp_accept(struct rr_tcp *listener)
{
	rr_list_for_each(node, &listener->waiting) {
		struct rr_tcp *tcp = rr_list_entry(node, struct rr_tcp, listener_link);
		if (tcp->deferred)
			continue;
		rr_list_remove(&tcp->listener_link);
		listener->waiting_count--;
		tcp->listener = NULL;
		tcp->released = false;
		return tcp;
	}
	return NULL;
}

/* The addresses and the port of a connection that begins. */
static int choose_ends(struct rr_tcp *tcp, const struct rr_ip *address, uint16_t port)
{
	int error = rr_ip_find_path(address, &tcp->end.local, tcp->settings.device, &tcp->path);
	if (error)
		return error;
	tcp->end.remote = *address;
	tcp->end.remote_port = port;
	if (!tcp->bound_address)
		tcp->end.local = tcp->path.source;
	bool chosen = !has_port(tcp);
	if (chosen)
		error = port_for_connection(&tcp->end);
	if (!error)
		error = table_add(&tcp->end);
	if (error && chosen) {
		table_remove(&tcp->end);
		tcp->end.local_port = 0;
	}
	return error;
}

int rr_tcp_connect(struct rr_tcp *tcp, const struct rr_ip *to, uint16_t port)
{
	struct rr_ip address = *to;
	if (tcp->end.state == RR_TCP_LISTEN)
		return -EISCONN;
	if (tcp->end.state == RR_TCP_SYN_SENT || tcp->end.state == RR_TCP_SYN_RECEIVED)
		return -EALREADY;
	if (tcp->end.state != RR_TCP_CLOSED || tcp->irs)
		return -EISCONN;
	if (rr_ip_is_any(&address))
		address = rr_ip_this_host(&address, &tcp->end.local);
	if (rr_ip_is_multicast(&address) || rr_ip_is_broadcast(&address))
		return -ENETUNREACH;
	note_settings(tcp);
	struct rr_ip local = tcp->end.local;
	int error = choose_ends(tcp, &address, port);
	if (error) {
		tcp->end.local = local;
		tcp->end.remote = tcp->end.v6 ? RR_IP_ANY : RR_IP_ANY_V4;
		return error;
	}
	tcp_counts.active_opens++;
	tcp->error = 0;
	tcp->was_open = true;
	tcp->retries = tcp->backoff = 0;
	tcp->rto = RTO_FIRST;
	tcp->srtt = 0;
	tcp->iss = tcp->una = initial_sequence(&tcp->end);
	tcp->next = tcp->high = tcp->iss + 1;
	tcp->receive_scale = endpoint_scale_for(memory_receive_most(tcp));
	tcp->mss = MSS_DEFAULT_V4;
	tcp->end.state = RR_TCP_SYN_SENT;
	tcp->timed_end = tcp->next;
	tcp->timed_at = rr_clock_monotonic();
	segment_send(tcp, tcp->iss, 0, SYN);
	timers_retransmit(tcp, true);
	timers_arm(tcp);
	rr_ip_flush();
	return 0;
}

void rr_tcp_disconnect(struct rr_tcp *tcp)
{
	endpoint_disconnect(tcp);
	rr_ip_flush();
}

/* An error that is told once. */
static int told(struct rr_tcp *tcp)
{
	int error = tcp->error;
	tcp->error = 0;
	return -error;
}

int rr_tcp_take_error(struct rr_tcp *tcp) { return -told(tcp); }

/* Room for bytes behind the last that are there; NULL: no memory. */
static struct rr_netbuf *writable_piece(struct rr_tcp *tcp, size_t wanted)
{
	struct rr_netbuf *piece = tcp->out_last;
	if (piece && rr_netbuf_tailroom(piece))
		return piece;
	piece = wanted <= SMALL_WRITE ? rr_netbuf_alloc(0) : rr_netbuf_alloc_large((uint32_t)rr_align_up(rr_min(wanted, (size_t)LARGE_PIECE), RR_PAGE_SIZE));
	if (!piece)
		return NULL;
	piece->mark[0] = tcp->una + tcp->out_bytes;
	if (tcp->out_last)
		tcp->out_last->next = piece;
	else
		tcp->out_first = piece;
	return tcp->out_last = piece;
}

static bool may_write(const struct rr_tcp *tcp)
{
	return (tcp->end.state == RR_TCP_ESTABLISHED || tcp->end.state == RR_TCP_CLOSE_WAIT) && !tcp->fin_wanted;
}

/* No acknowledgement will say that there is memory again. */
static void starve(struct rr_tcp *tcp)
{
	tcp->starved = true;
	tcp->push_at = rr_clock_monotonic() + STARVED_FOR * MILLISECOND;
	timers_arm(tcp);
}

long rr_tcp_write(struct rr_tcp *tcp, struct rr_uio *uio, bool more)
{
	long done = 0, error = 0;
	if (tcp->error)
		return told(tcp);
	if (tcp->end.state == RR_TCP_SYN_SENT || tcp->end.state == RR_TCP_SYN_RECEIVED)
		return -EAGAIN;
	if (!may_write(tcp))
		return -EPIPE;
	uint32_t limit = memory_send_limit(tcp);
	while (uio->remaining && !error) {
		uint32_t room = limit > tcp->out_bytes ? limit - tcp->out_bytes : 0;
		struct rr_netbuf *piece = room ? writable_piece(tcp, rr_min(uio->remaining, (size_t)room)) : NULL;
		if (!piece) {
			if (room && !tcp->out_bytes)
				starve(tcp);
			error = -EAGAIN;
			break;
		}
		uint32_t count = (uint32_t)rr_min(rr_min((size_t)rr_netbuf_tailroom(piece), uio->remaining), (size_t)room);
		/* into the tail, which no view shows */
		error = rr_uio_read(uio, piece->data + piece->length, count);
		if (error)
			break;
		rr_netbuf_extend(piece, count);
		tcp->out_bytes += count;
		done += count;
	}
	tcp->more = more && !uio->remaining;
	if (done)
		output(tcp);
	leave(tcp);
	return done ? done : error;
}

static bool may_read(const struct rr_tcp *tcp) { return tcp->irs && tcp->end.state != RR_TCP_SYN_SENT && tcp->end.state != RR_TCP_SYN_RECEIVED; }

/* Is the window the other side knows so much smaller than it could be that it should hear? (RFC 9293, 3.8.6.2.2) */
static void open_window(struct rr_tcp *tcp)
{
	/* what the window's field cannot say, as when the other side does not scale, is not news */
	uint32_t known = tcp->advertised - tcp->rnext, limit = rr_min(memory_receive_limit(tcp), 65535u << tcp->receive_scale);
	uint32_t space = limit > tcp->in_bytes ? limit - tcp->in_bytes : 0;
	if (endpoint_is_synchronised(tcp) && !tcp->fin_received && space > known && space - known >= rr_min(limit / 2, 2u * tcp->mss) &&
	    known < rr_max(limit / 2, 2u * tcp->mss)) { /* with less than two segments the other side may have to wait for a delayed acknowledgement */
		output_ack(tcp);
		rr_ip_flush();
	}
}

long rr_tcp_read(struct rr_tcp *tcp, struct rr_uio *uio, bool peek, bool drop)
{
	long done = 0;
	int error = 0;
	if (!may_read(tcp) && !tcp->error) {
		if (tcp->end.state == RR_TCP_CLOSED && tcp->was_open) /* an attempt that has failed, and was told of */
			return 0;
		return tcp->end.state == RR_TCP_SYN_SENT || tcp->end.state == RR_TCP_SYN_RECEIVED ? -EAGAIN : -ENOTCONN;
	}
	uint32_t skip = 0, limit = RR_UNLIKELY(tcp->urgent_state) && uio->remaining ? urgent_limit(tcp, peek, &skip) : UINT32_MAX;
	struct rr_netbuf *packet = tcp->in_first, *piece = packet;
	while (piece && uio->remaining && limit) {
		uint32_t passed = rr_min(skip, piece->length), count = rr_min((uint32_t)rr_min((size_t)(piece->length - passed), uio->remaining), limit);
		if (drop)
			uio->remaining -= count;
		else if ((error = rr_uio_write(uio, piece->data + passed, count)))
			break;
		done += count;
		limit -= count;
		skip -= passed;
		if (!peek) {
			receive_consume(tcp, count);
			packet = piece = tcp->in_first;
		} else if (!(piece = piece->more)) {
			piece = packet = packet->next;
		}
	}
	if (RR_UNLIKELY(tcp->urgent_state) && !peek)
		urgent_was_read(tcp);
	if (done && !peek) {
		tcp->read_in_round += (uint32_t)done;
		if (tcp->read_in_round >= tcp->look_at_read && !tcp->settings.receive_buffer)
			memory_was_read(tcp);
		open_window(tcp);
	}
	if (done)
		return done;
	if (error)
		return error;
	if (tcp->error && !tcp->fin_received) /* as on Linux, who has sent all is not reset for a reader */
		return told(tcp);
	return tcp->fin_received || tcp->read_shut || tcp->end.state == RR_TCP_CLOSED || (!uio->remaining && tcp->in_bytes) ? 0 : -EAGAIN;
}

/* Send a FIN behind what is there. */
static void close_writing(struct rr_tcp *tcp)
{
	tcp->fin_wanted = true;
	tcp->more = false;
	tcp->push_at = 0;
	if (tcp->end.state == RR_TCP_ESTABLISHED)
		tcp->end.state = RR_TCP_FIN_WAIT_1;
	else if (tcp->end.state == RR_TCP_CLOSE_WAIT)
		tcp->end.state = RR_TCP_LAST_ACK;
	output(tcp);
}

int rr_tcp_shutdown(struct rr_tcp *tcp, bool read, bool write)
{
	if (tcp->end.state == RR_TCP_LISTEN) { /* as Linux: no listener any more */
		if (read)
			rr_tcp_disconnect(tcp);
		return 0;
	}
	if (tcp->end.state == RR_TCP_SYN_SENT) {
		rr_tcp_disconnect(tcp);
		return 0;
	}
	if (tcp->end.state == RR_TCP_CLOSED)
		return -ENOTCONN;
	if (read) {
		tcp->read_shut = true;
		endpoint_tell(tcp, RR_TCP_IN | (tcp->fin_wanted ? RR_TCP_HANGUP : 0));
	}
	if (write && !tcp->fin_wanted) {
		close_writing(tcp);
		endpoint_tell(tcp, RR_TCP_OUT | (tcp->read_shut || tcp->fin_received ? RR_TCP_HANGUP : 0));
	}
	leave(tcp);
	return 0;
}

void rr_tcp_push(struct rr_tcp *tcp)
{
	note_settings(tcp);
	if (tcp->settings.keep_alive && endpoint_is_synchronised(tcp) && !tcp->keep_at)
		tcp->keep_at = rr_clock_monotonic() + tcp->settings.keep_idle * RR_NSEC_PER_SEC;
	if (!tcp->settings.cork)
		tcp->more = false;
	tcp->ack_now |= tcp->settings.quick_ack == 1 && tcp->unacked;
	output(tcp);
	leave(tcp);
}

void rr_tcp_release(struct rr_tcp *tcp, bool abort)
{
	tcp->owner = NULL;
	tcp->released = true;
	if (tcp->end.state == RR_TCP_LISTEN || tcp->end.state == RR_TCP_SYN_SENT) {
		endpoint_close(tcp, 0);
	} else if (tcp->end.state != RR_TCP_CLOSED && (abort || tcp->in_bytes)) {
		segment_send_reset(tcp);
		endpoint_close(tcp, 0);
	} else if (tcp->end.state == RR_TCP_FIN_WAIT_2) {
		tcp->end_at = rr_clock_monotonic() + (uint64_t)rr_max(tcp->settings.linger_2, 0) * RR_NSEC_PER_SEC;
		timers_arm(tcp);
	} else if (tcp->end.state != RR_TCP_CLOSED && !tcp->fin_wanted) {
		close_writing(tcp);
	}
	leave(tcp);
}

void rr_tcp_look(const struct rr_tcp *tcp, struct rr_tcp_view *view)
{
	bool listens = tcp->end.state == RR_TCP_LISTEN, closed = tcp->end.state == RR_TCP_CLOSED, connects = tcp->end.state == RR_TCP_SYN_SENT;
	bool acceptable = false;
	if (listens)
		rr_list_for_each(node, &tcp->waiting)
			acceptable |= !rr_list_entry(node, struct rr_tcp, listener_link)->deferred;
	*view = (struct rr_tcp_view){ .state = tcp->end.state, .error = tcp->error, .queued_in = tcp->in_bytes, .ready_in = tcp->in_bytes, .queued_out = tcp->out_bytes,
		.unacknowledged = tcp->out_bytes, .local = tcp->end.local, .remote = tcp->end.remote, .local_port = tcp->end.local_port,
		.remote_port = tcp->end.remote_port };
	view->not_sent = tcp->out_bytes - rr_min(tcp->next - tcp->una, tcp->out_bytes);
	if (RR_UNLIKELY(tcp->urgent_state)) {
		view->urgent = tcp->urgent_state == URGENT_THERE;
		view->at_mark = rr_tcp_is_at_mark(tcp);
		view->queued_in = urgent_in_bytes(tcp);
	}
	view->read_end = tcp->fin_received || tcp->read_shut || (closed && tcp->was_open);
	view->write_end = tcp->fin_wanted || (closed && tcp->was_open);
	view->readable = listens ? acceptable : tcp->in_bytes || view->read_end || tcp->error;
	view->writable = tcp->error || view->write_end || (!listens && !connects && !closed && !tcp->starved && tcp->out_bytes <= memory_send_limit(tcp) / 3 * 2 &&
	                                                      (!tcp->settings.not_sent_least || view->not_sent < tcp->settings.not_sent_least));
}

void rr_tcp_info(const struct rr_tcp *tcp, struct rr_tcp_info *info)
{
	*info = (struct rr_tcp_info){ .retransmits = tcp->retries, .backoff = tcp->backoff, .options = (uint8_t)(tcp->timestamps | tcp->sack << 1 | tcp->scaling << 2),
		.send_scale = tcp->send_scale, .receive_scale = tcp->receive_scale, .rto = tcp->rto * 1000, .rtt = tcp->srtt / 8, .rtt_deviation = tcp->rttvar / 4,
		.send_mss = tcp->mss, .receive_mss = tcp->mss, .congestion_window = tcp->cwnd, .slow_start_threshold = tcp->ssthresh,
		.total_retransmits = tcp->total_retransmits, .receive_space = receive_space(tcp), .bytes_acked = tcp->bytes_acked, .bytes_received = tcp->bytes_received,
		.bytes_sent = tcp->bytes_sent, .segments_in = tcp->segments_in, .segments_out = tcp->segments_out, .data_in = tcp->data_in, .data_out = tcp->data_out,
		.mtu = tcp->path.device ? tcp->path.device->mtu < tcp->path.mtu ? tcp->path.device->mtu : tcp->path.mtu : 0, .send_window = tcp->window };
	if (tcp->mss) {
		info->unacked = (tcp->next - tcp->una + tcp->mss - 1) / tcp->mss;
		info->sacked = loss_sacked_bytes(tcp, tcp->una, tcp->next) / tcp->mss;
	}
	info->heard_before = tcp->heard_at ? (uint32_t)((rr_clock_monotonic() - tcp->heard_at) / MILLISECOND) : 0;
}
