/*
 * Balanced binary search tree, intrusive, ordered by a comparison the tree was made with. Equal keys are allowed: a new
 * one goes behind its equals. The caller does the locking. Nothing is allocated.
 */
#pragma once
#include <rr/types.h>

struct rr_tree_node {
	struct rr_tree_node *parent, *left, *right;
	int level; /* balance information; 0: not in a tree */
};

struct rr_tree {
	struct rr_tree_node *root;
	/* Negative, zero, positive as a is before, equal to, behind b. */
	int (*compare)(const struct rr_tree_node *a, const struct rr_tree_node *b);
};

#define RR_TREE_INIT(compare) { NULL, compare }

void rr_tree_insert(struct rr_tree *tree, struct rr_tree_node *node);
/*
 * The same for a node that goes behind all others, without rebalancing: a chain, which later insertions straighten out. For the handful of nodes that
 * are there before anybody searches; less than half the code of an insertion.
 */
void rr_tree_append(struct rr_tree *tree, struct rr_tree_node *node);
/* `node` must be in `tree`. Its level is 0 afterwards. */
void rr_tree_remove(struct rr_tree *tree, struct rr_tree_node *node);
struct rr_tree_node *rr_tree_first(const struct rr_tree *tree);
struct rr_tree_node *rr_tree_last(const struct rr_tree *tree);
struct rr_tree_node *rr_tree_next(const struct rr_tree_node *node);
struct rr_tree_node *rr_tree_prev(const struct rr_tree_node *node);
/* The first node for which before(node, key) is false, or NULL; before() must hold for a prefix of the order. */
struct rr_tree_node *rr_tree_lower_bound(const struct rr_tree *tree, bool (*before)(const struct rr_tree_node *node, uint64_t key), uint64_t key);
