/* Who polls devices, and for how long: interrupt handlers first, then a thread. */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/idle.h>
#include <rr/netdev.h>
#include <rr/wait.h>

#include "poll.h"

/* Packets in one go. In an interrupt handler so many at most before programs may run again. */
#define BUDGET 64u
/* A device that always has something more when its interrupt is to be armed is left to the thread. */
#define ROUNDS 4u

static struct rr_list waiting = RR_LIST_INIT(waiting); /* devices the thread has to poll */
static struct rr_waitqueue work = RR_WAITQUEUE_INIT(work);
static struct rr_thread *thread;

/* True: there may be more. Packets received while the stack answers others wait for the next poll, so a stack that polls is no recursion. */
static bool poll_once(struct rr_netdev *device, unsigned budget)
{
	if (device->polling)
		return false;
	device->polling = true;
	device->stats.polls++;
	unsigned count = device->ops->poll(device, budget);
	if (device->batch)
		netdev_deliver(device);
	device->ops->flush(device);
	device->polling = false;
	return count >= budget;
}

/* Poll until there is nothing and the interrupt is armed: true. */
static bool poll_and_arm(struct rr_netdev *device)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		if (poll_once(device, BUDGET))
			return false;
		if (device->ops->arm(device)) {
			device->scheduled = false;
			return true;
		}
	}
	return false;
}

void rr_netdev_schedule(struct rr_netdev *device)
{
	if (device->scheduled || !device->up)
		return;
	device->scheduled = true;
	device->stats.rx_interrupts++;
	if (poll_and_arm(device))
		return;
	rr_list_push_back(&waiting, &device->poll_node);
	rr_wake_all(&work);
}

static void poll_thread(void *argument)
{
	(void)argument;
	for (;;) {
		rr_wait_until(&work, !rr_list_empty(&waiting), RR_FOREVER, 0);
		struct rr_netdev *device = rr_list_entry(waiting.next, struct rr_netdev, poll_node);
		rr_list_remove(&device->poll_node);
		if (!poll_and_arm(device) && device->up)
			rr_list_push_back(&waiting, &device->poll_node);
		rr_thread_yield();
	}
}

void rr_netdev_poll_all(void)
{
	for (struct rr_netdev *device = NULL; (device = rr_netdev_next(device));)
		if (device->up)
			poll_once(device, BUDGET);
}

/* The network can always bring something. */
static bool could_wake(void) { return true; }

int netdev_poll_init(void)
{
	static struct rr_wake_source network = { .could_wake = could_wake };
	rr_wake_source_add(&network);
	if (thread)
		return 0;
	struct rr_thread *made = rr_zalloc(1, sizeof(*made));
	int error = made ? rr_thread_init(made, poll_thread, NULL) : -ENOMEM;
	if (error) {
		rr_free(made);
		return error;
	}
	thread = made;
	rr_thread_start(thread);
	return 0;
}

void netdev_poll_forget(struct rr_netdev *device)
{
	rr_list_remove(&device->poll_node);
	device->scheduled = false;
}
