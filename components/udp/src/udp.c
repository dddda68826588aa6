#include <rr/abi/errno.h>
#include <rr/clock.h>
#include <rr/heap.h>
#include <rr/random.h>
#include <rr/string.h>
#include <rr/udp.h>

#define HEADER 8u
#define CHECKSUM_OFFSET 6
#define MOST_NEWS 16u
#define BUCKETS 64u
#define FIRST_EPHEMERAL 32768u
#define EPHEMERALS 28232u
#define MOST_PAYLOAD_V4 65507u
#define MOST_PAYLOAD_V6 65527u
#define MOST_GROUPS 20u        /* net.ipv4.igmp_max_memberships */
#define RECEIVE_BUFFER 212992u /* net.core.rmem_default */

struct rr_udp_counts rr_udp_counts;
static struct rr_list buckets[BUCKETS];

static struct rr_list *bucket(uint16_t port)
{
	struct rr_list *list = &buckets[port % BUCKETS];
	if (!list->next)
		rr_list_init(list);
	return list;
}

void rr_udp_init(struct rr_udp *udp, bool v6, struct rr_udp_owner *owner)
{
	struct rr_udp_settings settings = { .multicast_ttl = 1, .multicast_loop = true, .multicast_all = true };
	*udp = (struct rr_udp){ .owner = owner, .v6 = v6, .receive_buffer = RECEIVE_BUFFER, .version = { settings, settings } };
	udp->local = udp->remote = v6 ? RR_IP_ANY : RR_IP_ANY_V4;
	udp->version[0].multicast_all = !v6; /* as Linux */
	rr_list_init(&udp->port_link);
	rr_list_init(&udp->news);
	rr_list_init(&udp->groups);
}

/* A multicast group an endpoint is in. */
struct membership {
	struct rr_list link;
	struct rr_ip group;
	struct rr_netdev *device;
};

static void leave(struct rr_udp *udp, struct membership *membership)
{
	rr_ip_leave(membership->device, &membership->group);
	rr_list_remove(&membership->link);
	udp->group_count--;
	rr_free(membership);
}

static void drop_all(struct rr_udp *udp)
{
	rr_netbuf_free_list(udp->first);
	udp->first = udp->last = NULL;
	udp->queued = udp->datagrams = 0;
	while (!rr_list_empty(&udp->news)) {
		struct rr_udp_news *news = rr_list_entry(udp->news.next, struct rr_udp_news, link);
		rr_list_remove(&news->link);
		rr_udp_put_news(news);
	}
}

void rr_udp_close(struct rr_udp *udp)
{
	rr_list_remove(&udp->port_link);
	drop_all(udp);
	rr_list_for_each_safe(node, &udp->groups)
		leave(udp, rr_list_entry(node, struct membership, link));
	rr_ip_flush();
}

static bool overlap(const struct rr_udp *a, const struct rr_udp *b)
{
	if (rr_ip_equal(&a->local, &b->local))
		return true;
	if (!rr_ip_is_any(&a->local) && !rr_ip_is_any(&b->local))
		return false;
	bool v4_a = rr_ip_is_v4(&a->local), v4_b = rr_ip_is_v4(&b->local);
	const struct rr_udp *v6 = v4_a ? b : a;
	return v4_a == v4_b || (rr_ip_is_any(&v6->local) && !v6->only_v6);
}

static bool is_free(const struct rr_udp *udp, uint16_t port)
{
	rr_list_for_each(node, bucket(port)) {
		const struct rr_udp *other = rr_list_entry(node, struct rr_udp, port_link);
		bool shared = (udp->reuse_address && other->reuse_address) || (udp->reuse_port && other->reuse_port);
		if (other != udp && other->local_port == port && overlap(udp, other) && !shared)
			return false;
	}
	return true;
}

/* Take a port for the address udp->local. */
static int take_port(struct rr_udp *udp, uint16_t port)
{
	uint32_t start = (uint32_t)(rr_random_word() % EPHEMERALS);
	if (port && !is_free(udp, port))
		return -EADDRINUSE;
	for (uint32_t i = 0; !port; i++) { /* RFC 6056, 3.3.2 */
		uint16_t candidate = (uint16_t)(FIRST_EPHEMERAL + (start + i) % EPHEMERALS);
		if (i == EPHEMERALS)
			return -EADDRINUSE;
		if (is_free(udp, candidate))
			port = candidate;
	}
	udp->local_port = port;
	rr_list_push_back(bucket(port), &udp->port_link);
	return 0;
}

int rr_udp_have_port(struct rr_udp *udp) { return udp->local_port ? 0 : take_port(udp, 0); }

int rr_udp_bind(struct rr_udp *udp, const struct rr_ip *address, uint16_t port)
{
	if (udp->local_port)
		return -EINVAL;
	if (!rr_ip_is_any(address) && !rr_ip_is_multicast(address) && !rr_ip_is_broadcast(address) && !rr_ip_is_ours(address))
		return -EADDRNOTAVAIL;
	struct rr_ip old = udp->local;
	udp->local = *address;
	int error = take_port(udp, port);
	if (error)
		udp->local = old;
	udp->bound_address = !error && !rr_ip_is_any(address);
	udp->only_v6 |= udp->bound_address && !rr_ip_is_v4(address);
	udp->bound_port = !error && port;
	return error;
}

static struct rr_ip or_this_host(const struct rr_udp *udp, const struct rr_ip *address)
{
	return rr_ip_is_any(address) ? rr_ip_this_host(address, &udp->local) : *address;
}

static const struct rr_udp_settings *settings_for(const struct rr_udp *udp, const struct rr_ip *to) { return &udp->version[!rr_ip_is_v4(to)]; }

/* The path to `to`; what is said for groups counts for those. `from`, `device`: of this packet alone; NULL, 0: none. */
static int find_path(const struct rr_udp *udp, const struct rr_ip *to, const struct rr_ip *from, unsigned device, struct rr_ip_path *path)
{
	const struct rr_udp_settings *settings = settings_for(udp, to);
	/* an address that connecting by the other version has chosen is no reason not to send by this one */
	bool fits = udp->bound_address || rr_ip_is_v4(&udp->local) == rr_ip_is_v4(to);
	bool multicast = rr_ip_is_multicast(to), bound = fits && !rr_ip_is_any(&udp->local) && !rr_ip_is_multicast(&udp->local);
	struct rr_ip any = RR_IP_ANY;
	const struct rr_ip *source = from && !rr_ip_is_any(from) ? from : bound ? &udp->local : multicast && !rr_ip_is_any(&settings->multicast_source) ? &settings->multicast_source : &any;
	if (!device)
		device = udp->device;
	if (!device && multicast)
		device = settings->multicast_device;
	if (!rr_ip_is_any(source) && !rr_ip_is_v4(source) && rr_ip_is_v4(to))
		return -ENETUNREACH;
	return rr_ip_find_path(to, source, device, path);
}

int rr_udp_mtu(const struct rr_udp *udp)
{
	struct rr_ip_path path;
	return udp->remote_port && !find_path(udp, &udp->remote, NULL, 0, &path) ? (int)path.mtu : -ENOTCONN;
}

int rr_udp_connect(struct rr_udp *udp, const struct rr_ip *to, uint16_t port)
{
	struct rr_ip_path path;
	if (!to) {
		udp->remote = udp->v6 ? RR_IP_ANY : RR_IP_ANY_V4;
		udp->remote_port = 0;
		if (!udp->bound_address)
			udp->local = udp->remote;
		if (!udp->bound_port) {
			rr_list_remove(&udp->port_link);
			udp->local_port = 0;
		}
		return 0;
	}
	struct rr_ip address = or_this_host(udp, to);
	if (rr_ip_is_broadcast(&address) && !udp->broadcast)
		return -EACCES;
	int error = find_path(udp, &address, NULL, 0, &path);
	if (!error)
		error = rr_udp_have_port(udp);
	if (error)
		return error;
	if (rr_ip_is_any(&udp->local) || rr_ip_is_v4(&udp->local) != rr_ip_is_v4(&address))
		udp->local = path.source;
	udp->remote = address;
	udp->remote_port = port;
	return 0;
}

static int told(struct rr_udp *udp)
{
	int error = udp->error;
	udp->error = 0;
	return -error;
}

int rr_udp_send(struct rr_udp *udp, struct rr_netbuf *packet, const struct rr_ip *to, uint16_t port)
{
	return rr_udp_send_as(udp, packet, &(struct rr_udp_sending){ .to = to, .port = port, .ttl = -1, .traffic_class = -1 });
}

int rr_udp_send_as(struct rr_udp *udp, struct rr_netbuf *packet, const struct rr_udp_sending *how)
{
	struct rr_ip_path path;
	const struct rr_ip *to = how->to;
	struct rr_ip address = to ? or_this_host(udp, to) : udp->remote;
	const struct rr_udp_settings *settings = settings_for(udp, &address);
	int error = !to && !udp->remote_port ? -EDESTADDRREQ : 0;
	if (!error && to && !how->port)
		error = -EINVAL;
	if (!error && packet->total > (rr_ip_is_v4(&address) ? MOST_PAYLOAD_V4 : MOST_PAYLOAD_V6))
		error = -EMSGSIZE;
	if (!error && rr_ip_is_broadcast(&address) && !udp->broadcast)
		error = -EACCES;
	if (!error && udp->only_v6 && rr_ip_is_v4(&address))
		error = -ENETUNREACH;
	if (!error)
		error = find_path(udp, &address, how->from, how->device, &path);
	if (!error)
		error = told(udp);
	if (!error)
		error = rr_udp_have_port(udp);
	if (error) {
		rr_netbuf_free(packet);
		return error;
	}
	bool multicast = rr_ip_is_multicast(&address);
	struct rr_ip_header header = { .from = path.source, .to = address, .protocol = RR_IP_UDP,
		.ttl = how->ttl >= 0 ? (uint8_t)how->ttl : multicast ? settings->multicast_ttl : settings->ttl,
		.traffic_class = how->traffic_class >= 0 ? (uint8_t)how->traffic_class : settings->traffic_class, .may_fragment = !settings->never_fragments,
		.loop = multicast ? settings->multicast_loop : rr_ip_is_broadcast(&address) };
	header.stays = multicast && !header.ttl;
	uint8_t *at = rr_netbuf_push(packet, HEADER);
	rr_net_put16(at, udp->local_port);
	rr_net_put16(at + 2, to ? how->port : udp->remote_port);
	rr_net_put16(at + 4, (uint16_t)packet->total);
	uint16_t sum = rr_ip_pseudo_sum(&header.from, &header.to, RR_IP_UDP, packet->total);
	memcpy(at + CHECKSUM_OFFSET, &sum, sizeof(sum));
	packet->flags = RR_NETBUF_NEEDS_CSUM;
	packet->csum_start = 0;
	packet->csum_offset = CHECKSUM_OFFSET;
	rr_udp_counts.out++;
	error = rr_ip_send(packet, &path, &header);
	rr_ip_flush();
	return error == -ENOBUFS ? 0 : error; /* lost, as on any link */
}

/* How well a datagram fits; 0: not at all. */
static unsigned fit(const struct rr_udp *udp, const struct rr_ip_received *how, uint16_t from_port, uint16_t to_port)
{
	unsigned score = 1;
	if (udp->local_port != to_port || (udp->device && udp->device != how->device->index))
		return 0;
	if (!rr_ip_is_any(&udp->local)) {
		if (!rr_ip_equal(&udp->local, &how->to))
			return 0;
		score += 2;
	} else if (rr_ip_is_v4(&how->to) ? udp->v6 && udp->only_v6 : !udp->v6 || rr_ip_is_v4(&udp->local)) {
		return 0;
	}
	if (udp->remote_port) {
		if (udp->remote_port != from_port || !rr_ip_equal(&udp->remote, &how->from))
			return 0;
		score += 4;
	}
	return score;
}

/* `device` NULL: on any. */
static struct membership *find_membership(const struct rr_udp *udp, const struct rr_ip *group, const struct rr_netdev *device)
{
	rr_list_for_each(node, &udp->groups) {
		struct membership *membership = rr_list_entry(node, struct membership, link);
		if (rr_ip_equal(&membership->group, group) && (!device || membership->device == device))
			return membership;
	}
	return NULL;
}

/* The sender's and our own address go into the headroom, where the packet's headers were. */
struct envelope {
	struct rr_ip from, to;
	uint32_t device;
	uint8_t ttl, traffic_class;
};

static void queue(struct rr_udp *udp, struct rr_netbuf *packet, const struct rr_ip_received *how, uint16_t port)
{
	uint32_t memory = 0;
	struct envelope envelope = { how->from, how->to, how->device->index, how->ttl, how->traffic_class };
	for (const struct rr_netbuf *piece = packet; piece; piece = piece->more)
		memory += piece->size;
	/* the first is always taken, however small the buffer; less as memory for packets gets scarce */
	uint32_t room = udp->receive_buffer >> 2 * rr_netbuf_pressure();
	if (udp->queued + memory > room && udp->first) {
		udp->dropped++;
		rr_udp_counts.no_room++;
		rr_netbuf_free(packet);
		return;
	}
	struct rr_netbuf *head = rr_netbuf_headroom(packet) >= sizeof(envelope) && packet->refs == 1 && !packet->base ? packet : NULL;
	if (!head) {
		head = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
		if (!head) {
			udp->dropped++;
			rr_netbuf_free(packet);
			return;
		}
		rr_netbuf_append(head, packet);
	}
	memcpy(head->data - sizeof(envelope), &envelope, sizeof(envelope));
	head->mark[0] = port;
	head->mark[1] = rr_clock_realtime();
	head->next = NULL;
	if (udp->last)
		udp->last->next = head;
	else
		udp->first = head;
	udp->last = head;
	udp->queued += memory;
	udp->datagrams++;
	rr_udp_counts.in++;
	udp->owner->changed(udp->owner);
}

static struct rr_netbuf *copy(const struct rr_netbuf *packet)
{
	struct rr_netbuf *new = packet->total + RR_NETBUF_HEADROOM <= RR_NETBUF_ROOM ? rr_netbuf_alloc(RR_NETBUF_HEADROOM) : rr_netbuf_alloc_large((uint32_t)rr_align_up(packet->total, RR_PAGE_SIZE));
	if (new)
		rr_netbuf_copy(packet, 0, rr_netbuf_extend(new, packet->total), packet->total);
	return new;
}

/* To everybody who listens there. */
static void deliver_to_all(struct rr_netbuf *packet, const struct rr_ip_received *how, uint16_t from_port, uint16_t to_port)
{
	bool multicast = rr_ip_is_multicast(&how->to);
	rr_list_for_each(node, bucket(to_port)) {
		struct rr_udp *udp = rr_list_entry(node, struct rr_udp, port_link);
		struct rr_netbuf *own;
		bool wanted = !multicast || settings_for(udp, &how->to)->multicast_all || find_membership(udp, &how->to, how->device);
		if (fit(udp, how, from_port, to_port) && wanted && (own = copy(packet)))
			queue(udp, own, how, from_port);
	}
	rr_netbuf_free(packet);
}

static void deliver(struct rr_netbuf *packet, const struct rr_ip_received *how, uint16_t from_port, uint16_t to_port)
{
	struct rr_udp *best = NULL;
	unsigned best_fit = 0, equals = 0;
	rr_list_for_each(node, bucket(to_port)) {
		struct rr_udp *udp = rr_list_entry(node, struct rr_udp, port_link);
		unsigned fits = fit(udp, how, from_port, to_port);
		if (!fits || fits < best_fit)
			continue;
		equals = fits == best_fit ? equals + 1 : 1;
		best_fit = fits;
		/* those that share a port get each sender's always in the same place; without SO_REUSEPORT the last one gets all */
		if (equals == 1 || !udp->reuse_port || (from_port ^ how->from.words[3]) % equals == 0)
			best = udp;
	}
	if (best) {
		queue(best, packet, how, from_port);
		return;
	}
	rr_udp_counts.no_port++;
	if (!how->broadcast) {
		rr_netbuf_push(packet, HEADER); /* its beginning is quoted */
		rr_ip_port_unreachable(packet, how);
	}
	rr_netbuf_free(packet);
}

static void receive(struct rr_netbuf *packet, const struct rr_ip_received *how)
{
	if (packet->total < HEADER || !rr_netbuf_gather(packet, HEADER)) {
		rr_netbuf_free(packet);
		return;
	}
	uint16_t from_port = rr_net_get16(packet->data), to_port = rr_net_get16(packet->data + 2);
	uint32_t length = rr_net_get16(packet->data + 4);
	bool v4 = rr_ip_is_v4(&how->to), has_sum = packet->data[CHECKSUM_OFFSET] | packet->data[CHECKSUM_OFFSET + 1];
	if (length < HEADER || length > packet->total) {
		rr_netbuf_free(packet);
		return;
	}
	rr_netbuf_trim(packet, length);
	bool must_check = (has_sum || !v4) && !how->checked; /* over IPv6 a sum is a must: RFC 8200, 8.1 */
	if ((must_check && !has_sum) || (must_check && rr_ip_checksum(packet, 0, rr_ip_pseudo_sum(&how->from, &how->to, RR_IP_UDP, length)))) {
		rr_udp_counts.damaged++;
		rr_netbuf_free(packet);
		return;
	}
	rr_netbuf_pull(packet, HEADER);
	if (how->broadcast)
		deliver_to_all(packet, how, from_port, to_port);
	else
		deliver(packet, how, from_port, to_port);
}

static struct rr_udp_news *news_at(struct rr_list *node) { return rr_list_entry(node, struct rr_udp_news, link); }

static void keep_news(struct rr_udp *udp, const struct rr_ip *to, uint16_t port, int error, uint32_t mtu)
{
	struct rr_udp_news *news = rr_zalloc(1, sizeof(*news));
	unsigned count = 0;
	rr_list_for_each(node, &udp->news)
		count++;
	if (!news || count >= MOST_NEWS) {
		rr_free(news);
		return;
	}
	*news = (struct rr_udp_news){ .error = error, .mtu = mtu, .what = rr_ip_news, .to = *to, .port = port };
	const struct rr_netbuf *quoted = rr_ip_news.packet;
	uint32_t at = rr_ip_news.at + HEADER, length = quoted && quoted->total > at ? rr_min(quoted->total - at, RR_NETBUF_ROOM) : 0;
	struct rr_netbuf *payload = length ? rr_netbuf_alloc(0) : NULL;
	if (payload)
		rr_netbuf_copy(quoted, at, rr_netbuf_extend(payload, length), length);
	news->what.packet = payload;
	rr_list_push_back(&udp->news, &news->link);
}

void rr_udp_put_news(struct rr_udp_news *news)
{
	rr_netbuf_free((struct rr_netbuf *)news->what.packet);
	rr_free(news);
}

static void undelivered(const struct rr_ip *from, const struct rr_ip *to, const uint8_t *start, int error, bool fatal, uint32_t mtu)
{
	uint16_t local_port = rr_net_get16(start), remote_port = rr_net_get16(start + 2);
	rr_list_for_each(node, bucket(local_port)) {
		struct rr_udp *udp = rr_list_entry(node, struct rr_udp, port_link);
		bool hears_errors = settings_for(udp, to)->hears_errors;
		bool connected = udp->remote_port == remote_port && rr_ip_equal(&udp->remote, to) && rr_ip_equal(&udp->local, from);
		bool fits = !udp->remote_port && (rr_ip_equal(&udp->local, from) || rr_ip_is_any(&udp->local));
		/* as Linux: only who is connected is told, or has asked for it */
		if (udp->local_port != local_port || !(connected || (fits && hears_errors)))
			continue;
		if (hears_errors)
			keep_news(udp, to, remote_port, error, mtu);
		if (error == EMSGSIZE && !rr_ip_is_v4(to) && !settings_for(udp, to)->never_fragments) /* cut to fit from now on */
			continue;
		/* what may pass is told to those who have asked for it */
		if (!fatal && error != EMSGSIZE && !hears_errors)
			continue;
		udp->error = error;
		udp->owner->changed(udp->owner);
	}
}

struct rr_udp_news *rr_udp_take_news(struct rr_udp *udp)
{
	if (rr_list_empty(&udp->news))
		return NULL;
	struct rr_udp_news *news = news_at(udp->news.next);
	rr_list_remove(&news->link);
	udp->error = rr_list_empty(&udp->news) ? 0 : news_at(udp->news.next)->error;
	return news;
}

bool rr_udp_first(struct rr_udp *udp, struct rr_udp_datagram *out, bool take)
{
	struct rr_netbuf *packet = udp->first;
	struct envelope envelope;
	if (!packet)
		return false;
	memcpy(&envelope, packet->data - sizeof(envelope), sizeof(envelope));
	*out = (struct rr_udp_datagram){ packet, envelope.from, envelope.to, (uint16_t)packet->mark[0], envelope.ttl, envelope.traffic_class, envelope.device, packet->mark[1] };
	if (!take)
		return true;
	udp->first = packet->next;
	if (!udp->first)
		udp->last = NULL;
	packet->next = NULL;
	uint32_t memory = 0;
	for (const struct rr_netbuf *piece = packet; piece; piece = piece->more)
		memory += piece->size;
	udp->queued -= rr_min(memory, udp->queued);
	udp->datagrams--;
	return true;
}

int rr_udp_join(struct rr_udp *udp, const struct rr_ip *group, struct rr_netdev *device)
{
	struct rr_ip_path path;
	if (!rr_ip_is_multicast(group))
		return -EINVAL;
	if (!device && !find_path(udp, group, NULL, 0, &path))
		device = path.device;
	if (!device)
		return -ENODEV;
	if (find_membership(udp, group, device))
		return -EADDRINUSE;
	struct membership *membership = udp->group_count < MOST_GROUPS ? rr_zalloc(1, sizeof(*membership)) : NULL;
	int error = membership ? rr_ip_join(device, group) : -ENOBUFS;
	if (error) {
		rr_free(membership);
		return error;
	}
	membership->group = *group;
	membership->device = device;
	rr_list_push_back(&udp->groups, &membership->link);
	udp->group_count++;
	rr_ip_flush();
	return 0;
}

int rr_udp_leave(struct rr_udp *udp, const struct rr_ip *group, struct rr_netdev *device)
{
	struct membership *membership = find_membership(udp, group, device);
	if (!membership)
		return -EADDRNOTAVAIL;
	leave(udp, membership);
	rr_ip_flush();
	return 0;
}

void rr_udp_each(void (*each)(void *argument, const struct rr_udp *udp), void *argument)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		rr_list_for_each(node, bucket((uint16_t)i))
			each(argument, rr_list_entry(node, const struct rr_udp, port_link));
}

void rr_udp_start(void)
{
	static const struct rr_ip_protocol protocol = { receive, undelivered };
	rr_ip_set_protocol(RR_IP_UDP, &protocol);
}
