/* The walk from a path to an inode. */
#include <rr/heap.h>
#include <rr/path.h>
#include <rr/permission.h>
#include <rr/print.h>
#include <rr/string.h>

#define MOST_LINKS 40 /* path_resolution(7) */

/* Beside RR_PARENT_*: follow the last name if a '/' is behind it. */
#define FOLLOW_SLASH 8u

struct walk {
	struct rr_inode *at; /* referenced: the directory reached */
	const char *rest;
	char *buffer;        /* heap: what `rest` points into, after a link */
	unsigned links;
	unsigned resolve;    /* RESOLVE_*: what openat2(2) forbids */
	struct rr_inode *top; /* referenced: what RESOLVE_BENEATH and RESOLVE_IN_ROOT must not leave; NULL */
};

#define SCOPED (RESOLVE_BENEATH | RESOLVE_IN_ROOT)

static int root_of_process(struct rr_inode **out)
{
	struct rr_fs_context *fs = rr_current_fs();
	if (!fs || !fs->root)
		return rr_vfs_root(out);
	*out = fs->root;
	return 0;
}

/* Enter the launcher's directory; one that isn't there is reported once. */
static void enter_initial_directory(struct rr_fs_context *fs)
{
	const char *path = rr_vfs_initial_directory;
	if (fs->cwd || !path)
		return;
	rr_vfs_initial_directory = NULL; /* a relative one starts at the root */
	int error = rr_vfs_chdir(path);
	if (error)
		rr_log("the program starts in / instead of %s (error %d)", path, -error);
	else
		rr_vfs_initial_directory = path;
}

/* Where a relative path starts; referenced. */
static int start_of(int dirfd, struct rr_inode **out)
{
	if (dirfd == AT_FDCWD) {
		struct rr_fs_context *fs = rr_current_fs();
		int error = 0;
		if (fs)
			enter_initial_directory(fs);
		if (fs && fs->cwd)
			*out = fs->cwd;
		else
			error = root_of_process(out);
		if (!error)
			rr_inode_ref(*out);
		return error;
	}
	struct rr_file *file = rr_fd_get_any(rr_current_fdtable(), dirfd);
	if (!file)
		return -EBADF;
	int error = file->inode ? 0 : -ENOTDIR;
	if (!error) {
		rr_inode_ref(file->inode);
		*out = file->inode;
	}
	rr_file_put(file);
	return error;
}

/* Go on at the root, which an absolute path means; *at is replaced, and may be NULL. */
static int jump_to_root(struct walk *walk)
{
	struct rr_inode *root = walk->top;
	if (walk->resolve & RESOLVE_BENEATH)
		return -EXDEV;
	int error = root ? 0 : root_of_process(&root);
	if (error)
		return error;
	if (walk->at && walk->resolve & RESOLVE_NO_XDEV && walk->at->fs != root->fs)
		return -EXDEV;
	rr_inode_ref(root);
	if (walk->at)
		rr_inode_put(walk->at);
	walk->at = root;
	return 0;
}

static int walk_start(struct walk *walk, int dirfd, const char *path, unsigned resolve)
{
	*walk = (struct walk){ .rest = path, .resolve = resolve };
	if (!*path)
		return -ENOENT;
	if (resolve & SCOPED) {
		int error = start_of(dirfd, &walk->top);
		if (error)
			return error;
	}
	if (*path == '/')
		return jump_to_root(walk);
	return start_of(dirfd, &walk->at);
}

/* Replace `*inode` by what is mounted on it. */
static void enter_mounts(struct rr_inode **inode)
{
	while ((*inode)->mounted) {
		struct rr_inode *root = (*inode)->mounted->root;
		rr_inode_ref(root);
		rr_inode_put(*inode);
		*inode = root;
	}
}

static int parent_of(struct rr_inode *directory, struct rr_inode **out)
{
	struct rr_inode *root;
	int error = root_of_process(&root);
	if (error)
		return error;
	if (directory != root) {
		while (directory->fs && directory == directory->fs->root && directory->fs->covered)
			directory = directory->fs->covered;
		directory = directory->parent ? directory->parent : directory;
	}
	rr_inode_ref(directory);
	*out = directory;
	return 0;
}

/* Nothing, "." or "..". */
static bool is_special(const struct rr_name *name)
{
	return name->length == 0 || (name->text[0] == '.' && (name->length == 1 || (name->text[1] == '.' && name->length == 2)));
}

/* What a name is in a directory; *out is NULL when it is free. */
static int look_up(struct rr_inode *directory, const struct rr_name *name, struct rr_inode **out)
{
	*out = NULL;
	if (is_special(name)) {
		if (name->length == 2)
			return parent_of(directory, out);
		rr_inode_ref(directory);
		*out = directory;
		return 0;
	}
	if (!directory->nlink) /* it was removed */
		return -ENOENT;
	if (name->length > NAME_MAX)
		return -ENAMETOOLONG;
	int error = directory->ops->lookup(directory, name, out);
	if (error) {
		*out = NULL;
		/* Where nothing can be made, no name is free. */
		return error == -ENOENT && directory->ops->create ? 0 : error;
	}
	enter_mounts(out);
	return 0;
}

/* One name further, as far as openat2(2) allows. */
static int step_to(struct walk *walk, const struct rr_name *name, struct rr_inode **out)
{
	static const struct rr_name here = { .text = ".", .length = 1 };
	if (walk->top == walk->at && is_special(name) && name->length == 2) {
		if (walk->resolve & RESOLVE_BENEATH)
			return -EXDEV;
		name = &here;
	}
	int error = look_up(walk->at, name, out);
	if (!error && *out && walk->resolve & RESOLVE_NO_XDEV && (*out)->fs != walk->at->fs) {
		rr_inode_put(*out);
		error = -EXDEV;
	}
	return error;
}

/* May the links of /proc be followed that lead to an inode whatever its path is? */
static int may_jump(const struct walk *walk)
{
	if (walk->resolve & RESOLVE_NO_MAGICLINKS)
		return -ELOOP;
	return walk->resolve & (SCOPED | RESOLVE_NO_XDEV) ? -EXDEV : 0;
}

/* Continue at the target of `link` (its reference is taken over). 1: the link led to *inode directly. */
static int follow_link(struct walk *walk, struct rr_inode **inode, const char *rest)
{
	struct rr_inode *link = *inode;
	const char *target;
	long length;
	int error = 0;

	if (walk->resolve & RESOLVE_NO_SYMLINKS || ++walk->links > MOST_LINKS) {
		error = -ELOOP;
		goto out;
	}
	if (link->ops->follow) {
		error = link->ops->follow(link, inode);
		if (!error && (error = may_jump(walk)))
			rr_inode_put(*inode);
		if (error != -ENOSYS) {
			error = error ? error : 1;
			goto out;
		}
		error = 0;
	}
	length = link->ops->readlink(link, &target);
	if (length <= 0) {
		error = length ? (int)length : -ENOENT;
		goto out;
	}
	size_t rest_size = strlen(rest) + 1;
	char *buffer = rr_alloc(length + rest_size);
	if (!buffer) {
		error = -ENOMEM;
		goto out;
	}
	memcpy(buffer, target, length);
	memcpy(buffer + length, rest, rest_size);
	rr_free(walk->buffer);
	walk->buffer = buffer;
	walk->rest = buffer;
	if (buffer[0] == '/')
		error = jump_to_root(walk);
out:
	rr_inode_put(link);
	return error;
}

/* Take the next name off the path; it is empty where there is nothing but slashes. */
struct step {
	struct rr_name name;
	const char *behind, *after; /* the name; the slashes behind it */
	bool last, slash;
};

static struct step next_step(struct walk *walk)
{
	struct step step = { 0 };
	while (*walk->rest == '/')
		walk->rest++;
	step.name.text = step.behind = walk->rest;
	while (*step.behind && *step.behind != '/')
		step.behind++;
	step.name.length = step.behind - step.name.text;
	step.after = step.behind;
	while (*step.after == '/')
		step.after++;
	step.last = !*step.after;
	step.slash = step.after != step.behind;
	return step;
}

static int finish(struct walk *walk, const struct step *step, struct rr_inode *inode, struct rr_path_parent *out)
{
	*out = (struct rr_path_parent){ .directory = walk->at, .inode = inode, .name = step->name, .slash = step->slash, .buffer = walk->buffer };
	walk->at = NULL;
	walk->buffer = NULL;
	return 0;
}

/* Walk to the last name. */
static int walk_to_last(struct walk *walk, unsigned flags, struct rr_path_parent *out)
{
	for (;;) {
		struct step step = next_step(walk);
		struct rr_inode *inode;

		if (!S_ISDIR(walk->at->mode))
			return -ENOTDIR;
		int error = rr_inode_permission(walk->at, RR_MAY_EXEC);
		if (error)
			return error;
		if (step.last && step.slash && flags & RR_PARENT_NO_SLASH && !is_special(&step.name))
			return -EISDIR;
		if (step.last && flags & RR_PARENT_NO_LOOKUP)
			return finish(walk, &step, NULL, out);
		error = step_to(walk, &step.name, &inode);
		if (error)
			return error;
		if (inode && S_ISLNK(inode->mode) && (!step.last || flags & RR_PARENT_FOLLOW || (step.slash && flags & FOLLOW_SLASH))) {
			error = follow_link(walk, &inode, step.behind);
			if (error < 0)
				return error;
			if (error == 0)
				continue;
		}
		if (step.last)
			return finish(walk, &step, inode, out);
		if (!inode)
			return -ENOENT;
		rr_inode_put(walk->at);
		walk->at = inode;
		walk->rest = step.after;
	}
}

static int walk_path(int dirfd, const char *path, unsigned flags, struct rr_path_parent *out)
{
	struct walk walk;
	int error = walk_start(&walk, dirfd, path, flags >> 16);
	if (!error)
		error = walk_to_last(&walk, flags, out);
	if (walk.at)
		rr_inode_put(walk.at);
	if (walk.top)
		rr_inode_put(walk.top);
	rr_free(walk.buffer);
	return error;
}

int rr_path_parent(int dirfd, const char *path, unsigned flags, struct rr_path_parent *out) { return walk_path(dirfd, path, flags, out); }

int rr_path_parent_look_up(struct rr_path_parent *parent) { return look_up(parent->directory, &parent->name, &parent->inode); }

void rr_path_parent_put(struct rr_path_parent *parent)
{
	rr_inode_put(parent->directory);
	if (parent->inode)
		rr_inode_put(parent->inode);
	rr_free(parent->buffer);
}

bool rr_path_is_special(const struct rr_path_parent *parent) { return is_special(&parent->name); }

int rr_path_lookup(int dirfd, const char *path, unsigned flags, struct rr_inode **out)
{
	if (!*path && flags & RR_WALK_EMPTY)
		return start_of(dirfd, out);
	struct rr_path_parent last;
	int error = walk_path(dirfd, path, (flags & RR_WALK_NOFOLLOW ? FOLLOW_SLASH : RR_PARENT_FOLLOW) | (flags & RR_WALK_RESOLVE(UINT16_MAX)), &last);
	if (error)
		return error;
	if (!last.inode)
		error = -ENOENT;
	else if ((last.slash || flags & RR_WALK_DIRECTORY) && !S_ISDIR(last.inode->mode))
		error = -ENOTDIR;
	if (!error) {
		*out = last.inode;
		last.inode = NULL;
	}
	rr_path_parent_put(&last);
	return error;
}

int rr_vfs_chdir(const char *path)
{
	struct rr_inode *inode;
	int error = rr_path_lookup(AT_FDCWD, path, RR_WALK_DIRECTORY, &inode);
	if (error)
		return error;
	struct rr_fs_context *fs = rr_current_fs();
	if (fs->cwd)
		rr_inode_put(fs->cwd);
	fs->cwd = inode;
	return 0;
}

/* chroot(2) leaves the working directory where it is. */
static bool is_outside(const struct rr_inode *directory, const struct rr_inode *root)
{
	while (directory != root) {
		while (directory->fs && directory == directory->fs->root && directory->fs->covered)
			directory = directory->fs->covered;
		if (!directory->parent || directory->parent == directory)
			return true;
		directory = directory->parent;
	}
	return false;
}

static long path_of_cwd(const struct rr_fs_context *fs, char *to, size_t size)
{
	static const char outside[] = "(unreachable)";
	size_t before = fs->root && is_outside(fs->cwd, fs->root) ? sizeof(outside) - 1 : 0;
	if (before >= size)
		return size; /* too small whatever follows */
	long length = rr_inode_path(fs->cwd, to + before, size - before);
	memcpy(to, outside, before);
	return length < 0 ? length : length + (long)before;
}

long rr_vfs_getcwd(char *to, size_t size)
{
	struct rr_fs_context *fs = rr_current_fs();
	long length = 1;
	enter_initial_directory(fs);
	if (fs->cwd)
		length = path_of_cwd(fs, to, size);
	else if (size)
		to[0] = '/';
	if (length < 0)
		return length;
	if ((size_t)length >= size)
		return -ERANGE;
	to[length] = 0;
	return length + 1;
}
