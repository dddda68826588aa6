/* Shared between the files of ramfs only. */
#pragma once
#include <rr/ramfs.h>
#include <rr/tree.h>

/*
 * Frames by index. Height 0: `root` is the frame of page 0; above, `root` is the address of a node with 64 slots, each a frame (height 1) or
 * a node. 0 is a hole.
 */
struct ramfs_pages {
	uint64_t root;
	unsigned height;
};

struct ramfs_node;

struct ramfs_entry {
	struct rr_tree_node tree;
	uint64_t key;                 /* hash of the name and a number among equals: also the position for readdir */
	struct ramfs_node *directory;
	struct ramfs_node *node;      /* referenced; NULL: removed, and the origin must not be asked again */
	uint16_t length;
	char name[];
};

struct ramfs_node {
	struct rr_inode inode;
	struct ramfs_entry *entry;    /* the name it was given last, NULL when that was removed */
	struct rr_xattr *xattrs;      /* owned */
	union {
		struct {
			struct rr_vm_object object;
			struct ramfs_pages pages;
			rr_phys frames;           /* the origin's, for pages not in `pages` */
			uint64_t frame_count;
			uint32_t mapped;          /* mappings that show it */
		} file;
		struct {
			struct rr_tree entries;
			const struct rr_ramfs_origin *origin;
			uint64_t key;
		} directory;
		char *target;
	};
};

static inline struct ramfs_node *node_of(struct rr_inode *inode) { return rr_container_of(inode, struct ramfs_node, inode); }

extern const struct rr_inode_ops ramfs_directory_ops, ramfs_file_ops, ramfs_symlink_ops, ramfs_special_ops;
extern const struct rr_file_ops ramfs_regular_ops;
extern const struct rr_vm_object_ops ramfs_object_ops;

/* Operations of regular files, for another table of them. */
int ramfs_truncate_file(struct rr_inode *inode, uint64_t size);
void ramfs_evict_file(struct rr_inode *inode);

/* A new node with one reference and no name. 0 or -ENOMEM. */
int ramfs_node_create(struct rr_filesystem *fs, uint32_t mode, uint64_t rdev, struct ramfs_node **out);
/* The part of eviction all kinds share. */
void ramfs_evict(struct rr_inode *inode);
struct rr_xattr **ramfs_xattrs(struct rr_inode *inode);
int ramfs_locate(struct rr_inode *inode, struct rr_inode **directory, struct rr_name *name);
/* Order of the entries of a directory. */
int ramfs_compare_entries(const struct rr_tree_node *a, const struct rr_tree_node *b);

/* The frame of page `index`, 0 for a hole. */
rr_phys ramfs_pages_get(const struct ramfs_pages *pages, uint64_t index);
/* Put a frame at a hole (its reference is taken over). 0 or -ENOMEM. */
int ramfs_pages_set(struct ramfs_pages *pages, uint64_t index, rr_phys frame);
/* Free all frames from `first` to `last`; returns how many there were. */
uint64_t ramfs_pages_free(struct ramfs_pages *pages, uint64_t first, uint64_t last);
/* The first index >= `index` that has a frame, or UINT64_MAX. */
uint64_t ramfs_pages_next(const struct ramfs_pages *pages, uint64_t index);
