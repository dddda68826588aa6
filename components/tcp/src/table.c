/* Who is where: connections by addresses and ports in a table that grows, listeners by port, and which local ports are taken. */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/random.h>
#include "internal.h"

#define FIRST_BUCKETS 64u
#define MOST_BUCKETS 16384u /* lists get longer beyond 30,000 connections */
#define LISTENER_BUCKETS 32u
#define PORT_BUCKETS 256u
/* As Linux's ip_local_port_range. */
#define FIRST_EPHEMERAL 32768u
#define EPHEMERALS 28232u

struct rr_tcp_counts tcp_counts;

static struct rr_list *buckets;
static unsigned bucket_count, connection_count;
static struct rr_list listeners[LISTENER_BUCKETS], ports[PORT_BUCKETS];

static struct rr_list *list(struct rr_list *head)
{
	if (!head->next)
		rr_list_init(head);
	return head;
}

static struct rr_list *bucket_of(const struct rr_ip *local, uint16_t local_port, const struct rr_ip *remote, uint16_t remote_port)
{
	return list(&buckets[connection_hash(local, local_port, remote, remote_port, 0) & (bucket_count - 1)]);
}

static struct rr_list *bucket(const struct endpoint *end) { return bucket_of(&end->local, end->local_port, &end->remote, end->remote_port); }

static bool is(const struct endpoint *end, const struct rr_ip *local, uint16_t local_port, const struct rr_ip *remote, uint16_t remote_port)
{
	return end->local_port == local_port && end->remote_port == remote_port && rr_ip_equal(&end->remote, remote) && rr_ip_equal(&end->local, local);
}

struct endpoint *table_find(const struct rr_ip *local, uint16_t local_port, const struct rr_ip *remote, uint16_t remote_port)
{
	if (!bucket_count)
		return NULL;
	rr_list_for_each(node, bucket_of(local, local_port, remote, remote_port)) {
		struct endpoint *end = rr_list_entry(node, struct endpoint, hash_link);
		if (is(end, local, local_port, remote, remote_port))
			return end;
	}
	return NULL;
}

/* Without memory (-ENOMEM) the table stays as it is. */
static int grow(unsigned count)
{
	struct rr_list *old = buckets, *new = rr_zalloc(count, sizeof(*new));
	unsigned old_count = bucket_count;
	if (!new)
		return -ENOMEM;
	buckets = new;
	bucket_count = count;
	for (unsigned i = 0; i < old_count; i++) {
		if (!old[i].next)
			continue;
		rr_list_for_each_safe(node, &old[i]) {
			rr_list_remove(node);
			rr_list_push_back(bucket(rr_list_entry(node, struct endpoint, hash_link)), node);
		}
	}
	rr_free(old);
	return 0;
}

void rr_tcp_resume(void);
/* Machines that go on from one checkpoint must not know each other's sequence numbers. Without memory for the connections' new places the key stays. */
void rr_tcp_resume(void)
{
	struct hash_key old = hash_new_key();
	if (connection_count && grow(bucket_count))
		hash_set_key(old);
}

int table_add(struct endpoint *end)
{
	if (table_find(&end->local, end->local_port, &end->remote, end->remote_port))
		return -EADDRNOTAVAIL;
	if (connection_count >= 2 * bucket_count && bucket_count < MOST_BUCKETS) {
		int error = grow(bucket_count ? 4 * bucket_count : FIRST_BUCKETS);
		if (error && !bucket_count)
			return error;
	}
	rr_list_push_back(bucket(end), &end->hash_link);
	connection_count++;
	return 0;
}

void table_add_listener(struct endpoint *end) { rr_list_push_back(list(&listeners[end->local_port % LISTENER_BUCKETS]), &end->hash_link); }

void table_remove_but_port(struct endpoint *end)
{
	if (!rr_list_empty(&end->hash_link) && end->state != RR_TCP_LISTEN)
		connection_count--;
	rr_list_remove(&end->hash_link);
}

void table_remove(struct endpoint *end)
{
	table_remove_but_port(end);
	rr_list_remove(&end->port_link);
}

/* How well a listener fits an address: 0 not at all, 3 best. */
static unsigned fit(const struct endpoint *end, const struct rr_ip *local)
{
	if (rr_ip_equal(&end->local, local))
		return 3;
	if (!rr_ip_is_any(&end->local))
		return 0;
	if (rr_ip_is_v4(local))
		return !end->v6 ? 2 : !end->only_v6;
	return end->v6 ? 2 : 0;
}

struct rr_tcp *table_find_listener(const struct rr_ip *local, uint16_t local_port, const struct rr_ip *remote, uint16_t remote_port)
{
	struct endpoint *best = NULL;
	unsigned best_fit = 0, equals = 0;
	rr_list_for_each(node, list(&listeners[local_port % LISTENER_BUCKETS])) {
		struct endpoint *end = rr_list_entry(node, struct endpoint, hash_link);
		unsigned fits = end->local_port == local_port ? fit(end, local) : 0;
		if (!fits || fits < best_fit)
			continue;
		equals = fits == best_fit ? equals + 1 : 1;
		best_fit = fits;
		/* several with SO_REUSEPORT share the connections, each always with the same */
		if (equals == 1 || connection_hash(local, local_port, remote, remote_port, 1) % equals == 0)
			best = end;
	}
	return best ? rr_container_of(best, struct rr_tcp, end) : NULL;
}

/* May two endpoints have addresses that overlap? */
static bool overlap(const struct endpoint *a, const struct endpoint *b)
{
	bool any_a = rr_ip_is_any(&a->local), any_b = rr_ip_is_any(&b->local);
	if (rr_ip_equal(&a->local, &b->local))
		return true;
	if (!any_a && !any_b)
		return false;
	/* :: takes in IPv4 unless it is for IPv6 only */
	bool v4_a = rr_ip_is_v4(&a->local), v4_b = rr_ip_is_v4(&b->local);
	if (v4_a == v4_b)
		return true;
	const struct endpoint *v6 = v4_a ? b : a;
	return rr_ip_is_any(&v6->local) && !v6->only_v6;
}

static bool conflict(const struct endpoint *end, const struct endpoint *other)
{
	if (end == other || other->local_port != end->local_port || !overlap(end, other))
		return false;
	if (end->reuse_port && other->reuse_port && (other->state == RR_TCP_LISTEN || other->state == RR_TCP_CLOSED))
		return false;
	return !(end->reuse_address && other->reuse_address && other->state != RR_TCP_LISTEN);
}

static bool port_is_free(struct endpoint *end, uint16_t port)
{
	end->local_port = port;
	rr_list_for_each(node, list(&ports[port % PORT_BUCKETS]))
		if (conflict(end, rr_list_entry(node, struct endpoint, port_link)))
			return false;
	return true;
}

static void take(struct endpoint *end) { rr_list_push_back(list(&ports[end->local_port % PORT_BUCKETS]), &end->port_link); }

int port_bind(struct endpoint *end, uint16_t port)
{
	uint32_t start = (uint32_t)(rr_random_word() % EPHEMERALS);
	if (port && !port_is_free(end, port)) {
		end->local_port = 0;
		return -EADDRINUSE;
	}
	for (uint32_t i = 0; !port; i++) { /* RFC 6056, 3.3.2: begin anywhere */
		if (i == EPHEMERALS) {
			end->local_port = 0;
			return -EADDRINUSE;
		}
		uint16_t candidate = (uint16_t)(FIRST_EPHEMERAL + (start + i) % EPHEMERALS);
		if (port_is_free(end, candidate))
			port = candidate;
	}
	take(end);
	return 0;
}

int port_for_connection(struct endpoint *end)
{
	/* RFC 6056, 3.3.4: where to begin depends on where it goes, and moves on */
	static uint32_t next;
	uint32_t start = (uint32_t)connection_hash(&end->local, 0, &end->remote, end->remote_port, 2) + next;
	next += 1 + (uint32_t)(rr_random_word() & 7);
	for (uint32_t i = 0; i < EPHEMERALS; i++) {
		uint16_t port = (uint16_t)(FIRST_EPHEMERAL + (start + i) % EPHEMERALS);
		if (table_find(&end->local, port, &end->remote, end->remote_port) || table_find_listener(&end->local, port, &end->remote, end->remote_port))
			continue;
		end->local_port = port;
		take(end);
		return 0;
	}
	return -EADDRNOTAVAIL;
}

bool port_has_listener_conflict(const struct endpoint *end)
{
	rr_list_for_each(node, list(&ports[end->local_port % PORT_BUCKETS])) {
		const struct endpoint *other = rr_list_entry(node, struct endpoint, port_link);
		if (other != end && other->state == RR_TCP_LISTEN && other->local_port == end->local_port && overlap(end, other) && !(end->reuse_port && other->reuse_port))
			return true;
	}
	return false;
}

void table_each(void (*each)(void *argument, struct endpoint *end), void *argument)
{
	for (unsigned i = 0; i < LISTENER_BUCKETS; i++)
		rr_list_for_each_safe(node, list(&listeners[i]))
			each(argument, rr_list_entry(node, struct endpoint, hash_link));
	for (unsigned i = 0; i < bucket_count; i++)
		rr_list_for_each_safe(node, list(&buckets[i]))
			each(argument, rr_list_entry(node, struct endpoint, hash_link));
}
