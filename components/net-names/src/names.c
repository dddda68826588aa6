/* /etc/hosts and /etc/resolv.conf: what a resolver finds there, made when it looks. */
#include <rr/abi/errno.h>
#include <rr/control.h>
#include <rr/heap.h>
#include <rr/hostname.h>
#include <rr/launch.h>
#include <rr/net-config.h>
#include <rr/print.h>
#include <rr/ramfs.h>
#include <rr/string.h>
#include <rr/wait.h>
#include "lease.h"
#include "pieces.h"
#include "text.h"

void rr_net_names_init(void);

#define HOSTS_ROOM 8192u /* of the launcher's lines: docs/interfaces.md, section 8 */
#define FILE_ROOM (HOSTS_ROOM + 512u)
/* Who asks for names in the first moments waits for DHCP's answer, until so long after the boot. */
#define PATIENCE (4 * RR_NSEC_PER_SEC)

static struct rr_launch_list servers, domains; /* of the launch document */
static bool servers_given, domains_given;
static struct pieces hosts;
static struct lease_names lease;
static struct rr_waitqueue leased = RR_WAITQUEUE_INIT(leased);

static void on_lease(const uint8_t *options, size_t length)
{
	struct lease_names names;
	lease_read(&names, options, length);
	/* With several cards: who says nothing about names does not take back what another said. */
	if (names.server_count || names.search[0])
		lease = names;
	rr_hostname_learn(names.host, strlen(names.host));
	rr_wake_all(&leased);
}

static void on_hosts(const uint8_t *frame, size_t length) { pieces_take(&hosts, frame, length); }

static int make_hosts(struct rr_inode *file, bool wait)
{
	char hostname[RR_HOSTNAME_ROOM];
	struct text text = { .bytes = rr_alloc(FILE_ROOM), .room = FILE_ROOM };
	(void)wait;
	if (!text.bytes)
		return -ENOMEM;
	rr_hostname_get(hostname);
	text_hosts(&text, hosts.whole, hosts.length, hostname);
	int error = rr_ramfs_set_content(file, text.bytes, text.length);
	rr_free(text.bytes);
	return error;
}

static void put_search(struct text *text)
{
	if (!domains_given && lease.search[0])
		text_line(text, "search", ' ', lease.search);
	if (!domains.count)
		return;
	size_t start = text->length;
	for (unsigned i = 0; i < domains.count; i++) {
		/* One line: the newline of the last word goes again. */
		if (!text_line(text, i ? "" : "search", ' ', domains.items[i]))
			break;
		if (i + 1 < domains.count)
			text->length--;
	}
	if (text->length > start && text->bytes[text->length - 1] != '\n')
		text->bytes[text->length++] = '\n';
}

static void put_servers(struct text *text)
{
	char address[sizeof("255.255.255.255")];
	for (unsigned i = 0; i < servers.count; i++)
		text_line(text, "nameserver", ' ', servers.items[i]);
	for (unsigned i = 0; !servers_given && i < lease.server_count; i++) {
		const uint8_t *bytes = lease.servers[i];
		rr_snprintf(address, sizeof(address), "%d.%d.%d.%d", bytes[0], bytes[1], bytes[2], bytes[3]);
		text_line(text, "nameserver", ' ', address);
	}
	/* Without a server resolvers ask this machine, where nobody answers: they need not be patient. */
	if (!servers.count && (servers_given || !lease.server_count))
		text_line(text, "options", ' ', "timeout:1 attempts:1");
}

static int make_resolv_conf(struct rr_inode *file, bool wait)
{
	if (wait) {
		int error = rr_wait_until(&leased, !rr_net_config_waiting(), PATIENCE, RR_INTERRUPTIBLE);
		if (error && error != -ETIMEDOUT)
			return error;
	}
	struct text text = { .bytes = rr_alloc(FILE_ROOM), .room = FILE_ROOM };
	if (!text.bytes)
		return -ENOMEM;
	put_search(&text);
	put_servers(&text);
	int error = rr_ramfs_set_content(file, text.bytes, text.length);
	rr_free(text.bytes);
	return error;
}

static const struct rr_ramfs_maker hosts_maker = { make_hosts }, resolv_conf_maker = { make_resolv_conf };

/* Where the image has brought a file of its own, it stays. */
static void add(struct rr_inode *etc, const struct rr_name *name, const struct rr_ramfs_maker *maker)
{
	struct rr_inode *file;
	if (!etc->ops->lookup(etc, name, &file))
		rr_inode_put(file);
	else if (!rr_ramfs_add(etc, name, S_IFREG | 0644, 0, &file))
		rr_ramfs_set_maker(file, maker);
}

static void furnish(struct rr_inode *root)
{
	struct rr_inode *etc;
	if (root->ops->lookup(root, RR_NAME("etc"), &etc))
		return;
	if (S_ISDIR(etc->mode)) {
		add(etc, RR_NAME("hosts"), &hosts_maker);
		add(etc, RR_NAME("resolv.conf"), &resolv_conf_maker);
	}
	rr_inode_put(etc);
}

/* What the launch document has of them; later the launcher may send others. */
static void take_hosts(const struct rr_launch_list *lines)
{
	hosts = (struct pieces){ .whole = rr_alloc(HOSTS_ROOM), .coming = rr_alloc(HOSTS_ROOM), .room = HOSTS_ROOM, .at = HOSTS_ROOM + 1 };
	if (!hosts.whole || !hosts.coming) {
		hosts.room = 0;
		return;
	}
	for (unsigned i = 0; i < lines->count; i++) {
		size_t length = strlen(lines->items[i]);
		if (length + 1 > HOSTS_ROOM - hosts.length)
			break;
		memcpy(hosts.whole + hosts.length, lines->items[i], length);
		hosts.length += length;
		hosts.whole[hosts.length++] = '\n';
	}
	rr_control_on(RR_CONTROL_HOSTS, on_hosts);
}

void rr_net_names_init(void)
{
	struct rr_launch_list lines;
	servers_given = rr_launch_strings("dns", &servers);
	domains_given = rr_launch_strings("search", &domains);
	if (rr_launch_strings("hosts", &lines))
		take_hosts(&lines);
	rr_net_config_on_lease = on_lease;
	rr_vfs_furnish_root = furnish;
}
