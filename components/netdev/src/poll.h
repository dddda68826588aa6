/* Between the files of this component. */
#pragma once
#include <rr/netdev.h>

/* Before the first device is used: the thread for what interrupts leave over. 0 or -ENOMEM. */
int netdev_poll_init(void);
/* The device is not to be polled any more. */
void netdev_poll_forget(struct rr_netdev *device);
/* Give the stack what has been received. */
void netdev_deliver(struct rr_netdev *device);
