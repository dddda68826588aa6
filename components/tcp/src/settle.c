/*
 * The machine's end. Elsewhere a kernel outlives its programs: it delivers what they have written and tells the other sides that they are gone. Here it must happen
 * before the end, and is bounded.
 */
#include <rr/abi/errno.h>
#include <rr/irq.h>
#include <rr/platform.h>
#include "internal.h"

#define MOST_WAIT (10 * RR_NSEC_PER_SEC)
/* The other side does not answer any more. */
#define NO_PROGRESS (4 * RR_NSEC_PER_SEC)

static bool is_local(const struct rr_tcp *tcp) { return !tcp->path.device || tcp->path.device->offloads & RR_NETDEV_LOOPBACK; }

/* As their owners would close them. Nothing is delivered in here: connections within the machine are left alone. */
static void let_go(void *unused, struct endpoint *end)
{
	struct rr_tcp *tcp = rr_container_of(end, struct rr_tcp, end);
	(void)unused;
	if (end->state == RR_TCP_TIME_WAIT || end->state == RR_TCP_LISTEN || is_local(tcp))
		return;
	tcp->settings.cork = false;
	rr_tcp_release(tcp, tcp->listener);
}

static void count(void *sum, struct endpoint *end)
{
	struct rr_tcp *tcp = rr_container_of(end, struct rr_tcp, end);
	bool waits = end->state == RR_TCP_FIN_WAIT_1 || end->state == RR_TCP_CLOSING || end->state == RR_TCP_LAST_ACK;
	if (waits && !is_local(tcp))
		*(uint64_t *)sum += tcp->out_bytes + 1u;
}

/* Bytes and FINs that are not acknowledged. */
static uint64_t outstanding(void)
{
	uint64_t sum = 0;
	table_each(count, &sum);
	return sum;
}

void tcp_settle(void)
{
	uint64_t began = rr_clock_monotonic(), progress = began, now, before_it;
	table_each(let_go, NULL);
	rr_ip_flush();
	before_it = outstanding();
	while (before_it && (now = rr_clock_monotonic()) - began < MOST_WAIT && now - progress < NO_PROGRESS) {
		rr_irq_run_pending(); /* timers, for what is lost */
		rr_netdev_poll_all(); /* the thread that does it does not run any more */
		uint64_t after_it = outstanding();
		if (after_it != before_it)
			progress = now;
		before_it = after_it;
		__builtin_ia32_pause();
	}
}
