// sources: ../src/tree.c
// includes: ../include
/* Random insertions and removals against a sorted array, with the tree's invariants checked. */
#include <rr/tree.h>
#include <stdio.h>
#include <stdlib.h>

#define NODES 300

struct item {
	struct rr_tree_node node;
	uint64_t key;
};

static int compare(const struct rr_tree_node *a, const struct rr_tree_node *b)
{
	uint64_t x = rr_container_of(a, struct item, node)->key, y = rr_container_of(b, struct item, node)->key;
	return x < y ? -1 : x > y;
}
static bool before(const struct rr_tree_node *node, uint64_t key) { return rr_container_of(node, struct item, node)->key < key; }

static struct rr_tree tree = RR_TREE_INIT(compare);
static struct item items[NODES], *model[NODES];
static unsigned count;

#define CHECK(x)                                                                                             \
	do {                                                                                                 \
		if (!(x)) {                                                                                  \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);                              \
			exit(1);                                                                             \
		}                                                                                            \
	} while (0)

static int level_of(const struct rr_tree_node *node) { return node ? node->level : 0; }

static unsigned check_shape(const struct rr_tree_node *node, const struct rr_tree_node *parent)
{
	if (!node)
		return 0;
	CHECK(node->parent == parent);
	CHECK(level_of(node->left) == node->level - 1);
	CHECK(level_of(node->right) == node->level || level_of(node->right) == node->level - 1);
	if (node->right)
		CHECK(level_of(node->right->right) < node->level);
	return 1 + check_shape(node->left, node) + check_shape(node->right, node);
}

static unsigned depth_of(const struct rr_tree_node *node)
{
	return node ? 1 + rr_max(depth_of(node->left), depth_of(node->right)) : 0;
}

static void check_order(void)
{
	struct rr_tree_node *node = rr_tree_first(&tree);
	for (unsigned i = 0; i < count; i++, node = rr_tree_next(node))
		CHECK(node == &model[i]->node);
	CHECK(!node);
	node = rr_tree_last(&tree);
	for (unsigned i = count; i-- > 0; node = rr_tree_prev(node))
		CHECK(node == &model[i]->node);
	CHECK(!node);
}

static void check_all(void)
{
	CHECK(check_shape(tree.root, NULL) == count);
	check_order();
}

static void insert(struct item *item, uint64_t key)
{
	item->key = key;
	unsigned at = count++;
	for (; at > 0 && model[at - 1]->key > key; at--)
		model[at] = model[at - 1];
	model[at] = item;
	rr_tree_insert(&tree, &item->node);
}

static void append(struct item *item, uint64_t key)
{
	item->key = key;
	model[count++] = item;
	rr_tree_append(&tree, &item->node);
}

static void remove_at(unsigned at)
{
	rr_tree_remove(&tree, &model[at]->node);
	CHECK(model[at]->node.level == 0);
	count--;
	for (; at < count; at++)
		model[at] = model[at + 1];
}

int main(void)
{
	CHECK(!rr_tree_first(&tree) && !rr_tree_last(&tree) && !rr_tree_lower_bound(&tree, before, 0));
	for (unsigned seed = 1; seed <= 20; seed++) {
		srand(seed);
		unsigned keys = seed % 2 ? 1000 : 20; /* few distinct keys: many equals */
		for (unsigned step = 0; step < 3000; step++) {
			bool grow = step / 500 % 2 == 0 ? rand() % 3 : !(rand() % 3);
			if (grow && count < NODES) {
				struct item *item = items;
				while (item->node.level)
					item++;
				insert(item, (uint64_t)(rand() % (int)keys));
			} else if (count) {
				remove_at((unsigned)rand() % count);
			}
			if (step % 7 == 0)
				check_all();
			uint64_t key = (uint64_t)(rand() % (int)keys);
			unsigned at = 0;
			while (at < count && model[at]->key < key)
				at++;
			CHECK(rr_tree_lower_bound(&tree, before, key) == (at < count ? &model[at]->node : NULL));
		}
		while (count)
			remove_at((unsigned)rand() % count);
		CHECK(!tree.root);
	}
	for (unsigned chain = 1; chain <= 40; chain++) { /* what was appended is a list: in order, and straightened out by what follows */
		for (unsigned i = 0; i < chain; i++)
			append(&items[i], 10 * i);
		check_order();
		for (unsigned i = chain; i < NODES; i++) {
			insert(&items[i], (uint64_t)(rand() % (int)(10 * chain)));
			check_order();
		}
		CHECK(depth_of(tree.root) < 40 + 9);
		while (count) {
			remove_at((unsigned)rand() % count);
			check_order();
		}
	}
	for (unsigned i = 0; i < NODES; i++) /* ascending keys must not degenerate */
		insert(&items[i], i);
	check_all();
	CHECK(tree.root->level <= 9);
	return 0;
}
