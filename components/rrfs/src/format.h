/* The format: docs/interfaces.md, section 6. */
#pragma once
#include <rr/types.h>

#define RRFS_MAGIC 0x53465252u
#define RRFS_VERSION 1u

struct rrfs_header {
	uint32_t magic, version, node_count, reserved;
	uint64_t size, names_offset;
};
_Static_assert(sizeof(struct rrfs_header) == 32, "docs/interfaces.md");

struct rrfs_node {
	uint32_t mode, uid, gid, nlink;
	uint64_t size, data;
	int64_t mtime;
	uint32_t name, name_length;
	uint32_t first_child, child_count;
	uint32_t rdev, parent;
};
_Static_assert(sizeof(struct rrfs_node) == 64, "docs/interfaces.md");

struct rrfs {
	const char *base;
	uint64_t size;
	const struct rrfs_node *nodes;
	uint32_t node_count;
	const char *names;
	uint64_t names_size;
};

/* Check the header. False: this is no tree. */
bool rrfs_open(const void *base, uint64_t size, struct rrfs *out);
/* Node `index` if all it says lies within the tree, else NULL. */
const struct rrfs_node *rrfs_node(const struct rrfs *fs, uint64_t index);
/* A node's name. */
static inline const char *rrfs_name(const struct rrfs *fs, const struct rrfs_node *node) { return fs->names + node->name; }
/* The child of that name: 0, -ENOENT, -EIO. */
int rrfs_find(const struct rrfs *fs, uint32_t directory, const char *name, size_t length, uint32_t *out);
