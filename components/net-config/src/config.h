/* Private to net-config. */
#pragma once
#include <rr/netdev.h>

/* Get an address for `device` by DHCP, and keep it. */
void dhcp_start(struct rr_netdev *device);
