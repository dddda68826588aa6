/* Which multicast groups devices are in, and when routers hear of it: the part that IGMP and MLD have in common (RFC 2236, 2710, 3376, 3810). */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/random.h>
#include "internal.h"

#define MOST 256u                       /* each is looked at for every packet to a group */
#define REPEAT_WITHIN RR_NSEC_PER_SEC   /* RFC 3376, 8.11 */

struct group {
	struct rr_list link;
	struct rr_ip_group what;
	uint64_t report_at;     /* 0: no report is due */
	unsigned joins_to_tell; /* so many of the next ones are about the join */
};

static struct rr_list groups[2] = { RR_LIST_INIT(groups[0]), RR_LIST_INIT(groups[1]) }; /* [1]: IPv6 */
static unsigned count;
static struct rr_timer timer;

static struct group *find(const struct rr_netdev *device, const struct rr_ip *ip)
{
	rr_list_for_each(node, &groups[!rr_ip_is_v4(ip)]) {
		struct group *group = rr_list_entry(node, struct group, link);
		if (group->what.device == device && rr_ip_equal(&group->what.group, ip))
			return group;
	}
	return NULL;
}

/* Nobody is told of groups that everybody is in, or that do not leave the machine: RFC 3376, section 6; 3810, section 6. */
static bool is_told(const struct rr_netdev *device, const struct rr_ip *ip)
{
	static const struct rr_ip all_nodes = { .bytes = { 0xff, 2, [15] = 1 } };
	if (device->offloads & RR_NETDEV_LOOPBACK)
		return false;
	return rr_ip_is_v4(ip) ? ip->words[3] != rr_net32(0xe0000001) : !rr_ip_equal(ip, &all_nodes) && rr_ip_scope(ip) != RR_IP_SCOPE_HOST;
}

static void report(struct rr_netdev *device, const struct rr_ip *ip, enum rr_ip_report why)
{
	if (!is_told(device, ip))
		return;
	if (!rr_ip_is_v4(ip))
		rr_ip6->report(device, ip, why);
	else
		igmp_report(device, ip, why);
}

static void reports_due(struct rr_timer *unused)
{
	uint64_t now = rr_clock_monotonic(), next = UINT64_MAX;
	(void)unused;
	for (unsigned v6 = 0; v6 < 2; v6++)
		rr_list_for_each(node, &groups[v6]) {
			struct group *group = rr_list_entry(node, struct group, link);
			if (group->report_at && group->report_at <= now) {
				group->report_at = 0;
				report(group->what.device, &group->what.group, group->joins_to_tell ? RR_IP_REPORT_JOINED : RR_IP_REPORT_MEMBER);
				if (group->joins_to_tell && --group->joins_to_tell)
					group->report_at = now + rr_random_word() % REPEAT_WITHIN;
			}
			if (group->report_at)
				next = rr_min(next, group->report_at);
		}
	if (next != UINT64_MAX)
		rr_timer_arm(&timer, next);
	rr_ip_flush();
}

/* A report then, unless an earlier one is due. */
static void report_at(struct group *group, uint64_t at)
{
	if (!group->report_at || at < group->report_at)
		group->report_at = at;
	timer.fire = reports_due;
	if (!rr_timer_armed(&timer) || timer.deadline > group->report_at)
		rr_timer_arm(&timer, group->report_at);
}

/* A report somewhen `within` so many ns, unless an earlier one is due. */
static void report_within(struct group *group, uint64_t within) { report_at(group, rr_clock_monotonic() + rr_random_word() % rr_max(within, 1u)); }

void rr_ip_queried(struct rr_netdev *device, const struct rr_ip *about, bool v6, uint64_t within)
{
	rr_list_for_each(node, &groups[v6]) {
		struct group *group = rr_list_entry(node, struct group, link);
		if (group->what.device == device && is_told(device, &group->what.group) && (rr_ip_is_any(about) || rr_ip_equal(&group->what.group, about)))
			report_within(group, within);
	}
}

int rr_ip_join(struct rr_netdev *device, const struct rr_ip *ip) { return rr_ip_join_after(device, ip, 0); }

int rr_ip_join_after(struct rr_netdev *device, const struct rr_ip *ip, uint64_t delay)
{
	if (!rr_ip_is_multicast(ip))
		return -EINVAL;
	if (!rr_ip_is_v4(ip) && !rr_ip6)
		return -EAFNOSUPPORT;
	struct group *group = find(device, ip);
	if (group) {
		group->what.users++;
		return 0;
	}
	group = count < MOST ? rr_zalloc(1, sizeof(*group)) : NULL;
	if (!group)
		return -ENOBUFS;
	group->what = (struct rr_ip_group){ device, *ip, 1 };
	group->joins_to_tell = delay ? 2 : 1; /* once more than is told below */
	rr_list_push_back(&groups[!rr_ip_is_v4(ip)], &group->link);
	count++;
	if (device->ops->filter)
		device->ops->filter(device);
	if (!is_told(device, ip))
		return 0;
	if (delay) {
		report_at(group, rr_clock_monotonic() + delay);
	} else {
		report(device, ip, RR_IP_REPORT_JOINED);
		report_within(group, REPEAT_WITHIN);
	}
	return 0;
}

int rr_ip_leave(struct rr_netdev *device, const struct rr_ip *ip)
{
	struct rr_ip left = *ip;
	struct group *group = find(device, ip);
	if (!group)
		return -EADDRNOTAVAIL;
	if (--group->what.users)
		return 0;
	rr_list_remove(&group->link);
	rr_free(group);
	count--;
	if (device->ops->filter)
		device->ops->filter(device);
	report(device, &left, RR_IP_REPORT_LEFT);
	return 0;
}

bool rr_ip_is_member(const struct rr_netdev *device, const struct rr_ip *group) { return find(device, group); }

bool rr_ip_get_group(unsigned index, struct rr_ip_group *out)
{
	for (unsigned v6 = 0; v6 < 2; v6++)
		rr_list_for_each(node, &groups[v6])
			if (!index--) {
				*out = rr_list_entry(node, struct group, link)->what;
				return true;
			}
	return false;
}
