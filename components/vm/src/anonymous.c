/* Shared memory without a file: pages kept in the tree that page tables are, by index. */
#include <rr/abi/errno.h>
#include <rr/heap.h>
#include <rr/page.h>
#include <rr/vm.h>

struct anonymous {
	struct rr_vm_object object;
	unsigned refs;
	uint64_t pages; /* how many it may have */
	rr_phys table;  /* never loaded */
};

static struct anonymous *anonymous_of(struct rr_vm_object *object) { return rr_container_of(object, struct anonymous, object); }

static void ref(struct rr_vm_object *object) { anonymous_of(object)->refs++; }

static void unref(struct rr_vm_object *object)
{
	struct anonymous *shared = anonymous_of(object);
	if (--shared->refs)
		return;
	rr_paging_clear(shared->table, 0, shared->pages << RR_PAGE_SHIFT);
	rr_paging_destroy(shared->table);
	rr_free(shared);
}

static int get_page(struct rr_vm_object *object, uint64_t index, bool write, rr_phys *out)
{
	(void)write; /* each page is made at the first touch */
	struct anonymous *shared = anonymous_of(object);
	if (index >= shared->pages)
		return -ERANGE;
	rr_phys page = rr_paging_lookup(shared->table, index << RR_PAGE_SHIFT, NULL);
	if (page == RR_NO_PAGE) {
		if (rr_page_alloc(0, RR_PAGE_ZERO, &page))
			return -ENOMEM;
		if (rr_paging_map(shared->table, index << RR_PAGE_SHIFT, page, RR_PROT_READ)) {
			rr_page_put(page);
			return -ENOMEM;
		}
	}
	rr_page_ref(page);
	*out = page;
	return 0;
}

static int punch(struct rr_vm_object *object, uint64_t offset, uint64_t length)
{
	struct anonymous *shared = anonymous_of(object);
	uint64_t end = rr_min(offset + length, shared->pages << RR_PAGE_SHIFT);
	if (offset >= end)
		return 0;
	rr_vm_object_forget(object, offset >> RR_PAGE_SHIFT, (end >> RR_PAGE_SHIFT) - 1, RR_NO_PAGE);
	rr_paging_clear(shared->table, offset, end);
	return 0;
}

static const struct rr_vm_object_ops ops = { .ref = ref, .unref = unref, .get_page = get_page, .punch = punch };

int rr_vm_object_anonymous(uint64_t length, struct rr_vm_object **out)
{
	struct anonymous *shared = rr_zalloc(1, sizeof *shared);
	if (!shared)
		return -ENOMEM;
	if (rr_paging_create(&shared->table)) {
		rr_free(shared);
		return -ENOMEM;
	}
	shared->object.ops = &ops;
	shared->pages = rr_align_up(length, RR_PAGE_SIZE) >> RR_PAGE_SHIFT;
	*out = &shared->object;
	return 0;
}
