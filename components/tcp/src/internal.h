/* Private to the tcp component. Names of sequence variables as in RFC 9293, section 3.3.1, without SND. and RCV. */
#pragma once
#include <rr/clock.h>
#include <rr/list.h>
#include <rr/tcp.h>
#include <rr/timer.h>

#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define PSH 0x08
#define ACK 0x10
#define URG 0x20

#define MILLISECOND 1000000ul
#define HEADER 20u
#define MOST_OPTIONS 40u
#define MSS_DEFAULT_V4 536u
#define MSS_DEFAULT_V6 1220u
#define MSS_LEAST 88u
#define TIMESTAMP_OPTION 12u /* with the two NOPs that align it */
#define MOST_SCALE 14

#define RTO_FIRST 1000u      /* ms; RFC 6298, 2.1 */
#define RTO_LEAST 200u       /* as Linux; RFC 6298 wants a second */
#define RTO_MOST 120000u
#define DELAYED_ACK 40u      /* ms */
#define TIME_WAIT_SECONDS 60u
#define DATA_RETRIES 15
#define SYNACK_RETRIES 5
#define ORPHAN_RETRIES 8
#define INITIAL_SEGMENTS 10u /* RFC 6928 */
#define DUPLICATE_ACKS 3
#define MOST_RANGES 16
#define SEGMENTS_BEFORE_ACK 2

/* Sequence numbers wrap around. */
static inline bool before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static inline bool after(uint32_t a, uint32_t b) { return (int32_t)(a - b) > 0; }
static inline uint32_t later(uint32_t a, uint32_t b) { return after(a, b) ? a : b; }
static inline uint32_t earlier(uint32_t a, uint32_t b) { return before(a, b) ? a : b; }

struct range {
	uint32_t from, to;
};

/* What the tables hold: a connection, a listener, or what is left of a connection in TIME-WAIT. */
struct endpoint {
	struct rr_list hash_link; /* by both addresses and ports; listeners: by port */
	struct rr_list port_link; /* all that use a local port, but for children of a listener */
	struct rr_ip local, remote;
	uint16_t local_port, remote_port;
	uint8_t state;            /* enum rr_tcp_state */
	bool v6, only_v6;
	bool reuse_address, reuse_port;
};

struct rr_tcp {
	struct endpoint end;      /* first */
	struct rr_tcp_owner *owner; /* NULL: an orphan, or not accepted yet */
	struct rr_tcp_settings settings;
	int error;
	struct rr_ip_path path;
	bool bound_address, bound_port; /* said by the owner, who keeps them when the connection ends */
	bool was_open;            /* there was a connection, or an attempt at one */
	bool released;            /* the owner has left: freed with the connection's end */

	/* sending */
	uint32_t una, next, high; /* unacknowledged, next to send, highest that was ever sent */
	uint32_t window, wl1, wl2, most_window, iss;
	uint8_t send_scale, receive_scale;
	bool scaling, timestamps, sack;
	bool fin_wanted, fin_sent;
	bool more;                /* MSG_MORE of the last write */
	uint32_t urgent_out;      /* number behind the urgent byte */
	uint32_t segments_out, data_out;
	uint64_t bytes_sent;
	bool starved;             /* there was no memory for the first byte to send: `push_at` is when to try again */
	bool push_now;            /* what a cork held back has waited long enough */
	uint16_t mss, peer_mss;   /* payload bytes of a segment; what the other side's option allowed */
	bool urgent_sending;
	struct rr_netbuf *out_first, *out_last; /* data from `una` on: mark[0] is the sequence number of a piece's first byte */
	uint32_t out_bytes;       /* in them behind una */

	/* loss and congestion */
	uint32_t cwnd, ssthresh, recover, retransmit; /* retransmit: up to where holes have been sent again */
	uint32_t acked_in_round;
	struct range sacked[MOST_RANGES]; /* ascending, apart, all above una */
	uint8_t sacked_count, duplicates;
	bool recovering;
	uint32_t srtt, rttvar;    /* us, scaled by 8 and by 4 */
	uint32_t rto;             /* ms */
	uint8_t retries, backoff;
	uint32_t timed_end;       /* an acknowledgement of this tells how long the way took since timed_at; 0: nothing is timed */
	uint64_t timed_at, first_unanswered_at;
	uint32_t total_retransmits;
	uint64_t bytes_acked, bytes_received;

	/* receiving */
	uint32_t rnext, advertised, irs; /* advertised: right edge of the window the other side knows */
	uint32_t ts_recent;
	uint64_t ts_recent_at;
	struct rr_netbuf *in_first, *in_last;  /* in order, not read yet */
	uint32_t in_bytes;
	uint32_t receive_room;    /* what has turned out to be a good limit; 0: not known yet */
	uint32_t read_in_round, look_at_read; /* bytes the owner has read in this round trip; how many are worth a look */
	uint64_t round_began;
	struct rr_netbuf *early;  /* out of order, ascending, apart: mark[0] is the first byte's number */
	uint32_t early_bytes, early_count, last_early;
	bool fin_received, read_shut;
	enum { URGENT_NONE, URGENT_COMING, URGENT_THERE, URGENT_READ } urgent_state;
	uint32_t urgent_in;       /* number of the urgent byte */
	uint32_t segments_in, data_in;
	uint8_t unacked;          /* segments since the last acknowledgement */
	bool ack_now;

	/* absolute times, 0: not set; `timer` goes off at the first of them or earlier */
	struct rr_timer timer;
	uint64_t retransmit_at, ack_at, push_at, keep_at, end_at;
	uint8_t probes;           /* keep-alives without an answer */
	uint64_t heard_at;

	/* a listener's connections, and a connection's listener */
	struct rr_list half_open, waiting;
	unsigned half_open_count, waiting_count, backlog;
	struct rr_tcp *listener;
	struct rr_list listener_link;
	bool deferred;            /* complete, told of when its first data is there */
};

struct options {
	bool has_mss, has_scale, has_sack, has_timestamp;
	uint16_t mss;
	uint8_t scale;
	uint32_t ts_value, ts_echo;
	struct range sack[4];
	uint8_t sack_count;
};

struct segment {
	struct rr_netbuf *packet; /* its payload */
	const struct rr_ip_received *how;
	uint32_t seq, ack, length; /* length: of the payload */
	uint32_t window;          /* not scaled */
	uint32_t urgent;          /* with URG: number of the urgent byte */
	uint16_t from_port, to_port;
	uint8_t flags;
	struct options options;
};

/* table.c */
extern struct rr_tcp_counts tcp_counts;
struct endpoint *table_find(const struct rr_ip *local, uint16_t local_port, const struct rr_ip *remote, uint16_t remote_port);
struct rr_tcp *table_find_listener(const struct rr_ip *local, uint16_t local_port, const struct rr_ip *remote, uint16_t remote_port);
/* -EADDRNOTAVAIL: there is such a connection; -ENOMEM: no larger table. */
int table_add(struct endpoint *end);
void table_add_listener(struct endpoint *end);
void table_remove(struct endpoint *end);
/* It is nobody's to find any more; its local port stays taken. */
void table_remove_but_port(struct endpoint *end);
/* Take a local port: `port`, or one that is free (0). -EADDRINUSE. */
int port_bind(struct endpoint *end, uint16_t port);
/* Take one for a connection to end->remote, which may be shared with connections to elsewhere. -EADDRNOTAVAIL. */
int port_for_connection(struct endpoint *end);
bool port_has_listener_conflict(const struct endpoint *end);
/* All that is in the tables: listeners first. `each` may remove the one it is given, and no other. */
void table_each(void (*each)(void *argument, struct endpoint *end), void *argument);

/* hash.c: SipHash-2-4 (Aumasson, Bernstein, 2012) under a key of this boot. */
uint64_t keyed_hash(const void *data, size_t length, uint64_t salt);
struct hash_key {
	uint64_t words[2];
	bool seeded;
};
/* Another random key from the next hash on; the old one. */
struct hash_key hash_new_key(void);
void hash_set_key(struct hash_key key);
uint64_t connection_hash(const struct rr_ip *local, uint16_t local_port, const struct rr_ip *remote, uint16_t remote_port, uint64_t salt);

/* endpoint.c */
struct rr_tcp *endpoint_create(bool v6);
/* Its end: out of all tables, without data, the owner told. It is still there: endpoint_finish(). */
void endpoint_close(struct rr_tcp *tcp, int error);
/* Its end, and an endpoint as at first, but for settings, what is bound, and an error that was not told yet. */
void endpoint_disconnect(struct rr_tcp *tcp);
/* Whoever has called something that may end it calls this last: frees it when it is closed and nobody's. */
void endpoint_finish(struct rr_tcp *tcp);
void endpoint_tell(struct rr_tcp *tcp, unsigned what);
uint32_t initial_sequence(const struct endpoint *end);
/* Find the path and what it means for the size of segments. */
int endpoint_find_path(struct rr_tcp *tcp);
void endpoint_set_mss(struct rr_tcp *tcp);
/* The window scale to offer for a receive buffer. */
uint8_t endpoint_scale_for(uint32_t buffer);
/* The size of segments a SYN allows, said or not (RFC 9293, 3.7.1). */
uint16_t endpoint_peer_mss(const struct segment *segment);
/* What the other side's SYN says about the connection; the scale that was to be offered stays only if it scales, too. */
void endpoint_take_syn(struct rr_tcp *tcp, const struct options *options, uint16_t mss);
bool endpoint_is_synchronised(const struct rr_tcp *tcp);

/* options.c */
/* False: malformed (they are then as far as they were good). */
bool options_parse(const uint8_t *at, unsigned length, struct options *options);
/* Write the options of a segment with `flags` and `length` bytes of payload; how many bytes, a multiple of four. */
unsigned options_write(const struct rr_tcp *tcp, uint8_t flags, uint32_t length, uint8_t *at);
unsigned options_write_syn(uint8_t *at, uint16_t mss, int scale, bool sack, bool timestamps, uint32_t ts_value, uint32_t ts_echo);
uint32_t timestamp_now(void);

/* segment.c */
/* Send `length` bytes of the buffer from `seq` on. False: no memory. */
bool segment_send(struct rr_tcp *tcp, uint32_t seq, uint32_t length, uint8_t flags);
/* Answer `segment`, which belongs to no connection, with a reset; or reset `tcp`'s. */
void segment_reset(const struct segment *segment);
void segment_send_reset(struct rr_tcp *tcp);
struct bare { /* a segment without a connection */
	struct rr_ip from, to;
	uint16_t from_port, to_port;
	uint32_t seq, ack, window;
	uint16_t urgent;
	uint8_t flags, option_length;
	uint8_t options[MOST_OPTIONS];
};
void segment_send_bare(const struct bare *bare);

/* output.c */
/* Send what may be sent now, or an acknowledgement if one is due. */
void output(struct rr_tcp *tcp);
void output_ack(struct rr_tcp *tcp);
/* A challenge acknowledgement, of which there are few in a second (RFC 5961, section 7). */
void output_challenge(struct rr_tcp *tcp);
uint32_t output_window(struct rr_tcp *tcp);

/* loss.c: what the other side has, and what to send again. */
void loss_reset(struct rr_tcp *tcp);
/* Take a segment's SACK blocks; true when they tell something new. */
bool loss_take_sack(struct rr_tcp *tcp, const struct options *options);
void loss_trim(struct rr_tcp *tcp);
uint32_t loss_sacked_bytes(const struct rr_tcp *tcp, uint32_t from, uint32_t to);
/* The next hole from `from` on, below the highest number that was reported; false: none. */
bool loss_next_hole(const struct rr_tcp *tcp, uint32_t from, struct range *hole);
bool loss_is_evident(const struct rr_tcp *tcp);
/* Bytes that are thought to be on their way (RFC 6675, section 4: pipe). */
uint32_t loss_pipe(const struct rr_tcp *tcp);
void loss_enter_recovery(struct rr_tcp *tcp);
void loss_acked(struct rr_tcp *tcp, uint32_t bytes);
void loss_timed_out(struct rr_tcp *tcp);
void loss_measure(struct rr_tcp *tcp, uint64_t ns);

/* send.c: the data that is not acknowledged. */
void send_acked(struct rr_tcp *tcp, uint32_t upto);
void send_drop(struct rr_tcp *tcp);
/* Views of bytes [seq, seq + length) behind `packet`. False: no memory. */
bool send_attach(struct rr_tcp *tcp, struct rr_netbuf *packet, uint32_t seq, uint32_t length);

/* receive.c */
/* Take a segment's data, whose numbers are within the window; keeps or gives up its packet. */
void receive_data(struct rr_tcp *tcp, struct segment *segment);
/* May its data be kept? The window is a promise for which the memory may be gone by now; what is not kept is not acknowledged, and comes again. */
bool receive_has_room(const struct rr_tcp *tcp, const struct segment *segment);
void receive_drop(struct rr_tcp *tcp);
uint32_t receive_space(const struct rr_tcp *tcp);
unsigned receive_sack_blocks(const struct rr_tcp *tcp, struct range *blocks, unsigned most);

/* The first packet's first `n` bytes, all in its first piece, have been read. */
void receive_consume(struct rr_tcp *tcp, uint32_t n);

/* urgent.c: the urgent byte's number was received; maybe it is there now. */
void urgent_segment(struct rr_tcp *tcp, uint32_t at);
void urgent_look(struct rr_tcp *tcp);
/* How many bytes may be read in one go; *skip becomes 1 when the first is to be passed over. With `urgent_state` only. */
uint32_t urgent_limit(struct rr_tcp *tcp, bool peek, uint32_t *skip);
void urgent_was_read(struct rr_tcp *tcp);
uint32_t urgent_in_bytes(const struct rr_tcp *tcp);
/* For a segment that begins with `seq`; 0: none. With `urgent_sending` only. */
uint16_t urgent_pointer(struct rr_tcp *tcp, uint32_t seq);

/* memory.c: limits for data to send, for data received, and what the latter may become. */
uint32_t memory_send_limit(const struct rr_tcp *tcp);
uint32_t memory_receive_limit(const struct rr_tcp *tcp);
uint32_t memory_receive_most(const struct rr_tcp *tcp);
/* Much has been read since the last look. */
void memory_was_read(struct rr_tcp *tcp);

/* timers.c */
void timers_arm(struct rr_tcp *tcp);
void timers_retransmit(struct rr_tcp *tcp, bool restart);
void timers_stop(struct rr_tcp *tcp);

/* listen.c */
void listen_segment(struct rr_tcp *listener, struct segment *segment);
/* A connection of a listener is complete / is gone. */
void listen_established(struct rr_tcp *tcp);
void listen_forget(struct rr_tcp *tcp);
void listen_close(struct rr_tcp *listener);
/* settle.c */
void tcp_settle(void);
/* cookie.c */
uint32_t cookie_make(const struct segment *segment, uint16_t mss);
/* The size of segments it carries; 0: not one of ours, or too old. */
uint16_t cookie_check(const struct segment *segment);

/* time-wait.c */
struct time_wait;
void time_wait_enter(struct rr_tcp *tcp);
uint64_t time_wait_end(const struct endpoint *end);
/* Answer a segment for what is in TIME-WAIT. True: it asks for a new connection and the old one is gone. */
bool time_wait_segment(struct endpoint *end, struct segment *segment);

/* input.c */
void input_packet(struct rr_netbuf *packet, const struct rr_ip_received *how);
void input_undelivered(const struct rr_ip *from, const struct rr_ip *to, const uint8_t *start, int error, bool fatal, uint32_t mtu);
/* A segment for a connection whose handshake has just been recreated from a cookie. */
void input_segment(struct rr_tcp *tcp, struct segment *segment);
