/*
 * The tree of /proc. Nothing is kept: a lookup makes an inode that remembers what it stands for, and is freed when nobody uses it.
 * Names of processes are their numbers; in fd, those of descriptors.
 */
#include <rr/heap.h>
#include <rr/string.h>
#include "internal.h"

enum kind { ROOT, PROCESS, DESCRIPTORS, DESCRIPTOR, ENTRY, PLACE };

struct proc_node {
	struct rr_inode inode;
	enum kind kind;
	int pid;                        /* 0: none */
	int fd;                         /* DESCRIPTOR */
	const struct proc_entry *entry; /* ENTRY */
	struct proc_place place;        /* PLACE */
	char name[12];                  /* PROCESS, DESCRIPTOR */
	struct text text;               /* of a link */
};

static const struct rr_inode_ops directory_ops, link_ops, content_ops;
static const struct rr_file_ops file_ops;

static struct proc_node *node_of(struct rr_inode *inode) { return rr_container_of(inode, struct proc_node, inode); }

/* Numbers tell what an inode stands for, so that it has the same one each time. */
static uint64_t number_of(const struct proc_node *node, const struct proc_entry *table)
{
	uint64_t base = ((uint64_t)node->pid << 24 | 1u << 23);
	switch (node->kind) {
	case ROOT:
		return 1;
	case DESCRIPTOR:
		return base + 256 + node->fd;
	case ENTRY:
		return base + 16 + (node->entry - table);
	default:
		return base + node->kind;
	}
}

static int make(struct proc_node *parent, enum kind kind, uint32_t mode, const struct proc_entry *entry, const struct proc_entry *table,
                struct proc_node **out)
{
	struct proc_node *node = rr_zalloc(1, sizeof(*node));
	if (!node)
		return -ENOMEM;
	rr_inode_init(&node->inode, S_ISLNK(mode) ? &link_ops : S_ISDIR(mode) ? &directory_ops : &content_ops, parent ? parent->inode.fs : NULL, mode);
	node->kind = kind;
	node->entry = entry;
	node->pid = parent ? parent->pid : 0;
	node->inode.number = number_of(node, table);
	node->inode.parent = parent ? &parent->inode : &node->inode;
	node->inode.nlink = S_ISDIR(mode) ? 2 : 1;
	rr_inode_ref(node->inode.parent);
	*out = node;
	return 0;
}

static void evict(struct rr_inode *inode)
{
	rr_free(node_of(inode)->text.data);
	rr_inode_put(inode->parent);
	rr_free(node_of(inode));
}

/* What tells of a process belongs to whom the process acts for. */
static void own(struct proc_node *node)
{
	const struct rr_process *process = rr_process_find(node->pid);
	if (!process)
		return;
	node->inode.uid = process->credentials.uid[RR_EFFECTIVE];
	node->inode.gid = process->credentials.gid[RR_EFFECTIVE];
}

/* A name that is a decimal number without leading zeros, else -1. */
static int parse(const struct rr_name *name)
{
	int value = 0;
	if (name->length > 7 || (name->text[0] == '0' && name->length > 1))
		return -1;
	for (size_t i = 0; i < name->length; i++) {
		if (name->text[i] < '0' || name->text[i] > '9')
			return -1;
		value = value * 10 + name->text[i] - '0';
	}
	return value;
}

/* One that has ended has no files and no memory to tell of. */
static bool is_alive(const struct rr_process *process) { return process && process->space && process->fds && process->fs; }

static struct rr_process *find_alive(int pid)
{
	struct rr_process *process = pid > 0 ? rr_process_find(pid) : NULL;
	return is_alive(process) ? process : NULL;
}

static struct rr_process *process_of(const struct proc_node *node) { return find_alive(node->pid); }

static const struct proc_entry *table_of(const struct proc_node *node) { return node->kind == ROOT ? proc_root_entries : proc_process_entries; }

static int make_entry(struct proc_node *directory, const struct proc_entry *entry, const struct proc_entry *table, struct proc_node **out)
{
	int error = make(directory, S_ISDIR(entry->mode) ? DESCRIPTORS : ENTRY, entry->mode, entry, table, out);
	if (!error && directory->pid)
		own(*out);
	return error;
}

static int look_up_entry(struct proc_node *directory, const struct rr_name *name, struct proc_node **out)
{
	const struct proc_entry *table = table_of(directory);
	for (const struct proc_entry *entry = table; entry->name; entry++)
		if (strlen(entry->name) == name->length && memcmp(entry->name, name->text, name->length) == 0)
			return make_entry(directory, entry, table, out);
	return -ENOENT;
}

static int look_up_place(struct proc_node *directory, const struct rr_name *name, struct proc_node **out)
{
	struct proc_place place;
	if (!proc_place_find(&directory->place, name, &place))
		return -ENOENT;
	int error = make(directory, PLACE, proc_place_is_directory(&place) ? S_IFDIR | 0555 : S_IFREG | 0444, NULL, NULL, out);
	if (error)
		return error;
	(*out)->place = place;
	(*out)->inode.number = proc_place_number(&place);
	return 0;
}

static int look_up_number(struct proc_node *directory, int number, struct proc_node **out)
{
	bool descriptors = directory->kind == DESCRIPTORS;
	if (!descriptors && !find_alive(number))
		return -ENOENT;
	if (descriptors && rr_fd_get_cloexec(process_of(directory)->fds, number) < 0)
		return -ENOENT;
	int error = make(directory, descriptors ? DESCRIPTOR : PROCESS, descriptors ? S_IFLNK | 0700 : S_IFDIR | 0555, NULL, NULL, out);
	if (error)
		return error;
	rr_snprintf((*out)->name, sizeof((*out)->name), "%d", number);
	*(descriptors ? &(*out)->fd : &(*out)->pid) = number;
	own(*out);
	(*out)->inode.number = number_of(*out, NULL);
	return 0;
}

static int lookup(struct rr_inode *inode, const struct rr_name *name, struct rr_inode **out)
{
	struct proc_node *directory = node_of(inode), *found;
	int error = -ENOENT, number = parse(name);
	if (directory->pid && !process_of(directory))
		return -ENOENT;
	if (directory->kind == PLACE)
		error = look_up_place(directory, name, &found);
	else if (number >= 0 && directory->kind != PROCESS)
		error = look_up_number(directory, number, &found);
	else if (directory->kind == ROOT || directory->kind == PROCESS)
		error = look_up_entry(directory, name, &found);
	if (error == -ENOENT && directory->kind == ROOT)
		error = look_up_place(directory, name, &found);
	if (!error)
		*out = &found->inode;
	return error;
}

/* Tell one entry; positions are 2 + index, so entries are counted from there. */
static bool tell(struct rr_dir_reader *reader, const char *name, uint64_t number, uint32_t mode, uint64_t *position, uint64_t at)
{
	if (!reader->entry(reader, RR_NAME(name), number, mode, at + 1))
		return false;
	*position = at + 1;
	return true;
}

static int read_entries(struct proc_node *directory, uint64_t *position, struct rr_dir_reader *reader, uint64_t *count)
{
	const struct proc_entry *table = table_of(directory);
	for (*count = 0; table[*count].name; ++*count)
		if (*position == 2 + *count && !tell(reader, table[*count].name, 16 + *count, table[*count].mode, position, 2 + *count))
			return 0;
	return 1;
}

/* From position `first` on; *count becomes how many there are. */
static int read_places(struct proc_node *directory, uint64_t first, uint64_t *position, struct rr_dir_reader *reader, uint64_t *count)
{
	struct proc_place place;
	struct rr_name name;
	char text[64];
	for (*count = 0; proc_place_at(&directory->place, *count, &place); ++*count) {
		if (*position != first + *count)
			continue;
		proc_place_name(&place, &name);
		rr_snprintf(text, sizeof(text), "%.*s", (int)name.length, name.text);
		if (!tell(reader, text, proc_place_number(&place), proc_place_is_directory(&place) ? S_IFDIR : S_IFREG, position, first + *count))
			return 0;
	}
	return 1;
}

static int readdir(struct rr_inode *inode, uint64_t *position, struct rr_dir_reader *reader)
{
	struct proc_node *directory = node_of(inode);
	struct rr_process *process = process_of(directory);
	char name[12];
	uint64_t count = 0, places = 0;
	if (directory->pid && !process)
		return -ENOENT;
	if (directory->kind == PLACE) {
		read_places(directory, 2, position, reader, &places);
		return 0;
	}
	if (directory->kind == DESCRIPTORS) {
		for (int fd = rr_fd_next(process->fds, rr_min(*position - 2, (uint64_t)INT32_MAX)); fd >= 0; fd = rr_fd_next(process->fds, fd + 1)) {
			rr_snprintf(name, sizeof(name), "%d", fd);
			if (!tell(reader, name, 256 + fd, S_IFLNK, position, 2 + fd))
				break;
		}
		return 0;
	}
	if (!read_entries(directory, position, reader, &count) || directory->kind != ROOT)
		return 0;
	if (!read_places(directory, 2 + count, position, reader, &places))
		return 0;
	count += places;
	/* Behind the fixed names: processes, whose positions are their numbers behind those. */
	for (struct rr_process *each = rr_process_next(NULL); each; each = rr_process_next(each)) {
		uint64_t at = 2 + count + each->pid;
		if (at < *position || !is_alive(each))
			continue;
		rr_snprintf(name, sizeof(name), "%d", each->pid);
		if (!tell(reader, name, each->pid, S_IFDIR, position, at))
			break;
	}
	return 0;
}

static int locate(struct rr_inode *inode, struct rr_inode **directory, struct rr_name *name)
{
	struct proc_node *node = node_of(inode);
	*directory = inode->parent;
	if (node->kind == PLACE)
		proc_place_name(&node->place, name);
	else
		*name = *RR_NAME(node->entry ? node->entry->name : node->name);
	return 0;
}

static int generate(struct proc_node *node, struct text *text)
{
	struct rr_process *process = process_of(node);
	if (node->pid && !process)
		return -ESRCH;
	if (node->kind == PLACE) {
		node->place.file->content(&(struct rr_proc_writer){ text });
		return text->failed ? -ENOMEM : 0;
	}
	if (node->kind != DESCRIPTOR) {
		node->entry->content(text, process);
		return text->failed ? -ENOMEM : 0;
	}
	struct rr_file *file = rr_fd_get_any(process->fds, node->fd);
	if (!file)
		return -ENOENT;
	char path[512];
	path[rr_file_path(file, path, sizeof(path) - 1)] = 0;
	text_add(text, "%s", path);
	rr_file_put(file);
	return text->failed ? -ENOMEM : 0;
}

static long readlink(struct rr_inode *inode, const char **target)
{
	struct proc_node *node = node_of(inode);
	node->text.length = 0;
	int error = generate(node, &node->text);
	*target = node->text.data;
	return error ? error : (long)node->text.length;
}

static int follow_descriptor(struct proc_node *node, struct rr_process *process, struct rr_inode **out)
{
	struct rr_file *file = rr_fd_get_any(process->fds, node->fd);
	if (!file)
		return -ENOENT;
	int error = file->inode ? 0 : -ENXIO;
	if (!error) {
		rr_inode_ref(file->inode);
		*out = file->inode;
	}
	rr_file_put(file);
	return error;
}

/* -ENOSYS: by its text. */
static int follow(struct rr_inode *inode, struct rr_inode **out)
{
	struct proc_node *node = node_of(inode);
	struct rr_process *process = process_of(node);
	if (node->pid && !process)
		return -ENOENT;
	if (node->kind == DESCRIPTOR)
		return follow_descriptor(node, process, out);
	return node->entry->follow ? node->entry->follow(process, out) : -ENOSYS;
}

static const struct rr_inode_ops link_ops = { .readlink = readlink, .follow = follow, .locate = locate, .evict = evict };

static void text_free(struct text *text)
{
	rr_free(text->data);
	rr_free(text);
}

/* Content is made when the file is opened: one read after another sees one state. */
static int open(struct rr_inode *inode, uint32_t flags, struct rr_file **out)
{
	if (flags & (O_ACCMODE | O_TRUNC))
		return -EACCES;
	struct text *text = rr_zalloc(1, sizeof(*text));
	if (!text)
		return -ENOMEM;
	int error = generate(node_of(inode), text);
	if (!error) {
		rr_inode_ref(inode);
		error = rr_file_create(&file_ops, inode, flags, text, out);
	}
	if (error)
		text_free(text);
	return error;
}

static const struct rr_inode_ops directory_ops = { .lookup = lookup, .readdir = readdir, .locate = locate, .evict = evict };
static const struct rr_inode_ops content_ops = { .open = open, .locate = locate, .evict = evict };

static long read_text(struct rr_file *file, struct rr_uio *uio, uint64_t *position)
{
	struct text *text = file->data;
	if (*position >= text->length)
		return 0;
	size_t part = rr_min(uio->remaining, text->length - *position);
	int error = rr_uio_write(uio, text->data + *position, part);
	if (error)
		return error;
	*position += part;
	return part;
}

static void release_text(struct rr_file *file) { text_free(file->data); }

static const struct rr_file_ops file_ops = { .read = read_text, .seek = rr_file_seek, .release = release_text };

static void statfs(struct rr_filesystem *fs, struct rr_abi_statfs *out)
{
	(void)fs;
	out->type = PROC_SUPER_MAGIC;
	out->bsize = out->frsize = RR_PAGE_SIZE;
	out->namelen = NAME_MAX;
}

int rr_procfs_create(struct rr_filesystem **out)
{
	struct rr_filesystem *fs = rr_zalloc(1, sizeof(*fs));
	struct proc_node *root;
	if (!fs)
		return -ENOMEM;
	int error = make(NULL, ROOT, S_IFDIR | 0555, NULL, NULL, &root);
	if (error) {
		rr_free(fs);
		return error;
	}
	root->inode.fs = fs;
	fs->device = 15;
	fs->root = &root->inode;
	fs->statfs = statfs;
	*out = fs;
	return 0;
}
