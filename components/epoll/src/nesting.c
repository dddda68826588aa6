/*
 * Epolls that watch epolls: no circles, and at most five in a row, so that asking one and waking through them ends, and fits on a stack. Each epoll is
 * looked at once in a walk, however many ways lead to it.
 */
#include "epoll.h"

#define TOO_DEEP (MOST_NESTED + 1)

/* How many ways a wake-up of one file may take through so many epolls behind the first, as on Linux; directly there may be any number. */
static const unsigned most_ways[TOO_DEEP] = { ~0u, 500, 100, 50, 10 };

static unsigned visit;

static bool seen(struct epoll *epoll)
{
	if (epoll->visit == visit)
		return true;
	epoll->visit = visit;
	epoll->depth = 0;
	return false;
}

/* How many lie below `epoll`, one under the other; TOO_DEEP also when `wanted` is among them. `level`: how far down this is. */
static unsigned depth_below(struct epoll *epoll, const struct epoll *wanted, unsigned level)
{
	if (seen(epoll) || !epoll->nested)
		return epoll->depth;
	unsigned depth = 0;
	for (struct rr_tree_node *node = rr_tree_first(&epoll->interests); node && depth < TOO_DEEP; node = rr_tree_next(node)) {
		struct epoll *other = epoll_of(rr_container_of(node, struct rr_interest, node)->file);
		if (!other)
			continue;
		if (other == wanted || level > MOST_NESTED)
			depth = TOO_DEEP;
		else
			depth = rr_max(depth, depth_below(other, wanted, level + 1) + 1);
	}
	return epoll->depth = depth;
}

/* The same upwards: who watches `epoll`. There are no circles, and none is longer than what was allowed. */
static unsigned depth_above(struct epoll *epoll)
{
	if (seen(epoll) || !epoll->file)
		return epoll->depth;
	unsigned depth = 0;
	for (struct rr_interest *interest = epoll->file->interests; interest; interest = interest->next)
		depth = rr_max(depth, depth_above(interest->epoll) + 1);
	return epoll->depth = depth;
}

int epoll_check_nesting(struct epoll *epoll, struct epoll *other)
{
	visit++;
	unsigned below = depth_below(other, epoll, 0);
	if (below > MOST_NESTED)
		return -ELOOP;
	visit++;
	return below + 1 + depth_above(epoll) > MOST_NESTED ? -ELOOP : 0;
}

/* Count the ways from `file` up to epolls nobody watches. False: too many. */
static bool count_ways(const struct rr_file *file, unsigned level, unsigned ways[TOO_DEEP])
{
	if (level > MOST_NESTED)
		return false;
	for (const struct rr_interest *interest = file->interests; interest; interest = interest->next) {
		const struct rr_file *above = interest->epoll->file;
		if (above->interests ? !count_ways(above, level + 1, ways) : ++ways[level] > most_ways[level])
			return false;
	}
	return true;
}

static bool few_ways_below(struct rr_file *file)
{
	struct epoll *epoll = epoll_of(file);
	unsigned ways[TOO_DEEP] = { 0 };
	if (!epoll)
		return count_ways(file, 0, ways);
	if (seen(epoll))
		return true;
	for (struct rr_tree_node *node = rr_tree_first(&epoll->interests); node; node = rr_tree_next(node))
		if (!few_ways_below(rr_container_of(node, struct rr_interest, node)->file))
			return false;
	return true;
}

bool epoll_few_ways(const struct epoll *epoll, struct rr_file *file)
{
	visit++;
	return (!epoll->file->interests && !epoll_of(file)) || few_ways_below(file);
}
