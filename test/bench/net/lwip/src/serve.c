#include "serve.h"
#include <rr/string.h>
#include "lwip/tcp.h"
#include "lwip/udp.h"

static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
			    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
static char bulk[65536];

static err_t end(struct tcp_pcb *pcb)
{
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	if (tcp_close(pcb) == ERR_OK)
		return ERR_OK;
	tcp_abort(pcb);
	return ERR_ABRT;
}

static err_t http(void *argument, struct tcp_pcb *pcb, struct pbuf *pbuf, err_t error)
{
	(void)argument;
	(void)error;
	if (!pbuf)
		return end(pcb);
	tcp_recved(pcb, pbuf->tot_len);
	bool whole = pbuf->tot_len >= 4 && pbuf_memcmp(pbuf, (u16_t)(pbuf->tot_len - 4), "\r\n\r\n", 4) == 0;
	pbuf_free(pbuf);
	return whole ? tcp_write(pcb, reply, sizeof(reply) - 1, 0) : ERR_OK;
}

static err_t sink(void *argument, struct tcp_pcb *pcb, struct pbuf *pbuf, err_t error)
{
	(void)argument;
	(void)error;
	if (!pbuf)
		return end(pcb);
	tcp_recved(pcb, pbuf->tot_len);
	pbuf_free(pbuf);
	return ERR_OK;
}

static err_t source(void *argument, struct tcp_pcb *pcb, u16_t length)
{
	(void)argument;
	(void)length;
	while (tcp_sndbuf(pcb) >= 16384 && tcp_write(pcb, bulk, 16384, 0) == ERR_OK)
		;
	return ERR_OK;
}

static err_t source_input(void *argument, struct tcp_pcb *pcb, struct pbuf *pbuf, err_t error)
{
	(void)argument;
	(void)error;
	if (!pbuf)
		return end(pcb);
	pbuf_free(pbuf);
	return ERR_OK;
}

static err_t accepted(void *argument, struct tcp_pcb *pcb, err_t error)
{
	(void)error;
	tcp_nagle_disable(pcb);
	switch ((unsigned)(uintptr_t)argument) {
	case 80:
		tcp_recv(pcb, http);
		break;
	case 5001:
		tcp_recv(pcb, sink);
		break;
	default:
		tcp_recv(pcb, source_input);
		tcp_sent(pcb, source);
		source(NULL, pcb, 0);
		tcp_output(pcb);
	}
	return ERR_OK;
}

static void echo(void *argument, struct udp_pcb *pcb, struct pbuf *pbuf, const ip_addr_t *address, u16_t port)
{
	(void)argument;
	/* received buffers have no room in front for lwIP's headers */
	struct pbuf *copy = pbuf_clone(PBUF_TRANSPORT, PBUF_RAM, pbuf);
	if (copy) {
		udp_sendto(pcb, copy, address, port);
		pbuf_free(copy);
	}
	pbuf_free(pbuf);
}

void serve_init(void)
{
	struct udp_pcb *udp = udp_new();
	udp_bind(udp, IP_ADDR_ANY, 7);
	udp_recv(udp, echo, NULL);
	static const u16_t ports[] = { 80, 5001, 5002 };
	for (unsigned i = 0; i < 3; i++) {
		struct tcp_pcb *pcb = tcp_new();
		tcp_bind(pcb, IP_ADDR_ANY, ports[i]);
		pcb = tcp_listen_with_backlog(pcb, 255);
		tcp_arg(pcb, (void *)(uintptr_t)ports[i]);
		tcp_accept(pcb, accepted);
	}
}
