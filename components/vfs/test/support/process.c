#include "process.h"
#include <rr/abi/resource.h>
#include <rr/heap.h>
#include <rr/path.h>
#include <rr/permission.h>
#include <rr/print.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t process_limits[16];
static struct rr_fdtable *table;
static struct rr_fs_context *context;
static uint64_t clock_now = 1700000000ul * RR_NSEC_PER_SEC;

struct rr_fdtable *rr_current_fdtable(void) { return table; }
struct rr_credentials *rr_current_credentials(void)
{
	static struct rr_credentials root;
	return &root;
}
int rr_current_fdtable_unshare(void) { return 0; }
struct rr_fs_context *rr_current_fs(void) { return context; }
uint64_t rr_current_limit(unsigned resource) { return process_limits[resource]; }
int rr_current_pid(void) { return 1; }
uint64_t rr_clock_realtime(void) { return clock_now += 1000; }
uint64_t rr_clock_monotonic(void) { return clock_now; }

/* Nothing in these tests maps a file, or waits for somebody else. */
void rr_vm_object_forget(struct rr_vm_object *object, uint64_t first, uint64_t last, rr_phys frame)
{
	(void)object, (void)first, (void)last, (void)frame;
	abort();
}

void rr_waiter_add(struct rr_waitqueue *queue, struct rr_waiter *waiter) { (void)queue, (void)waiter, abort(); }
void rr_waiter_remove(struct rr_waiter *waiter) { (void)waiter, abort(); }
void rr_wait_prepare(unsigned flags) { (void)flags, abort(); }
int rr_wait_sleep(uint64_t deadline) { (void)deadline, abort(); }
void rr_wait_cancel(void) { abort(); }
unsigned rr_wake(struct rr_waitqueue *queue, unsigned n)
{
	(void)queue, (void)n;
	return 0;
}
void rr_wake_event(struct rr_waitqueue *queue) { (void)queue; }

void rr_log(const char *format, ...) { (void)format; }

/* Page 0 is bad memory, as are lengths that leave the low half. */
static bool bad(uint64_t address, size_t length) { return length && (address < 4096 || address + length > 1ul << 47 || address + length < address); }
int rr_copy_from_user(void *to, uint64_t from, size_t length)
{
	if (bad(from, length))
		return -EFAULT;
	memcpy(to, (void *)from, length);
	return 0;
}
int rr_copy_to_user(uint64_t to, const void *from, size_t length)
{
	if (bad(to, length))
		return -EFAULT;
	memcpy((void *)to, from, length);
	return 0;
}
long rr_string_from_user(char *to, uint64_t from, size_t size)
{
	if (bad(from, 1))
		return -EFAULT;
	size_t length = strnlen((const char *)from, size);
	if (length == size)
		return -ENAMETOOLONG;
	memcpy(to, (const void *)from, length + 1);
	return length;
}

void process_start(struct rr_inode *root)
{
	for (unsigned i = 0; i < 16; i++)
		if (!process_limits[i])
			process_limits[i] = RLIM_INFINITY;
	if (rr_fdtable_create(&table) || rr_fs_context_create(&context))
		abort();
	rr_inode_ref(root);
	context->root = root;
}

struct lister {
	struct rr_dir_reader reader;
	char name[NAME_MAX + 1];
	bool directory;
};

static bool take(struct rr_dir_reader *reader, const struct rr_name *name, uint64_t number, uint32_t mode, uint64_t next)
{
	(void)number, (void)next;
	struct lister *lister = rr_container_of(reader, struct lister, reader);
	memcpy(lister->name, name->text, name->length);
	lister->name[name->length] = 0;
	lister->directory = S_ISDIR(mode);
	return false;
}

/* Remove all that is below. */
static void empty(struct rr_inode *directory)
{
	struct lister lister;
	for (;;) {
		uint64_t position = 2;
		lister = (struct lister){ .reader.entry = take };
		struct rr_inode *inode;
		if (directory->ops->readdir(directory, &position, &lister.reader) || !lister.name[0])
			return;
		if (directory->ops->lookup(directory, RR_NAME(lister.name), &inode))
			return;
		if (lister.directory)
			empty(inode);
		int error = directory->ops->unlink(directory, RR_NAME(lister.name), inode);
		rr_inode_put(inode);
		if (error)
			return; /* a damaged directory */
	}
}

void process_end(void)
{
	struct rr_inode *root = context->root;
	rr_inode_ref(root);
	rr_fdtable_put(table);
	rr_fs_context_destroy(context);
	empty(root);
	rr_inode_put(root);
	table = NULL;
	context = NULL;
}
