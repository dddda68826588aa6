/* Directories: a tree of names ordered by hash, which is also the order readdir shows. */
#include <rr/heap.h>
#include <rr/permission.h>
#include <rr/string.h>
#include "internal.h"

/* What st_size grows by an entry: tmpfs shows the same. */
#define ENTRY_SIZE 20

int ramfs_compare_entries(const struct rr_tree_node *a, const struct rr_tree_node *b)
{
	uint64_t x = rr_container_of(a, struct ramfs_entry, tree)->key, y = rr_container_of(b, struct ramfs_entry, tree)->key;
	return x < y ? -1 : x > y;
}

static bool is_before(const struct rr_tree_node *node, uint64_t key) { return rr_container_of(node, struct ramfs_entry, tree)->key < key; }

/* FNV-1a; 46 bits of it lie above a 16-bit number that tells equals apart, so keys are positive as off_t and above the positions of dots. */
static uint64_t first_key(const struct rr_name *name)
{
	uint64_t hash = 0xcbf29ce484222325;
	for (size_t i = 0; i < name->length; i++)
		hash = (hash ^ (uint8_t)name->text[i]) * 0x100000001b3;
	return (hash >> 18 | 1) << 16;
}

static struct ramfs_entry *entry_of(struct rr_tree_node *node) { return node ? rr_container_of(node, struct ramfs_entry, tree) : NULL; }
static struct ramfs_entry *next_of(struct ramfs_entry *entry) { return entry_of(rr_tree_next(&entry->tree)); }
static struct ramfs_entry *entry_from(struct ramfs_node *directory, uint64_t key)
{
	return entry_of(rr_tree_lower_bound(&directory->directory.entries, is_before, key));
}

/* The entry of that name, a removed one too; else NULL, and *key is free for it. */
static struct ramfs_entry *find(struct ramfs_node *directory, const struct rr_name *name, uint64_t *key)
{
	uint64_t first = first_key(name);
	*key = first;
	for (struct ramfs_entry *entry = entry_from(directory, first); entry && entry->key >> 16 == first >> 16; entry = next_of(entry)) {
		if (entry->length == name->length && memcmp(entry->name, name->text, name->length) == 0)
			return entry;
		*key = entry->key + 1;
	}
	return NULL;
}

static int fill(struct ramfs_node *directory)
{
	const struct rr_ramfs_origin *origin = directory->directory.origin;
	if (!origin)
		return 0;
	int error = origin->fill(&directory->inode, directory->directory.key);
	if (error)
		return error;
	directory->directory.origin = NULL;
	/* From here on a name that is not there is not there. */
	for (struct ramfs_entry *entry = entry_from(directory, 0), *next; entry; entry = next) {
		next = next_of(entry);
		if (!entry->node) {
			rr_tree_remove(&directory->directory.entries, &entry->tree);
			rr_free(entry);
		}
	}
	return 0;
}

/* 0, -ENOENT, or why the origin could not say. */
static int find_live(struct ramfs_node *directory, const struct rr_name *name, struct ramfs_entry **out)
{
	uint64_t key;
	*out = find(directory, name, &key);
	if (!*out && directory->directory.origin) {
		const struct rr_ramfs_origin *origin = directory->directory.origin;
		int error = origin->lookup ? origin->lookup(&directory->inode, directory->directory.key, name) : fill(directory);
		if (error)
			return error;
		*out = find(directory, name, &key);
	}
	return *out && (*out)->node ? 0 : -ENOENT;
}

static void touch(struct ramfs_node *directory) { directory->inode.mtime = directory->inode.ctime = rr_clock_realtime(); }

/* An entry not yet in a directory. 0 or -ENOMEM. */
static int entry_create(const struct rr_name *name, struct ramfs_entry **out)
{
	struct ramfs_entry *entry = rr_alloc(sizeof(*entry) + name->length);
	if (!entry)
		return -ENOMEM;
	*entry = (struct ramfs_entry){ .length = name->length };
	memcpy(entry->name, name->text, name->length);
	*out = entry;
	return 0;
}

/* Count a name for `node` in `directory`, without the node's own link count. */
static void account(struct ramfs_node *directory, struct ramfs_node *node, int names)
{
	directory->inode.size += names * ENTRY_SIZE;
	if (S_ISDIR(node->inode.mode))
		directory->inode.nlink += names;
}

static void set_parent(struct ramfs_node *node, struct ramfs_node *directory)
{
	if (!S_ISDIR(node->inode.mode))
		return;
	struct rr_inode *old = node->inode.parent;
	rr_inode_ref(&directory->inode);
	node->inode.parent = &directory->inode;
	if (old)
		rr_inode_put(old);
}

/* Put an entry in. Takes over a reference of `node`. A removed entry of that name is replaced. */
static void enter(struct ramfs_node *directory, struct ramfs_entry *entry, struct ramfs_node *node)
{
	struct rr_name name = { .text = entry->name, .length = entry->length };
	struct ramfs_entry *removed = find(directory, &name, &entry->key);
	if (removed) {
		entry->key = removed->key;
		rr_tree_remove(&directory->directory.entries, &removed->tree);
		rr_free(removed);
	}
	entry->directory = directory;
	entry->node = node;
	rr_tree_insert(&directory->directory.entries, &entry->tree);
	node->entry = entry;
	set_parent(node, directory);
	account(directory, node, 1);
}

/* Take a live entry out; the caller gets its reference of the node. */
static struct ramfs_node *leave(struct ramfs_entry *entry)
{
	struct ramfs_node *directory = entry->directory, *node = entry->node;
	account(directory, node, -1);
	if (node->entry == entry)
		node->entry = NULL;
	entry->node = NULL;
	if (!directory->directory.origin) {
		rr_tree_remove(&directory->directory.entries, &entry->tree);
		rr_free(entry);
	}
	return node;
}

static int lookup(struct rr_inode *inode, const struct rr_name *name, struct rr_inode **out)
{
	struct ramfs_entry *entry;
	int error = find_live(node_of(inode), name, &entry);
	if (error)
		return error;
	*out = &entry->node->inode;
	rr_inode_ref(*out);
	return 0;
}

/* A new node under a new name; *out is not referenced. */
static int make(struct ramfs_node *directory, const struct rr_name *name, uint32_t mode, uint64_t rdev, struct ramfs_node **out)
{
	if (!directory->inode.nlink)
		return -ENOENT;
	int error = ramfs_node_create(directory->inode.fs, mode, rdev, out);
	if (error)
		return error;
	struct ramfs_entry *entry;
	error = entry_create(name, &entry);
	if (error) {
		rr_inode_put(&(*out)->inode);
		return error;
	}
	enter(directory, entry, *out);
	return 0;
}

static int create(struct rr_inode *inode, const struct rr_name *name, uint32_t mode, uint64_t rdev, struct rr_inode **out)
{
	struct ramfs_node *directory = node_of(inode), *node;
	if (!name) {
		int error = ramfs_node_create(inode->fs, mode, rdev, &node);
		if (!error) {
			rr_inode_own(&node->inode, inode);
			node->inode.nlink = 0;
			*out = &node->inode;
		}
		return error;
	}
	int error = make(directory, name, mode, rdev, &node);
	if (error)
		return error;
	rr_inode_own(&node->inode, inode);
	touch(directory);
	rr_inode_ref(&node->inode);
	*out = &node->inode;
	return 0;
}

static int set_target(struct ramfs_node *node, const char *target, size_t length)
{
	node->target = rr_alloc(length + 1);
	if (!node->target)
		return -ENOMEM;
	memcpy(node->target, target, length);
	node->target[length] = 0;
	node->inode.size = length;
	return 0;
}

static int make_symlink(struct ramfs_node *directory, const struct rr_name *name, const char *target, size_t length, struct ramfs_node **out)
{
	int error = make(directory, name, S_IFLNK | 0777, 0, out);
	if (error)
		return error;
	error = set_target(*out, target, length);
	if (error)
		rr_inode_put(&leave((*out)->entry)->inode);
	return error;
}

static int symlink(struct rr_inode *inode, const struct rr_name *name, const char *target)
{
	struct ramfs_node *node;
	int error = make_symlink(node_of(inode), name, target, strlen(target), &node);
	if (error)
		return error;
	rr_inode_own(&node->inode, inode);
	touch(node_of(inode));
	return 0;
}

static int link(struct rr_inode *inode, const struct rr_name *name, struct rr_inode *target)
{
	struct ramfs_node *directory = node_of(inode);
	if (!inode->nlink)
		return -ENOENT;
	struct ramfs_entry *entry;
	int error = entry_create(name, &entry);
	if (error)
		return error;
	rr_inode_ref(target);
	enter(directory, entry, node_of(target));
	target->nlink++;
	target->ctime = rr_clock_realtime();
	touch(directory);
	return 0;
}

static bool has_entries(struct ramfs_node *directory)
{
	return rr_tree_first(&directory->directory.entries) != NULL;
}

static int check_empty(struct ramfs_node *node)
{
	if (!S_ISDIR(node->inode.mode))
		return 0;
	int error = fill(node);
	if (error)
		return error;
	return has_entries(node) ? -ENOTEMPTY : 0;
}

/* The node of `entry` loses this name for good. */
static void remove(struct ramfs_entry *entry)
{
	struct ramfs_node *node = leave(entry);
	node->inode.nlink -= S_ISDIR(node->inode.mode) ? 2 : 1;
	node->inode.ctime = rr_clock_realtime();
	rr_inode_put(&node->inode);
}

static int unlink(struct rr_inode *inode, const struct rr_name *name, struct rr_inode *victim)
{
	struct ramfs_entry *entry;
	int error = find_live(node_of(inode), name, &entry);
	if (!error)
		error = check_empty(node_of(victim));
	if (error)
		return error;
	remove(entry);
	touch(node_of(inode));
	return 0;
}

static int rename(struct rr_inode *from_inode, const struct rr_name *from_name, struct rr_inode *moved, struct rr_inode *to_inode,
                  const struct rr_name *to_name, struct rr_inode *target, bool exchange)
{
	struct ramfs_node *from = node_of(from_inode), *to = node_of(to_inode);
	struct ramfs_entry *source, *victim = NULL, *entry;
	if (!to_inode->nlink)
		return -ENOENT;
	int error = find_live(from, from_name, &source);
	if (!error && target)
		error = find_live(to, to_name, &victim);
	if (error)
		return error;
	if (exchange) {
		struct ramfs_node *a = source->node, *b = victim->node;
		account(from, a, -1), account(to, b, -1);
		source->node = b, victim->node = a;
		a->entry = victim, b->entry = source;
		set_parent(a, to), set_parent(b, from);
		account(from, b, 1), account(to, a, 1);
		target->ctime = rr_clock_realtime();
	} else {
		if (target)
			error = check_empty(node_of(target));
		if (!error)
			error = entry_create(to_name, &entry);
		if (error)
			return error;
		if (victim)
			remove(victim);
		enter(to, entry, leave(source));
	}
	moved->ctime = rr_clock_realtime();
	touch(from);
	touch(to);
	return 0;
}

static int readdir(struct rr_inode *inode, uint64_t *position, struct rr_dir_reader *reader)
{
	struct ramfs_node *directory = node_of(inode);
	int error = fill(directory);
	if (error)
		return error;
	for (struct ramfs_entry *entry = entry_from(directory, *position); entry; entry = next_of(entry)) {
		struct rr_name name = { .text = entry->name, .length = entry->length };
		if (!reader->entry(reader, &name, entry->node->inode.number, entry->node->inode.mode, entry->key + 1))
			break;
		*position = entry->key + 1;
	}
	if (inode->atime <= inode->mtime)
		inode->atime = rr_clock_realtime();
	return 0;
}

/* An origin's names are counted when they are in. */
static void refresh(struct rr_inode *inode) { fill(node_of(inode)); }

static void evict(struct rr_inode *inode)
{
	/* Only removed entries are left: live ones hold the directory by their nlink. */
	struct ramfs_node *directory = node_of(inode);
	for (struct ramfs_entry *entry; (entry = entry_from(directory, 0));) {
		rr_tree_remove(&directory->directory.entries, &entry->tree);
		rr_free(entry);
	}
	ramfs_evict(inode);
}

const struct rr_inode_ops ramfs_directory_ops = {
	.lookup = lookup,
	.create = create,
	.symlink = symlink,
	.link = link,
	.unlink = unlink,
	.rename = rename,
	.readdir = readdir,
	.refresh = refresh,
	.locate = ramfs_locate,
	.xattrs = ramfs_xattrs,
	.evict = evict,
};

void rr_ramfs_set_origin(struct rr_inode *directory, const struct rr_ramfs_origin *origin, uint64_t key)
{
	node_of(directory)->directory.origin = origin;
	node_of(directory)->directory.key = key;
}

static int refuse_known(struct rr_inode *directory, const struct rr_name *name)
{
	uint64_t key;
	return find(node_of(directory), name, &key) ? -EEXIST : 0;
}

int rr_ramfs_add(struct rr_inode *directory, const struct rr_name *name, uint32_t mode, uint64_t rdev, struct rr_inode **out)
{
	struct ramfs_node *node;
	int error = refuse_known(directory, name);
	if (!error)
		error = make(node_of(directory), name, mode, rdev, &node);
	if (!error && out)
		*out = &node->inode;
	return error;
}

int rr_ramfs_add_symlink(struct rr_inode *directory, const struct rr_name *name, const char *target, size_t length, struct rr_inode **out)
{
	struct ramfs_node *node;
	int error = refuse_known(directory, name);
	if (!error)
		error = make_symlink(node_of(directory), name, target, length, &node);
	if (!error && out)
		*out = &node->inode;
	return error;
}
