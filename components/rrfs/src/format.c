/* Reading the tree: bounds are checked here and nowhere else. */
#include <rr/abi/errno.h>
#include <rr/abi/fcntl.h>
#include <rr/abi/stat.h>
#include <rr/string.h>
#include "format.h"

bool rrfs_open(const void *base, uint64_t size, struct rrfs *out)
{
	const struct rrfs_header *header = base;
	if (size < sizeof(*header) || header->magic != RRFS_MAGIC || header->version != RRFS_VERSION || header->size > size)
		return false;
	uint64_t nodes_end = sizeof(*header) + (uint64_t)header->node_count * sizeof(struct rrfs_node);
	if (!header->node_count || nodes_end > header->size || header->names_offset > header->size)
		return false;
	*out = (struct rrfs){
		.base = base,
		.size = header->size,
		.nodes = (const void *)(header + 1),
		.node_count = header->node_count,
		.names = (const char *)base + header->names_offset,
		.names_size = header->size - header->names_offset,
	};
	return rrfs_node(out, 0) && S_ISDIR(rrfs_node(out, 0)->mode);
}

static bool good_name(const struct rrfs *fs, const struct rrfs_node *node)
{
	if (node->name > fs->names_size || node->name_length > fs->names_size - node->name)
		return false;
	const char *name = rrfs_name(fs, node);
	size_t length = node->name_length;
	if (length == 0 || length > NAME_MAX || memchr(name, '/', length) || memchr(name, 0, length))
		return false;
	return !(name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.')));
}

static bool within(const struct rrfs *fs, uint64_t start, uint64_t length) { return start <= fs->size && length <= fs->size - start; }

static bool good_content(const struct rrfs *fs, const struct rrfs_node *node, uint64_t index)
{
	switch (node->mode & S_IFMT) {
	case S_IFREG:
		/* Whole pages are mapped: the last one may go beyond the tree's end, not beyond its last page. */
		return !node->size || (!(node->data & RR_PAGE_MASK) && within(fs, node->data, node->size));
	case S_IFLNK:
		return node->size && node->size < PATH_MAX && within(fs, node->data, node->size) && !memchr(fs->base + node->data, 0, node->size);
	case S_IFDIR:
		/* Children lie behind their directory, so there are no circles. */
		return !node->child_count ||
		       (node->first_child > index && node->first_child <= fs->node_count && node->child_count <= fs->node_count - node->first_child);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return true;
	default:
		return false;
	}
}

const struct rrfs_node *rrfs_node(const struct rrfs *fs, uint64_t index)
{
	if (index >= fs->node_count)
		return NULL;
	const struct rrfs_node *node = &fs->nodes[index];
	return (index == 0 || good_name(fs, node)) && good_content(fs, node, index) ? node : NULL;
}

static int compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, rr_min(a_length, b_length));
	return order ? order : a_length < b_length ? -1 : a_length > b_length;
}

int rrfs_find(const struct rrfs *fs, uint32_t directory, const char *name, size_t length, uint32_t *out)
{
	const struct rrfs_node *parent = rrfs_node(fs, directory);
	if (!parent || !S_ISDIR(parent->mode))
		return -EIO;
	uint32_t low = parent->first_child, high = low + parent->child_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct rrfs_node *node = rrfs_node(fs, middle);
		if (!node)
			return -EIO;
		int order = compare(rrfs_name(fs, node), node->name_length, name, length);
		if (order == 0) {
			*out = middle;
			return 0;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -ENOENT;
}
