/* Puts the root together when the first path is walked. */
#include <rr/devfs.h>
#include <rr/image.h>
#include <rr/page.h>
#include <rr/print.h>
#include <rr/procfs.h>
#include <rr/ramfs.h>
#include <rr/rootfs.h>
#include <rr/rrfs.h>
#include <rr/string.h>

/* The directory `name` in `parent`, which is the tree's if it has one. */
static int directory(struct rr_inode *parent, const char *name, uint32_t mode, struct rr_inode **out)
{
	int error = parent->ops->lookup(parent, RR_NAME(name), out);
	if (error == -ENOENT)
		return rr_ramfs_add(parent, RR_NAME(name), S_IFDIR | mode, 0, out);
	if (!error)
		rr_inode_put(*out); /* the directory holds it */
	return error ? error : S_ISDIR((*out)->mode) ? 0 : -ENOTDIR;
}

/* The programs of the image as files: with their content where bake kept it, else empty, so that they are found and can be executed by name. */
static int add_programs(struct rr_inode *root, const struct rr_image_table *table)
{
	struct rr_inode *bin, *file;
	int error = directory(root, "bin", 0755, &bin);
	for (uint32_t i = 0; !error && i < table->program_count; i++) {
		const struct rr_image_program *program = &table->programs[i];
		const struct rr_name name = { .text = program->name, .length = strnlen(program->name, sizeof(program->name)) };
		if (!name.length)
			continue;
		error = rr_ramfs_add(bin, &name, S_IFREG | 0755, 0, &file);
		if (!error && program->file_size && !(program->file_phys & RR_PAGE_MASK))
			rr_ramfs_set_frames(file, program->file_phys, program->file_size);
		else if (error == -EEXIST)
			error = 0;
	}
	return error;
}

/* Show `fs` at the directory `name` of the root, which is made if need be. */
static int mount(struct rr_filesystem *fs, struct rr_inode *root, const char *name)
{
	struct rr_inode *on;
	int error = directory(root, name, 0755, &on);
	if (error)
		return error;
	rr_inode_ref(on);
	fs->covered = on;
	on->mounted = fs;
	return 0;
}

static int fill(struct rr_inode *root)
{
	const struct rr_image_table *table = rr_image_table();
	struct rr_filesystem *fs;
	struct rr_inode *made;
	if (table && table->rootfs && rr_rrfs_attach(root, table->rootfs, table->rootfs_size))
		rr_log("the root file system in the image is damaged: starting with an empty one");
	int error = directory(root, "tmp", S_ISVTX | 0777, &made);
	if (!error)
		error = directory(root, "etc", 0755, &made);
	if (!error && table)
		error = add_programs(root, table);
	if (!error)
		error = rr_ramfs_create(&fs);
	if (!error) {
		rr_devfs_attach(fs->root);
		error = mount(fs, root, "dev");
	}
	if (!error)
		error = rr_procfs_create(&fs);
	return error ? error : mount(fs, root, "proc");
}

static int make_root(struct rr_inode **out)
{
	struct rr_filesystem *fs;
	int error = rr_ramfs_create(&fs);
	if (error)
		return error;
	/* What fails here fails for want of memory: the root is there, with less in it. */
	error = fill(fs->root);
	if (error)
		rr_log("the root file system is incomplete (error %d)", -error);
	*out = fs->root;
	return 0;
}

void rr_rootfs_init(void) { rr_vfs_make_root = make_root; }
