/*
 * libslirp can have a larger MTU than Ethernet's, and QEMU has no option for it. RR_USER_MTU, a number of bytes, gives it to all user networks; the cards are told the same
 * by QEMU's host_mtu. Connections end in libslirp, so no other network ever sees such packets.
 */
#include "next.h"
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* libslirp.h's struct SlirpConfig, of version 1 and all later ones, up to what is set here. */
struct config {
	uint32_t version;
	int restricted;
	bool in_enabled;
	struct in_addr network, mask, host;
	bool in6_enabled;
	struct in6_addr prefix6;
	uint8_t prefix6_length;
	struct in6_addr host6;
	const char *hostname, *tftp_server, *tftp_path, *boot_file;
	struct in_addr dhcp_start, name_server;
	struct in6_addr name_server6;
	const char **search;
	const char *domain;
	size_t mtu, mru;
};

void *slirp_new(struct config *config, const void *callbacks, void *opaque)
{
	const char *text = getenv("RR_USER_MTU");
	if (text && config->version >= 1) /* QEMU's own variable, and no constant */
		config->mtu = config->mru = strtoul(text, NULL, 10);
	return NEXT(slirp_new)(config, callbacks, opaque);
}
