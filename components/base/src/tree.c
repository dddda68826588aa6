/*
 * AA trees (Arne Andersson, "Balanced search trees made simple", 1993): a red-black tree whose red links go only to the right, so there is one
 * rebalancing rule for insertion and removal and the code stays small. A leaf has level 1, a missing child level 0. Invariants:
 *   left child's level  == level - 1
 *   right child's level == level or level - 1
 *   right grandchild's level < level
 */
#include <rr/tree.h>

static int level_of(const struct rr_tree_node *node) { return node ? node->level : 0; }

static void replace(struct rr_tree *tree, struct rr_tree_node *old, struct rr_tree_node *new)
{
	struct rr_tree_node *parent = old->parent;
	if (!parent)
		tree->root = new;
	else if (parent->left == old)
		parent->left = new;
	else
		parent->right = new;
	if (new)
		new->parent = parent;
}

static void set_left(struct rr_tree_node *node, struct rr_tree_node *child)
{
	node->left = child;
	if (child)
		child->parent = node;
}

static void set_right(struct rr_tree_node *node, struct rr_tree_node *child)
{
	node->right = child;
	if (child)
		child->parent = node;
}

/* Turn a left child of the same level into the parent. The subtree's root is returned. */
static struct rr_tree_node *skew(struct rr_tree *tree, struct rr_tree_node *node)
{
	struct rr_tree_node *left = node->left;
	if (!left || left->level != node->level)
		return node;
	replace(tree, node, left);
	set_left(node, left->right);
	set_right(left, node);
	return left;
}

/* Two right links in a row on one level: lift the middle node. The subtree's root is returned. */
static struct rr_tree_node *split(struct rr_tree *tree, struct rr_tree_node *node)
{
	struct rr_tree_node *right = node->right;
	if (!right || level_of(right->right) != node->level)
		return node;
	replace(tree, node, right);
	set_right(node, right->left);
	set_left(right, node);
	right->level++;
	return right;
}

void rr_tree_insert(struct rr_tree *tree, struct rr_tree_node *node)
{
	struct rr_tree_node *parent = NULL, **link = &tree->root;
	while (*link) {
		parent = *link;
		link = tree->compare(node, parent) < 0 ? &parent->left : &parent->right;
	}
	node->parent = parent;
	node->left = node->right = NULL;
	node->level = 1;
	*link = node;
	for (; parent; parent = parent->parent)
		parent = split(tree, skew(tree, parent));
}

void rr_tree_append(struct rr_tree *tree, struct rr_tree_node *node)
{
	struct rr_tree_node **link = &tree->root;
	node->parent = NULL;
	while (*link) {
		node->parent = *link;
		link = &node->parent->right;
	}
	node->left = node->right = NULL;
	node->level = 1;
	*link = node;
}

/* Take `node`, which has at most one child, out of its place. */
static void cut(struct rr_tree *tree, struct rr_tree_node *node) { replace(tree, node, node->left ? node->left : node->right); }

void rr_tree_remove(struct rr_tree *tree, struct rr_tree_node *node)
{
	struct rr_tree_node *lowest; /* where rebalancing starts */
	if (node->left && node->right) {
		struct rr_tree_node *next = node->right;
		while (next->left)
			next = next->left;
		lowest = next->parent == node ? next : next->parent;
		cut(tree, next);
		set_left(next, node->left);
		set_right(next, node->right);
		next->level = node->level;
		replace(tree, node, next);
	} else {
		lowest = node->parent;
		cut(tree, node);
	}
	node->level = 0;

	for (; lowest; lowest = lowest->parent) {
		int level = rr_min(level_of(lowest->left), level_of(lowest->right)) + 1;
		if (level < lowest->level) {
			lowest->level = level;
			if (level_of(lowest->right) > level)
				lowest->right->level = level;
		}
		lowest = skew(tree, lowest);
		if (lowest->right) {
			struct rr_tree_node *right = skew(tree, lowest->right);
			if (right->right)
				skew(tree, right->right);
		}
		lowest = split(tree, lowest);
		if (lowest->right)
			split(tree, lowest->right);
	}
}

struct rr_tree_node *rr_tree_first(const struct rr_tree *tree)
{
	struct rr_tree_node *node = tree->root;
	while (node && node->left)
		node = node->left;
	return node;
}

struct rr_tree_node *rr_tree_last(const struct rr_tree *tree)
{
	struct rr_tree_node *node = tree->root;
	while (node && node->right)
		node = node->right;
	return node;
}

struct rr_tree_node *rr_tree_next(const struct rr_tree_node *node)
{
	struct rr_tree_node *next = node->right;
	if (next) {
		while (next->left)
			next = next->left;
		return next;
	}
	while ((next = node->parent) && next->right == node)
		node = next;
	return next;
}

struct rr_tree_node *rr_tree_prev(const struct rr_tree_node *node)
{
	struct rr_tree_node *prev = node->left;
	if (prev) {
		while (prev->right)
			prev = prev->right;
		return prev;
	}
	while ((prev = node->parent) && prev->left == node)
		node = prev;
	return prev;
}

struct rr_tree_node *rr_tree_lower_bound(const struct rr_tree *tree, bool (*before)(const struct rr_tree_node *node, uint64_t key), uint64_t key)
{
	struct rr_tree_node *node = tree->root, *found = NULL;
	while (node) {
		if (before(node, key)) {
			node = node->right;
		} else {
			found = node;
			node = node->left;
		}
	}
	return found;
}
