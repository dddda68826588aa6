/*
 * Not a stack: it answers each frame from what the frame says, so that what is measured is the machine, the device and its driver. ARP and echo requests and UDP
 * port 7 for any address; TCP without loss or reordering: port 80 answers each segment with the same HTTP reply, port 5001 acknowledges
 * all, port 5002 sends for as long as the peer takes, one connection at a time.
 */
#include <rr/abi/errno.h>
#include <rr/netdev.h>
#include <rr/print.h>
#include <rr/string.h>

void rr_net_mirror_init(void);

#define ETHERNET 14u
#define IP 20u
#define TCP 20u
#define FIN 1u
#define SYN 2u
#define RST 4u
#define PSH 8u
#define ACK 16u
#define WINDOW_SCALE 7u
#define SEGMENT 61440u /* of port 5002: with headers below 64 KiB */
#define FLIGHT (1u << 20)

static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
			    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";

static uint16_t swap16(uint16_t v) { return __builtin_bswap16(v); }
static uint16_t get16(const uint8_t *at) { uint16_t v; memcpy(&v, at, 2); return swap16(v); }
static uint32_t get32(const uint8_t *at) { uint32_t v; memcpy(&v, at, 4); return __builtin_bswap32(v); }
static void put16(uint8_t *at, uint16_t v) { v = swap16(v); memcpy(at, &v, 2); }
static void put32(uint8_t *at, uint32_t v) { v = __builtin_bswap32(v); memcpy(at, &v, 4); }

static void exchange(uint8_t *a, uint8_t *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint8_t byte = a[i];
		a[i] = b[i];
		b[i] = byte;
	}
}

static uint32_t sum(uint32_t sum, const uint8_t *at, unsigned n)
{
	for (; n > 1; at += 2, n -= 2)
		sum += get16(at);
	return n ? sum + (uint32_t)(*at << 8) : sum;
}
static uint16_t fold(uint32_t sum)
{
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)(sum + (sum >> 16));
}

static void send(struct rr_netdev *device, struct rr_netbuf *packet)
{
	if (rr_netdev_transmit(device, packet))
		rr_netbuf_free(packet);
}

/* Ethernet's and IP's addresses the other way round. */
static void turn(struct rr_netdev *device, uint8_t *frame)
{
	memcpy(frame, frame + 6, 6);
	memcpy(frame + 6, device->mac, 6);
	exchange(frame + ETHERNET + 12, frame + ETHERNET + 16, 4);
}

static void ip_finish(uint8_t *ip, uint16_t length)
{
	put16(ip + 2, length);
	put16(ip + 10, 0);
	put16(ip + 10, (uint16_t)~fold(sum(0, ip, IP)));
}

/* Leave the checksum to the device, if it takes it: the pseudo header's sum is in place. */
static void leave_checksum(const struct rr_netdev *device, struct rr_netbuf *packet, uint8_t protocol, unsigned offset)
{
	uint8_t *ip = packet->data + ETHERNET;
	uint32_t pseudo = sum(protocol + (packet->total - ETHERNET - IP), ip + 12, 8);
	packet->flags = 0;
	put16(ip + IP + offset, fold(pseudo));
	if (!(device->offloads & RR_NETDEV_TX_CSUM)) {
		put16(ip + IP + offset, (uint16_t)~fold(sum(0, ip + IP, packet->length - ETHERNET - IP)));
		return;
	}
	packet->flags = RR_NETBUF_NEEDS_CSUM;
	packet->csum_start = ETHERNET + IP;
	packet->csum_offset = (uint16_t)offset;
}

static struct {
	uint32_t next, acked;
	unsigned repeated; /* acknowledgements of the same byte: something was lost */
	uint8_t headers[ETHERNET + IP + TCP]; /* of a segment to send, without numbers */
	struct rr_netbuf *payload;
	unsigned scale; /* of the peer's window */
	bool open;
} source;

static void source_fill(struct rr_netdev *device, uint32_t window)
{
	if (!source.payload && !(source.payload = rr_netbuf_alloc_large(SEGMENT)))
		return;
	window = rr_min(window, FLIGHT);
	while (source.next - source.acked + SEGMENT <= window) {
		struct rr_netbuf *packet = rr_netbuf_alloc(RR_NETBUF_HEADROOM), *view = rr_netbuf_view(source.payload, source.payload->data, SEGMENT);
		if (!packet || !view) {
			rr_netbuf_free(packet);
			rr_netbuf_free(view);
			return;
		}
		uint8_t *frame = rr_netbuf_extend(packet, sizeof(source.headers));
		memcpy(frame, source.headers, sizeof(source.headers));
		rr_netbuf_append(packet, view);
		ip_finish(frame + ETHERNET, (uint16_t)(packet->total - ETHERNET));
		put32(frame + ETHERNET + IP + 4, source.next);
		leave_checksum(device, packet, 6, 16);
		packet->gso = RR_NETBUF_GSO_TCPV4;
		packet->gso_size = 1460;
		packet->header_length = sizeof(source.headers);
		if (rr_netdev_transmit(device, packet)) {
			rr_netbuf_free(packet);
			return;
		}
		source.next += SEGMENT;
	}
}

/* The window scale option of a SYN; 0: none. */
static unsigned scale_of(const uint8_t *t, unsigned header)
{
	for (unsigned at = TCP; at + 2 < header && t[at] != 0; at += t[at] == 1 ? 1 : rr_max(t[at + 1], 1))
		if (t[at] == 3)
			return t[at + 2];
	return 0;
}

static void tcp(struct rr_netdev *device, struct rr_netbuf *packet)
{
	uint8_t *frame = packet->data, *ip = frame + ETHERNET, *t = ip + IP;
	uint16_t port = get16(t + 2);
	unsigned header = (t[12] >> 4) * 4u, flags = t[13];
	uint32_t data = get16(ip + 2) - IP - header, seq = get32(t + 4), ack = get32(t + 8), window = (uint32_t)get16(t + 14) << source.scale;
	if (flags & RST || (port == 80 && !data && !(flags & (SYN | FIN)))) {
		rr_netbuf_free(packet);
		return;
	}
	if (port == 5002 && source.open && !(flags & (SYN | FIN))) {
		source.repeated = ack == source.acked && source.next != ack ? source.repeated + 1 : 0;
		source.acked = ack;
		if (source.repeated == 3)
			source.next = ack;
		rr_netbuf_free(packet);
		source_fill(device, window);
		return;
	}
	if (port == 5001 && !data && !(flags & (SYN | FIN))) {
		rr_netbuf_free(packet);
		return;
	}
	if (port == 5002 && flags & SYN)
		source.scale = scale_of(t, rr_min(header, packet->length - ETHERNET - IP));
	turn(device, frame);
	exchange(t, t + 2, 2);
	rr_netbuf_trim(packet, ETHERNET + IP + TCP);
	t[12] = 5 << 4;
	t[13] = ACK;
	put16(t + 14, 0xffff);
	if (flags & SYN) {
		static const uint8_t options[] = { 2, 4, 1460 >> 8, 1460 & 255, 1, 3, 3, WINDOW_SCALE };
		memcpy(rr_netbuf_extend(packet, sizeof(options)), options, sizeof(options));
		t[12] = 7 << 4;
		t[13] = SYN | ACK;
		ack = 0x1000;
	}
	uint32_t answer = seq + data + (flags & (SYN | FIN) ? 1 : 0);
	if (port == 80 && data) {
		memcpy(rr_netbuf_extend(packet, sizeof(reply) - 1), reply, sizeof(reply) - 1);
		t[13] |= PSH;
	}
	if (flags & FIN) {
		t[13] |= FIN;
		if (port == 5002)
			source.open = false;
	}
	put32(t + 4, ack);
	put32(t + 8, answer);
	put16(ip + 6, 0x4000);
	ip_finish(ip, (uint16_t)(packet->total - ETHERNET));
	if (port == 5002 && flags & SYN) {
		memcpy(source.headers, frame, sizeof(source.headers));
		source.headers[ETHERNET + IP + 12] = 5 << 4;
		source.headers[ETHERNET + IP + 13] = ACK;
		source.next = source.acked = ack + 1;
		source.open = true;
	}
	leave_checksum(device, packet, 6, 16);
	packet->gso = 0;
	send(device, packet);
}

static void ipv4(struct rr_netdev *device, struct rr_netbuf *packet)
{
	uint8_t *frame = packet->data, *ip = frame + ETHERNET, *t = ip + IP;
	if (packet->length < ETHERNET + IP + TCP && ip[9] == 6) {
		rr_netbuf_free(packet);
		return;
	}
	if (ip[9] == 6) {
		tcp(device, packet);
		return;
	}
	if (ip[9] == 17 && get16(t + 2) == 7) {
		turn(device, frame);
		exchange(t, t + 2, 2);
		put16(t + 6, 0);
		packet->flags = 0;
	} else if (ip[9] == 1 && t[0] == 8) {
		turn(device, frame);
		t[0] = 0;
		put16(t + 2, 0);
		put16(t + 2, (uint16_t)~fold(sum(0, t, packet->length - ETHERNET - IP)));
	} else {
		rr_netbuf_free(packet);
		return;
	}
	packet->gso = 0;
	send(device, packet);
}

static void arp(struct rr_netdev *device, struct rr_netbuf *packet)
{
	uint8_t *frame = packet->data, *a = frame + ETHERNET;
	if (packet->length < ETHERNET + 28 || get16(a + 6) != 1 || !memcmp(a + 14, a + 24, 4)) {
		rr_netbuf_free(packet);
		return;
	}
	memcpy(frame, frame + 6, 6);
	memcpy(frame + 6, device->mac, 6);
	put16(a + 6, 2);
	memcpy(a + 18, a + 8, 6);
	memcpy(a + 8, device->mac, 6);
	exchange(a + 14, a + 24, 4);
	send(device, packet);
}

static void receive(struct rr_netdev *device, struct rr_netbuf *packets)
{
	while (packets) {
		struct rr_netbuf *packet = packets;
		packets = packet->next;
		packet->next = NULL;
		uint16_t type = packet->length >= ETHERNET + IP + 8 ? get16(packet->data + 12) : 0;
		if (type == 0x0800)
			ipv4(device, packet);
		else if (type == 0x0806)
			arp(device, packet);
		else
			rr_netbuf_free(packet);
	}
}

static void added(struct rr_netdev *device)
{
	int error = rr_netdev_up(device);
	rr_log("%s: %02x:%02x:%02x:%02x:%02x:%02x mtu %u offloads 0x%x link %u error %d", device->name, device->mac[0], device->mac[1], device->mac[2],
	       device->mac[3], device->mac[4], device->mac[5], device->mtu, device->offloads, device->link, error);
}
static void changed(struct rr_netdev *device) { rr_log("%s: link %u", device->name, device->link); }

void rr_net_mirror_init(void)
{
	static const struct rr_netdev_stack stack = { .added = added, .receive = receive, .changed = changed };
	rr_netdev_attach_stack(&stack);
}
