/* DHCP client: RFC 2131, 2132. Goes on in the background; nobody waits for it here. */
#include <rr/clock.h>
#include <rr/heap.h>
#include <rr/launch.h>
#include <rr/net-config.h>
#include <rr/print.h>
#include <rr/random.h>
#include <rr/string.h>
#include <rr/timer.h>
#include <rr/udp.h>
#include "config.h"

#define CLIENT_PORT 68
#define SERVER_PORT 67
#define MAGIC 0x63825363u
#define BROADCAST_FLAG 0x8000
#define FIXED 240u           /* bytes before the options, magic included */
#define MESSAGE 340u         /* all our options; RFC 1542, 2.1 wants 300 at least */
#define MOST_NAME 64u        /* bytes of our host name */
#define MOST_DELAY 64u       /* s */
#define LEAST_LEASE 60u      /* s: a server that gives less is asked no more often */

enum { OPTION_MASK = 1, OPTION_ROUTER = 3, OPTION_DNS = 6, OPTION_HOST = 12, OPTION_DOMAIN = 15, OPTION_ADDRESS = 50, OPTION_LEASE = 51, OPTION_TYPE = 53, OPTION_SERVER = 54, OPTION_WANTED = 55, OPTION_SEARCH = 119, OPTION_END = 255 };
enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5, NAK = 6 };

enum state { SELECTING, REQUESTING, BOUND, RENEWING };

struct client {
	struct rr_udp udp;
	struct rr_udp_owner owner;
	struct rr_netdev *device;
	struct rr_timer timer;
	enum state state;
	bool answered;           /* it has had an address */
	uint32_t id, delay;      /* delay: seconds before it is tried again */
	uint32_t address, server; /* network order; offered or ours */
	uint64_t lease_end;
	struct rr_ip_route route; /* ours; prefix 0 and no device: none */
};

struct answer {
	uint8_t type;
	uint32_t address, mask, router, server, lease;
	const uint8_t *options; /* to the end of the message */
	size_t length;
};

void (*rr_net_config_on_lease)(const uint8_t *options, size_t length);
static unsigned waiting;

unsigned rr_net_config_waiting(void) { return waiting; }

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;
	memcpy(&value, at, 4);
	return value;
}

static uint8_t *put_option(uint8_t *at, uint8_t code, const void *data, uint8_t length)
{
	*at++ = code;
	*at++ = length;
	memcpy(at, data, length);
	return at + length;
}

static void send(struct client *client, uint8_t type)
{
	static const uint8_t wanted[] = { OPTION_MASK, OPTION_ROUTER, OPTION_LEASE, OPTION_SERVER, OPTION_DNS, OPTION_HOST, OPTION_DOMAIN, OPTION_SEARCH };
	struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM);
	if (!packet)
		return;
	uint8_t *message = rr_netbuf_extend(packet, MESSAGE), *at = message + FIXED;
	uint32_t magic = rr_net32(MAGIC);
	memset(message, 0, MESSAGE);
	message[0] = 1; /* a request, by Ethernet, addresses of six bytes */
	message[1] = 1;
	message[2] = 6;
	memcpy(message + 4, &client->id, 4);
	message[10] = BROADCAST_FLAG >> 8; /* an answer to an address that is not ours yet would not be taken */
	if (client->state == RENEWING)
		memcpy(message + 12, &client->address, 4);
	memcpy(message + 28, client->device->mac, 6);
	memcpy(message + 236, &magic, 4);
	at = put_option(at, OPTION_TYPE, &type, 1);
	if (type == REQUEST && client->state == REQUESTING) {
		at = put_option(at, OPTION_ADDRESS, &client->address, 4);
		at = put_option(at, OPTION_SERVER, &client->server, 4);
	}
	at = put_option(at, OPTION_WANTED, wanted, sizeof(wanted));
	if (rr_launch.hostname && *rr_launch.hostname)
		at = put_option(at, OPTION_HOST, rr_launch.hostname, (uint8_t)strnlen(rr_launch.hostname, MOST_NAME));
	*at = OPTION_END;
	struct rr_ip everybody = rr_ip_v4(0xffffffff);
	rr_udp_send(&client->udp, packet, &everybody, SERVER_PORT);
}

static void again_in(struct client *client, uint32_t seconds) { rr_timer_arm(&client->timer, rr_clock_monotonic() + seconds * RR_NSEC_PER_SEC); }

static void restart(struct client *client)
{
	client->state = SELECTING;
	client->id = (uint32_t)rr_random_word();
	send(client, DISCOVER);
	again_in(client, client->delay);
	client->delay = rr_min(client->delay * 2, MOST_DELAY);
}

static void give_up_address(struct client *client)
{
	struct rr_ip address = rr_ip_v4(client->address);
	if (client->route.device)
		rr_ip_remove_route(&client->route);
	client->route.device = NULL;
	rr_ip_remove_address(client->device, &address);
}

static void timer_fired(struct rr_timer *timer)
{
	struct client *client = rr_container_of(timer, struct client, timer);
	if ((client->state == BOUND || client->state == RENEWING) && rr_clock_monotonic() < client->lease_end) {
		client->state = RENEWING;
		send(client, REQUEST);
		again_in(client, rr_min(client->delay, (uint32_t)((client->lease_end - rr_clock_monotonic()) / RR_NSEC_PER_SEC) + 1));
		client->delay = rr_min(client->delay * 2, MOST_DELAY);
		return;
	}
	if (client->state == BOUND || client->state == RENEWING)
		give_up_address(client);
	restart(client);
}

/* False: not for us, or malformed. */
static bool parse(const struct client *client, struct rr_netbuf *packet, struct answer *answer)
{
	*answer = (struct answer){ .lease = 3600 };
	if (packet->total < FIXED || packet->total > RR_NETBUF_ROOM || !rr_netbuf_gather(packet, packet->total))
		return false;
	const uint8_t *message = packet->data, *at = message + FIXED, *end = message + packet->total;
	if (message[0] != 2 || get32(message + 4) != client->id || memcmp(message + 28, client->device->mac, 6) || get32(message + 236) != rr_net32(MAGIC))
		return false;
	answer->address = get32(message + 16);
	answer->options = at;
	answer->length = (size_t)(end - at);
	while (at < end && *at != OPTION_END) {
		if (!*at) {
			at++;
			continue;
		}
		if (end - at < 2 || end - at < 2 + at[1])
			return false;
		uint32_t *word = at[0] == OPTION_MASK ? &answer->mask : at[0] == OPTION_ROUTER ? &answer->router : at[0] == OPTION_SERVER ? &answer->server : NULL;
		if (at[0] == OPTION_TYPE && at[1] == 1)
			answer->type = at[2];
		else if (at[0] == OPTION_LEASE && at[1] == 4)
			answer->lease = rr_net32(get32(at + 2));
		else if (word && at[1] >= 4)
			*word = get32(at + 2);
		at += 2 + at[1];
	}
	return answer->type;
}

static void bind(struct client *client, const struct answer *answer)
{
	struct rr_ip address = rr_ip_v4(answer->address), any = RR_IP_ANY_V4;
	uint32_t mask = rr_net32(answer->mask), lease = rr_max(answer->lease, LEAST_LEASE);
	unsigned bits = !answer->mask ? 24 : ~mask ? (unsigned)__builtin_clz(~mask) : 32;
	if (client->state != RENEWING) {
		rr_ip_add_address(client->device, &address, bits);
		rr_ip_announce(client->device, &address);
		if (answer->router) {
			client->route = (struct rr_ip_route){ .network = any, .router = rr_ip_v4(answer->router), .device = client->device };
			rr_ip_add_route(&client->route);
		}
	}
	waiting -= !client->answered;
	client->answered = true;
	client->state = BOUND;
	client->delay = 1;
	client->lease_end = rr_clock_monotonic() + lease * RR_NSEC_PER_SEC;
	again_in(client, rr_min(lease / 2, 1u << 30));
	if (rr_net_config_on_lease)
		rr_net_config_on_lease(answer->options, answer->length);
}

static void take(struct client *client, const struct answer *answer)
{
	if (answer->type == OFFER && client->state == SELECTING && answer->address && answer->server) {
		client->address = answer->address;
		client->server = answer->server;
		client->state = REQUESTING;
		send(client, REQUEST);
		again_in(client, 2);
	} else if (answer->type == ACK && (client->state == REQUESTING || client->state == RENEWING) && answer->address == client->address) {
		bind(client, answer);
	} else if (answer->type == NAK && (client->state == REQUESTING || client->state == RENEWING)) {
		if (client->state == RENEWING)
			give_up_address(client);
		client->delay = rr_max(client->delay, 1u);
		client->state = SELECTING;
		again_in(client, client->delay);
	}
}

static void changed(struct rr_udp_owner *owner)
{
	struct client *client = rr_container_of(owner, struct client, owner);
	struct rr_udp_datagram datagram;
	struct answer answer;
	while (rr_udp_first(&client->udp, &datagram, true)) {
		bool good = datagram.port == SERVER_PORT && parse(client, datagram.packet, &answer);
		if (good)
			take(client, &answer);
		rr_netbuf_free(datagram.packet);
	}
	client->udp.error = 0;
}

void dhcp_start(struct rr_netdev *device)
{
	struct client *client = rr_zalloc(1, sizeof(*client));
	struct rr_ip any = RR_IP_ANY_V4;
	rr_udp_start();
	if (!client)
		return;
	client->device = device;
	client->owner.changed = changed;
	client->timer.fire = timer_fired;
	client->delay = 1;
	rr_udp_init(&client->udp, false, &client->owner);
	client->udp.device = device->index;
	client->udp.broadcast = client->udp.reuse_address = true;
	if (rr_udp_bind(&client->udp, &any, CLIENT_PORT))
		rr_log("%s: no port for DHCP", device->name);
	else {
		waiting++;
		restart(client);
	}
}
