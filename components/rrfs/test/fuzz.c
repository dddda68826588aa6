// sources: ../src/format.c ../src/rrfs.c ../../ramfs/src/node.c ../../ramfs/src/file.c ../../ramfs/src/directory.c ../../ramfs/src/pages.c ../../vfs/src/file.c ../../vfs/src/fdtable.c ../../vfs/src/fs_context.c ../../vfs/src/inode.c ../../vfs/src/device.c ../../vfs/src/root.c ../../vfs/src/path.c ../../vfs/src/initial.c ../../vfs/src/open.c ../../vfs/src/names.c ../../vfs/src/seek.c ../../vfs/src/xattr.c ../../vfs/src/permission.c ../../vm/src/uio.c ../../memory/src/page.c ../../memory/src/heap.c ../../memory/src/x86_64/paging.c ../../base/src/tree.c ../../memory/test/support/machine.c ../../vfs/test/support/process.c ../../base/src/print.c
// includes: ../include ../../vfs/test/support ../../memory/test/support ../../memory/include ../../base/include ../../linux-abi/include ../../platform/include ../../vfs/include ../../ramfs/include ../../vm/include ../../sched/include ../../time/include ../../cpu/include
/*
 * The tree in the image: a good one shows what is in it and can be changed like any other; damaged ones, each with some bytes changed, are
 * walked whole without a crash or an access outside.
 */
#include "../src/format.h"
#include "machine.h"
#include "process.h"
#include <rr/path.h>
#include <rr/ramfs.h>
#include <rr/rrfs.h>
#include <string.h>
#include <sys/mman.h>

#define PAGES 8

static char *image; /* an inaccessible page follows */
static struct rr_filesystem *fs;

static unsigned long state = 7;
static unsigned random_below(unsigned n)
{
	state = state * 6364136223846793005ul + 1442695040888963407ul;
	return (state >> 33) % n;
}

static struct rrfs_node *node(unsigned index) { return (struct rrfs_node *)(image + sizeof(struct rrfs_header)) + index; }

static uint32_t names_used;
static void put(unsigned index, const char *name, uint32_t mode, uint64_t size, uint64_t data, uint32_t first, uint32_t count)
{
	struct rrfs_header *header = (void *)image;
	*node(index) = (struct rrfs_node){
		.mode = mode, .nlink = 1, .size = size, .data = data, .mtime = 1000000000 + index, .name = names_used, .name_length = strlen(name),
		.first_child = first, .child_count = count,
	};
	memcpy(image + header->names_offset + names_used, name, strlen(name));
	names_used += strlen(name);
}

/* /a (5000 bytes), /d with /d/deep with /d/deep/end, /d/x, /empty (directory), /link -> d/x, /null (device) */
static void build(void)
{
	struct rrfs_header *header = (void *)image;
	memset(image, 0, PAGES * RR_PAGE_SIZE);
	*header = (struct rrfs_header){ .magic = RRFS_MAGIC, .version = RRFS_VERSION, .node_count = 9, .size = 6 * RR_PAGE_SIZE + 100, .names_offset = 1024 };
	names_used = 0;
	put(0, "", S_IFDIR | 0755, 0, 0, 1, 5);
	put(1, "a", S_IFREG | 0644, 5000, 2 * RR_PAGE_SIZE, 0, 0);
	put(2, "d", S_IFDIR | 0750, 0, 0, 6, 2);
	put(3, "empty", S_IFDIR | 0755, 0, 0, 0, 0);
	put(4, "link", S_IFLNK | 0777, 3, 2048, 0, 0);
	put(5, "null", S_IFCHR | 0666, 0, 0, 0, 0);
	put(6, "deep", S_IFDIR | 0700, 0, 0, 8, 1);
	put(7, "x", S_IFREG | 0600, 4, 6 * RR_PAGE_SIZE, 0, 0);
	put(8, "end", S_IFREG | 0600, 0, 0, 0, 0);
	memcpy(image + 2048, "d/x", 3);
	memset(image + 2 * RR_PAGE_SIZE, 'A', 5000);
	memcpy(image + 6 * RR_PAGE_SIZE, "tail", 4);
}

static int attach(void)
{
	CHECK(!rr_ramfs_create(&fs));
	process_start(fs->root);
	return rr_rrfs_attach(fs->root, rr_virt_to_phys(image), PAGES * RR_PAGE_SIZE);
}

static long read_path(const char *path, char *to, size_t length, uint64_t at)
{
	struct rr_file *file;
	int error = rr_vfs_open(path, O_RDONLY, 0, &file);
	if (error)
		return error;
	long done = rr_file_read_kernel(file, to, length, at);
	rr_file_put(file);
	return done;
}

static int write_path(const char *path, const char *text, uint64_t at)
{
	struct rr_file *file;
	int error = rr_vfs_open(path, O_RDWR, 0, &file);
	if (error)
		return error;
	struct rr_iovec vector = { (uint64_t)text, strlen(text) };
	struct rr_uio uio = { .vectors = &vector, .count = 1, .remaining = vector.length, .kernel = true };
	error = rr_file_write(file, &uio, &at) < 0;
	rr_file_put(file);
	return error;
}

struct counter {
	struct rr_dir_reader reader;
	unsigned count;
};
static bool count_entry(struct rr_dir_reader *reader, const struct rr_name *name, uint64_t number, uint32_t mode, uint64_t next)
{
	(void)name, (void)number, (void)mode, (void)next;
	rr_container_of(reader, struct counter, reader)->count++;
	return true;
}
static unsigned entries(const char *path)
{
	struct rr_inode *inode;
	struct counter counter = { .reader.entry = count_entry };
	uint64_t position = 2;
	CHECK(!rr_path_lookup(AT_FDCWD, path, 0, &inode));
	CHECK(!inode->ops->readdir(inode, &position, &counter.reader));
	rr_inode_put(inode);
	return counter.count;
}

static int exists(const char *path)
{
	struct rr_inode *inode;
	int error = rr_path_lookup(AT_FDCWD, path, RR_WALK_NOFOLLOW, &inode);
	if (!error)
		rr_inode_put(inode);
	return error;
}

static void good(void)
{
	char text[9000];
	struct rr_abi_stat stat;
	struct rr_inode *inode;
	build();
	CHECK(!attach());
	CHECK(read_path("/a", text, 9000, 0) == 5000 && text[4999] == 'A');
	CHECK(read_path("/link", text, 100, 0) == 4 && !memcmp(text, "tail", 4));
	CHECK(read_path("/d/deep/end", text, 100, 0) == 0);
	CHECK(read_path("/d/deep/nothing", text, 100, 0) == -ENOENT);
	CHECK(exists("/b") == -ENOENT && exists("/") == 0 && exists("/zzz") == -ENOENT);
	CHECK(!rr_path_lookup(AT_FDCWD, "/d", 0, &inode));
	rr_inode_stat(inode, &stat);
	CHECK(stat.mode == (S_IFDIR | 0750) && stat.nlink == 3 && stat.mtime == 1000000002);
	rr_inode_put(inode);

	/* Copy on write, a page at a time: the image stays as it is. */
	CHECK(!write_path("/a", "changed", 4094));
	CHECK(read_path("/a", text, 9000, 0) == 5000 && !memcmp(text + 4090, "AAAAchangedA", 12));
	CHECK(image[2 * RR_PAGE_SIZE + 4094] == 'A');
	CHECK(!rr_path_lookup(AT_FDCWD, "/a", 0, &inode));
	CHECK(!rr_inode_truncate(inode, 10) && !rr_inode_truncate(inode, 5000));
	rr_inode_put(inode);
	CHECK(read_path("/a", text, 9000, 0) == 5000 && text[9] == 'A' && text[10] == 0 && text[4500] == 0);

	/* Removed names stay away, before and after the directory was listed. */
	CHECK(!rr_path_unlink(AT_FDCWD, "/null", false));
	CHECK(exists("/null") == -ENOENT);
	CHECK(!rr_path_rename(AT_FDCWD, "/d/x", AT_FDCWD, "/moved", 0));
	CHECK(exists("/d/x") == -ENOENT && exists("/moved") == 0 && read_path("/link", text, 10, 0) == -ENOENT);
	CHECK(rr_path_unlink(AT_FDCWD, "/d", true) == -ENOTEMPTY);
	CHECK(entries("/") == 5 && entries("/d") == 1);
	CHECK(exists("/null") == -ENOENT && exists("/d/x") == -ENOENT);
	CHECK(!rr_path_create(AT_FDCWD, "/null", S_IFREG | 0600, 0));
	CHECK(entries("/") == 6);
	CHECK(!rr_path_unlink(AT_FDCWD, "/d/deep/end", false) && !rr_path_unlink(AT_FDCWD, "/d/deep", true) && !rr_path_unlink(AT_FDCWD, "/d", true));
	CHECK(!rr_path_unlink(AT_FDCWD, "/empty", true));
	CHECK(entries("/") == 4);
	process_end();
	rr_inode_put(fs->root);
}

/* Everything reachable, at most `depth` levels down and `budget` nodes. */
struct walker {
	struct rr_dir_reader reader;
	struct rr_name names[16];
	char text[16][NAME_MAX];
	unsigned count;
};
static bool note(struct rr_dir_reader *reader, const struct rr_name *name, uint64_t number, uint32_t mode, uint64_t next)
{
	(void)number, (void)mode, (void)next;
	struct walker *walker = rr_container_of(reader, struct walker, reader);
	if (walker->count == RR_ARRAY_SIZE(walker->names))
		return false;
	memcpy(walker->text[walker->count], name->text, name->length);
	walker->names[walker->count] = (struct rr_name){ walker->text[walker->count], name->length };
	walker->count++;
	return true;
}

static void look_at(struct rr_inode *inode, unsigned depth)
{
	static char buffer[70000];
	struct rr_abi_stat stat;
	struct rr_file *file;
	const char *target;
	if (S_ISLNK(inode->mode) && inode->ops->readlink(inode, &target) != (long)strlen(target))
		abort();
	if (S_ISREG(inode->mode) && !rr_inode_open(inode, O_RDWR, &file)) {
		long all = rr_file_read_kernel(file, buffer, sizeof(buffer), 0);
		CHECK(all >= 0 && (uint64_t)all == rr_min(inode->size, sizeof(buffer)));
		rr_inode_truncate(inode, inode->size / 2 + 1);
		rr_file_put(file);
	}
	if (!S_ISDIR(inode->mode) || depth == 0)
		return;
	struct walker *walker = calloc(1, sizeof(*walker));
	walker->reader.entry = note;
	uint64_t position = 2;
	struct rr_inode *child;
	inode->ops->lookup(inode, RR_NAME("d"), &child) ? (void)0 : rr_inode_put(child);
	inode->ops->readdir(inode, &position, &walker->reader);
	for (unsigned i = 0; i < walker->count; i++)
		if (!inode->ops->lookup(inode, &walker->names[i], &child)) {
			look_at(child, depth - 1);
			rr_inode_put(child);
		}
	free(walker);
	rr_inode_stat(inode, &stat);
}

static void damaged(void)
{
	unsigned attached = 0;
	for (int round = 0; round < 20000; round++) {
		build();
		for (unsigned n = 1 + random_below(6); n; n--) {
			/* Mostly in header, nodes and names; whole fields as well as bytes. */
			unsigned at = random_below(random_below(10) == 0 ? PAGES * RR_PAGE_SIZE - 8 : 700);
			static const uint64_t odd[] = { 0, 1, 0xff, 0x7fffffff, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0xffffffffffffffff, 4096, 8191 };
			if (random_below(2))
				image[at] = random_below(256);
			else
				memcpy(image + (at & ~3u), &odd[random_below(RR_ARRAY_SIZE(odd))], random_below(2) ? 4 : 8);
		}
		if (!attach()) {
			attached++;
			look_at(fs->root, 6);
		}
		process_end();
		rr_inode_put(fs->root);
	}
	CHECK(attached > 1000);
}

int main(void)
{
	image = mmap(NULL, (PAGES + 1) * RR_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(image != MAP_FAILED && !mprotect(image + PAGES * RR_PAGE_SIZE, RR_PAGE_SIZE, PROT_NONE));
	machine_add_memory(32768, 0);
	machine_start();
	good();
	damaged();
	return 0;
}
