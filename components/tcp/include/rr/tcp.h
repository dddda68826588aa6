/*
 * TCP (RFC 9293) with window scaling and timestamps (RFC 7323), selective acknowledgements (RFC 2018, 6675), congestion control (RFC 5681, 6582, 6928), SYN
 * cookies (RFC 4987), protection against blind attacks (RFC 5961, 6056, 6528). Knows nothing of sockets or descriptors: an endpoint has an owner, who is told when
 * something about it has changed and then looks.
 *
 * Thread context or an interrupt handler, under the big lock. Functions that copy to or from programs: thread context.
 */
#pragma once
#include <rr/ip.h>

struct rr_tcp;
struct rr_uio;

/* As in Linux's struct tcp_info. */
enum rr_tcp_state {
	RR_TCP_ESTABLISHED = 1, RR_TCP_SYN_SENT, RR_TCP_SYN_RECEIVED, RR_TCP_FIN_WAIT_1, RR_TCP_FIN_WAIT_2, RR_TCP_TIME_WAIT,
	RR_TCP_CLOSED, RR_TCP_CLOSE_WAIT, RR_TCP_LAST_ACK, RR_TCP_LISTEN, RR_TCP_CLOSING,
};

/* `changed` says what an owner may want to wake for; several at once. */
#define RR_TCP_IN 1u       /* something to read or accept, end of input, an error */
#define RR_TCP_OUT 2u      /* room to write, connected, an error */
#define RR_TCP_HANGUP 4u   /* closed both ways */
#define RR_TCP_URGENT 8u   /* the other side has urgent data for us, maybe still under way */

struct rr_tcp_owner {
	/* Must not call rr_tcp_*() for this endpoint from here. */
	void (*changed)(struct rr_tcp_owner *owner, unsigned what);
};

/* Settings an owner may change at any time before or between calls; bytes and seconds. Children of a listener begin with its settings. */
struct rr_tcp_settings {
	uint32_t send_buffer, receive_buffer; /* bytes of data held; 0: as much as is good for the connection, and memory allows */
	uint32_t most_segment;   /* TCP_MAXSEG; 0: what the path takes */
	bool no_delay, cork;     /* TCP_NODELAY, TCP_CORK */
	bool keep_alive;
	uint32_t keep_idle, keep_interval, keep_count;
	uint32_t user_timeout;   /* ms; 0: by retransmissions */
	int32_t linger_2;        /* seconds in FIN-WAIT-2 without an owner; -1: none */
	uint8_t syn_retries;
	uint8_t ttl, traffic_class;
	bool reuse_address, reuse_port;
	bool only_v6;            /* IPV6_V6ONLY */
	uint8_t quick_ack;       /* TCP_QUICKACK: 1 acknowledge at once, 0 never more than the rules ask for; at first RR_TCP_QUICK_UNSET */
#define RR_TCP_QUICK_UNSET 2
	bool oob_inline;         /* urgent data stays among the other */
	bool free_bind, transparent; /* may be bound to addresses that are not ours */
	uint16_t device;         /* sends and receives by this one only; 0: any */
	uint32_t window_clamp;   /* the window is no larger; 0: as the buffer */
	uint32_t not_sent_least; /* writable only with fewer bytes than these not sent; 0: does not matter */
	uint32_t defer_accept;   /* seconds: a connection is told of when its first data is there */
};
struct rr_tcp_settings *rr_tcp_settings(struct rr_tcp *tcp);

/* A closed endpoint; `v6`: of an AF_INET6 socket. NULL: no memory. */
struct rr_tcp *rr_tcp_create(bool v6, struct rr_tcp_owner *owner);
/*
 * The owner leaves. What has been written is still sent, unless there is unread data or `abort`: then the connection is reset (RFC 2525, section 2.17). Connections
 * of a listener that nobody has accepted are reset.
 */
void rr_tcp_release(struct rr_tcp *tcp, bool abort);

/* Port 0: one is chosen. -EINVAL (bound already), -EADDRINUSE, -EADDRNOTAVAIL. `port`: host order, as everywhere here. */
int rr_tcp_bind(struct rr_tcp *tcp, const struct rr_ip *address, uint16_t port);
/*
 * While more than `backlog` connections wait for being accepted, nobody is let in; those whose handshake has begun by then
 * are, at most max(backlog, 128). Again: changes the backlog. -EINVAL (connected), -EADDRINUSE.
 */
int rr_tcp_listen(struct rr_tcp *tcp, unsigned backlog);
/* Take a connection that is waiting; it belongs to nobody until rr_tcp_set_owner(). NULL: none is. */
struct rr_tcp *rr_tcp_accept(struct rr_tcp *listener);
void rr_tcp_set_owner(struct rr_tcp *tcp, struct rr_tcp_owner *owner);
/* Begin to connect. 0: begun, `changed` follows; -EISCONN (also: listens), -EALREADY, -ENETUNREACH, -EADDRNOTAVAIL (also: there is such a connection), -ENOMEM. */
int rr_tcp_connect(struct rr_tcp *tcp, const struct rr_ip *address, uint16_t port);

/*
 * Take bytes of `uio` for sending, as many as there is room for; `more`: some will follow at once (MSG_MORE). How many; -EAGAIN: no room;
 * -EPIPE: not connected, or not any more; -EFAULT, -ENOMEM, the endpoint's error.
 */
long rr_tcp_write(struct rr_tcp *tcp, struct rr_uio *uio, bool more);
/* The last byte written is urgent (MSG_OOB): after rr_tcp_write() with `more`, which then need not be followed by anything. */
void rr_tcp_mark_urgent(struct rr_tcp *tcp);
/* The urgent byte. 1; -EAGAIN: on its way; -EINVAL: there is none, or it was read, or stays among the other data. */
long rr_tcp_read_urgent(struct rr_tcp *tcp, uint8_t *byte, bool peek);
/* Reading stops before urgent data; is it there now? */
bool rr_tcp_is_at_mark(const struct rr_tcp *tcp);
/* Give received bytes. How many; 0: end of input; -EAGAIN: nothing there yet; -ENOTCONN, -EFAULT, the endpoint's error. `peek`: they stay. `drop`: not copied. */
long rr_tcp_read(struct rr_tcp *tcp, struct rr_uio *uio, bool peek, bool drop);
/* No more writing, no more reading; an attempt to connect ends with ECONNRESET, a listener that is not to read with nothing. -ENOTCONN. */
int rr_tcp_shutdown(struct rr_tcp *tcp, bool read, bool write);
/* Closed at once, the other side is told by a reset, and as rr_tcp_create() makes it, but for settings and what is bound. The error: ECONNRESET, or the one it had. */
void rr_tcp_disconnect(struct rr_tcp *tcp);
/* Send what TCP_CORK or MSG_MORE held back; acknowledge at once with quick_ack. After settings have changed. */
void rr_tcp_push(struct rr_tcp *tcp);

/* What poll(2) wants to know. */
struct rr_tcp_view {
	enum rr_tcp_state state;
	bool readable;     /* bytes, a connection, end of input */
	bool writable;     /* a third of the buffer is free, and the connection is there */
	bool read_end;     /* the other side has closed, or we have shut down reading */
	bool write_end;    /* we have shut down writing */
	int error;         /* positive errno; stays until taken */
	uint32_t queued_in, queued_out, unacknowledged, not_sent; /* bytes; queued_in: up to urgent data */
	uint32_t ready_in; /* bytes received, urgent ones included */
	bool urgent;       /* there is urgent data that was not read */
	bool at_mark;      /* all before it was read */
	struct rr_ip local, remote;
	uint16_t local_port, remote_port;
};
void rr_tcp_look(const struct rr_tcp *tcp, struct rr_tcp_view *view);
/* The error, positive, which is none from then on. SO_ERROR. */
int rr_tcp_take_error(struct rr_tcp *tcp);

/* For TCP_INFO and tests. Times in microseconds. */
struct rr_tcp_info {
	uint8_t retransmits, backoff, options; /* options: 1 timestamps, 2 SACK, 4 window scaling */
	uint8_t send_scale, receive_scale;
	uint32_t rto, rtt, rtt_deviation, send_mss, receive_mss, congestion_window, slow_start_threshold;
	uint32_t total_retransmits, receive_space;
	uint32_t mtu;                          /* of the path; 0: not known */
	uint32_t unacked, sacked;              /* segments, roughly */
	uint32_t send_window, heard_before;    /* bytes, ms */
	uint32_t segments_in, segments_out, data_in, data_out;
	uint64_t bytes_acked, bytes_received, bytes_sent;
};
void rr_tcp_info(const struct rr_tcp *tcp, struct rr_tcp_info *info);

/* For /proc/net. */
struct rr_tcp_counts {
	uint32_t endpoints, time_wait, half_open;
	uint64_t cookies_sent, cookies_good, resets_sent, retransmits, dropped;
	uint64_t segments_in, segments_out, active_opens, passive_opens;
};
struct rr_tcp_counts rr_tcp_counts(void);

/* What /proc/net/tcp tells of an endpoint. */
struct rr_tcp_entry {
	struct rr_tcp_view view;           /* in TIME-WAIT: state, addresses and ports */
	struct rr_tcp_info info;
	const struct rr_tcp_owner *owner;  /* NULL: nobody */
	bool v6;                           /* of an AF_INET6 socket */
	unsigned waiting, backlog;         /* of a listener */
	enum { RR_TCP_NO_TIMER, RR_TCP_RETRANSMITS, RR_TCP_KEEPS_ALIVE, RR_TCP_WAITS, RR_TCP_PROBES } timer;
	uint64_t timer_at;                 /* monotonic ns */
};
/* All listeners and connections, and what is left of them; not those that are only bound. Nothing may be changed meanwhile. */
void rr_tcp_each(void (*each)(void *argument, const struct rr_tcp_entry *entry), void *argument);

/* Once, before anything else; further times do nothing. */
void rr_tcp_init(void);
