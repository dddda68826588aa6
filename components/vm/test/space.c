// sources: ../src/mapping.c ../src/map.c ../src/fault.c ../src/space.c ../src/fork.c ../src/remap.c ../src/discard.c ../src/query.c ../src/anonymous.c ../src/forget.c ../../memory/src/page.c ../../memory/src/heap.c ../../memory/src/x86_64/paging.c ../../base/src/tree.c ../../memory/test/support/machine.c
// includes: ../../memory/test/support ../include ../../memory/include ../../base/include ../../linux-abi/include ../../platform/include
/*
 * Address spaces against a model: for each page of a small window the model knows whether it is mapped, how, and what its first word is.
 * Spaces fork, so copy-on-write is checked by what each of them sees.
 */
#include "../../memory/test/support/machine.h"
#include "../src/mapping.h"
#include <errno.h>
#include <rr/heap.h>
#include <rr/panic.h>
#include <string.h>

#define BASE 0x10000000ul
#define WINDOW 96
#define SPACES 4
#define OBJECTS 3
#define OBJECT_PAGES 16

struct model_page {
	bool mapped;
	unsigned prot;
	int object;     /* -1: zero pages */
	bool shared, dirty; /* dirty: a private page of its own */
	unsigned index; /* in the object */
	uint32_t value; /* of a private page of its own, or of zero pages */
};

struct object {
	struct rr_vm_object object;
	int refs;
	rr_phys pages[OBJECT_PAGES];
	uint32_t values[OBJECT_PAGES];
};

static struct rr_aspace *spaces[SPACES];
static struct model_page models[SPACES][WINDOW];
static struct object objects[OBJECTS];

static void object_ref(struct rr_vm_object *object) { rr_container_of(object, struct object, object)->refs++; }
static void object_unref(struct rr_vm_object *object) { CHECK(rr_container_of(object, struct object, object)->refs-- > 0); }
static int object_page(struct rr_vm_object *object, uint64_t index, bool write, rr_phys *out)
{
	(void)write;
	if (index >= OBJECT_PAGES)
		return -ERANGE;
	*out = rr_container_of(object, struct object, object)->pages[index];
	rr_page_ref(*out);
	return 0;
}
static const struct rr_vm_object_ops plain_ops = { .ref = object_ref, .unref = object_unref, .get_page = object_page };
static const struct rr_vm_object_ops resident_ops = { .ref = object_ref, .unref = object_unref, .get_page = object_page, .resident = true };

/* What the CPU and the trap handler do: 0 with the word's place, or the fault's error. */
static int access(struct rr_aspace *space, uint64_t address, bool write, uint32_t **word)
{
	for (int tries = 0; tries < 2; tries++) {
		unsigned prot = 0;
		rr_phys page = rr_paging_lookup(space->root, address, &prot);
		if (page != RR_NO_PAGE && (write ? prot & RR_PROT_WRITE : prot & RR_PROT_READ)) {
			*word = rr_phys_to_virt(page);
			return 0;
		}
		int error = rr_vm_fault(space, address, write, false);
		if (error)
			return error;
	}
	CHECK(!"a resolved fault faults again");
	return 0;
}

static uint32_t *model_word(struct model_page *page)
{
	return page->object >= 0 && !page->dirty ? &objects[page->object].values[page->index] : &page->value;
}

static void touch(int s, unsigned page, bool write)
{
	struct model_page *model = &models[s][page];
	uint32_t *word;
	int error = access(spaces[s], BASE + page * RR_PAGE_SIZE, write, &word);
	if (!model->mapped) {
		CHECK(error == -EFAULT);
	} else if (!model->prot || (write && !(model->prot & RR_PROT_WRITE))) {
		CHECK(error == -EACCES);
	} else if (model->object >= 0 && !model->dirty && model->index >= OBJECT_PAGES) {
		CHECK(error == -ERANGE);
	} else {
		CHECK(!error);
		CHECK(*word == *model_word(model));
		if (!write)
			return;
		if (!model->shared && !model->dirty) {
			model->value = *word;
			model->dirty = true;
		}
		*word = *model_word(model) = (uint32_t)rand();
	}
}

/* The tree agrees with the model: borders, rights, and no two neighbours that should be one. */
static void check_tree(int s)
{
	struct rr_mapping *mapping = rr_mapping_from(spaces[s], 0), *prev = NULL;
	uint64_t bytes = 0;
	for (unsigned page = 0; page < WINDOW; page++) {
		uint64_t address = BASE + page * RR_PAGE_SIZE;
		struct model_page *model = &models[s][page];
		if (mapping && mapping->end <= address) {
			prev = mapping;
			mapping = rr_mapping_next(mapping);
			CHECK(!mapping || mapping->start >= prev->end);
			if (mapping && mapping->start == prev->end)
				CHECK(mapping->prot != prev->prot || mapping->flags != prev->flags || mapping->object != prev->object ||
				      (mapping->object && prev->offset + (prev->end - prev->start) != mapping->offset));
		}
		bool inside = mapping && mapping->start <= address;
		CHECK(inside == model->mapped);
		CHECK(rr_vm_is_free(spaces[s], address, RR_PAGE_SIZE) == !inside);
		CHECK(rr_vm_is_mapped(spaces[s], address, RR_PAGE_SIZE) == inside);
		if (!inside) {
			CHECK(rr_paging_lookup(spaces[s]->root, address, NULL) == RR_NO_PAGE);
			continue;
		}
		bytes += RR_PAGE_SIZE;
		CHECK(mapping->prot == model->prot && !!(mapping->flags & RR_MAP_SHARED) == model->shared);
		CHECK(mapping->object == (model->object < 0 ? NULL : &objects[model->object].object));
		if (mapping->object)
			CHECK((mapping->offset + (address - mapping->start)) >> RR_PAGE_SHIFT == model->index);
		unsigned prot = 0;
		if (rr_paging_lookup(spaces[s]->root, address, &prot) != RR_NO_PAGE)
			CHECK(!(prot & ~model->prot & (RR_PROT_WRITE | RR_PROT_EXEC)));
	}
	CHECK(spaces[s]->mapped_bytes == bytes);
}

static const unsigned prots[] = { 0, RR_PROT_READ, RR_PROT_READ | RR_PROT_WRITE, RR_PROT_READ | RR_PROT_WRITE, RR_PROT_READ | RR_PROT_EXEC };

static void do_map(int s, unsigned page, unsigned count)
{
	int object = rand() % 2 ? -1 : rand() % OBJECTS;
	bool shared = object >= 0 && rand() % 2;
	unsigned prot = prots[rand() % 5], index = (unsigned)rand() % OBJECT_PAGES;
	uint64_t address = BASE + page * RR_PAGE_SIZE;
	CHECK(!rr_vm_map(spaces[s], &address, count * RR_PAGE_SIZE, prot, shared ? RR_MAP_SHARED : 0, true,
	                 object < 0 ? NULL : &objects[object].object, object < 0 ? 0 : index * RR_PAGE_SIZE));
	for (unsigned i = 0; i < count; i++)
		models[s][page + i] = (struct model_page){ true, prot, object, shared, false, object < 0 ? 0 : index + i, 0 };
}

static void do_protect(int s, unsigned page, unsigned count)
{
	unsigned prot = prots[rand() % 5], i = 0;
	int error = rr_vm_protect(spaces[s], BASE + page * RR_PAGE_SIZE, count * RR_PAGE_SIZE, prot);
	for (; i < count && models[s][page + i].mapped; i++)
		models[s][page + i].prot = prot;
	CHECK(error == (i < count ? -ENOMEM : 0));
}

static void do_discard(int s, unsigned page, unsigned count)
{
	bool whole = true;
	int error = rr_vm_discard(spaces[s], BASE + page * RR_PAGE_SIZE, count * RR_PAGE_SIZE);
	for (unsigned i = 0; i < count; i++) {
		struct model_page *model = &models[s][page + i];
		whole &= model->mapped;
		model->dirty = false;
		model->value = 0;
	}
	CHECK(error == (whole ? 0 : -ENOMEM));
}

static bool one_mapping(int s, unsigned page, unsigned count)
{
	struct rr_mapping *mapping = rr_mapping_from(spaces[s], BASE + page * RR_PAGE_SIZE);
	return mapping && mapping->start <= BASE + page * RR_PAGE_SIZE && mapping->end >= BASE + (page + count) * RR_PAGE_SIZE;
}

static void do_move(int s, unsigned page, unsigned count, unsigned to)
{
	unsigned new_count = 1 + (unsigned)rand() % 12;
	if (to + new_count > WINDOW)
		return;
	uint64_t target = BASE + to * RR_PAGE_SIZE, result;
	bool keep = new_count == count && rand() % 2;
	struct rr_vm_move how = { .move = true, .keep = keep, .target = &target };
	unsigned moved = rr_min(count, new_count);
	bool overlap = to < page + count && page < to + new_count, mapped = models[s][page].mapped, one = one_mapping(s, page, moved);
	struct model_page old[16];
	memcpy(old, &models[s][page], count * sizeof *old);
	int error = rr_vm_remap(spaces[s], BASE + page * RR_PAGE_SIZE, count * RR_PAGE_SIZE, new_count * RR_PAGE_SIZE, &how, &result);
	if (!mapped || overlap) {
		CHECK(error == (mapped ? -EINVAL : -EFAULT));
		return;
	}
	/* as Linux: what does not move goes, even when the rest cannot be moved */
	for (unsigned i = moved; i < count; i++)
		models[s][page + i] = (struct model_page){ 0 };
	if (!one) {
		CHECK(error == -EFAULT);
		return;
	}
	CHECK(!error && result == target);
	for (unsigned i = 0; i < moved; i++) {
		models[s][page + i].mapped = keep;
		models[s][page + i].dirty = false;
		models[s][page + i].value = 0;
	}
	for (unsigned i = 0; i < new_count; i++) {
		struct model_page *model = &models[s][to + i];
		*model = old[rr_min(i, count - 1)];
		if (i < count)
			continue;
		model->dirty = false;
		model->value = 0;
		if (model->object >= 0)
			model->index += i - (count - 1);
	}
}

static void do_resize(int s, unsigned page, unsigned count)
{
	unsigned new_count = 1 + (unsigned)rand() % 12;
	uint64_t result;
	struct rr_vm_move how = { .move = false };
	if (page + new_count > WINDOW)
		return;
	bool fits = one_mapping(s, page, count);
	int expected = models[s][page].mapped ? fits ? 0 : -EFAULT : -EFAULT;
	if (models[s][page].mapped && new_count <= count)
		expected = 0;
	if (!expected && new_count > count)
		for (unsigned i = count; i < new_count; i++)
			if (models[s][page + i].mapped)
				expected = -ENOMEM;
	int error = rr_vm_remap(spaces[s], BASE + page * RR_PAGE_SIZE, count * RR_PAGE_SIZE, new_count * RR_PAGE_SIZE, &how, &result);
	CHECK(error == expected);
	if (error)
		return;
	for (unsigned i = new_count; i < count; i++)
		models[s][page + i] = (struct model_page){ 0 };
	for (unsigned i = count; i < new_count; i++) {
		struct model_page *model = &models[s][page + i];
		*model = models[s][page + count - 1];
		model->dirty = false;
		model->value = 0;
		if (model->object >= 0)
			model->index += i - (count - 1);
	}
}

static void do_fork(int s)
{
	int child = rand() % SPACES;
	if (child == s)
		return;
	if (spaces[child])
		rr_aspace_destroy(spaces[child]);
	CHECK(!rr_aspace_fork(spaces[s], &spaces[child]));
	memcpy(models[child], models[s], sizeof models[s]);
}

static void random_work(unsigned seed)
{
	srand(seed);
	for (int s = 1; s < SPACES; s++)
		spaces[s] = NULL;
	memset(models, 0, sizeof models);
	CHECK(!rr_aspace_create(false, &spaces[0]));
	for (unsigned step = 0; step < 6000; step++) {
		int s = rand() % SPACES;
		if (!spaces[s])
			continue;
		unsigned page = (unsigned)rand() % (WINDOW - 16), count = 1 + (unsigned)rand() % 15;
		switch (rand() % 24) {
		case 0 ... 3: do_map(s, page, count); break;
		case 4:
			CHECK(!rr_vm_unmap(spaces[s], BASE + page * RR_PAGE_SIZE, count * RR_PAGE_SIZE - (unsigned)rand() % 4096));
			memset(&models[s][page], 0, count * sizeof models[s][page]);
			break;
		case 5 ... 6: do_protect(s, page, count); break;
		case 7: do_discard(s, page, count); break;
		case 8: do_fork(s); break;
		case 9: do_move(s, page, count, (unsigned)rand() % WINDOW); break;
		case 10: do_resize(s, page, count); break;
		default: touch(s, (unsigned)rand() % WINDOW, rand() % 2);
		}
		if (step % 16 == 0)
			for (int i = 0; i < SPACES; i++)
				if (spaces[i])
					check_tree(i);
	}
	for (int s = 0; s < SPACES; s++)
		if (spaces[s])
			rr_aspace_destroy(spaces[s]);
}

static void test_placement(void)
{
	struct rr_aspace *space, *other;
	CHECK(!rr_aspace_create(true, &space) && !rr_aspace_create(true, &other));
	CHECK(space->mmap_top != other->mmap_top && space->mmap_top <= RR_VM_MAX && space->mmap_top > RR_VM_MAX - (2ul << 40));
	uint64_t a = 0, b = 0, c = 0x5000123, d = 0x5000000;
	CHECK(!rr_vm_map(space, &a, 3 * 4096 - 5, RR_PROT_READ, 0, false, NULL, 0) && a == space->mmap_top - 3 * 4096);
	CHECK(!rr_vm_map(space, &b, 4096, RR_PROT_WRITE, 0, false, NULL, 0) && b == a - 4096);
	CHECK(!rr_vm_map(space, &c, 4096, RR_PROT_WRITE, 0, false, NULL, 0) && c == 0x5000000);
	CHECK(!rr_vm_map(space, &d, 4096, RR_PROT_WRITE, 0, false, NULL, 0) && d == b - 4096); /* the hint is taken */
	CHECK(!rr_vm_unmap(space, a, 4096));
	uint64_t e = 0;
	CHECK(!rr_vm_map(space, &e, 4096, RR_PROT_READ, 0, false, NULL, 0) && e == a); /* holes are filled */
	uint32_t *word;
	CHECK(!access(space, b, true, &word) && rr_vm_fault(space, b, false, true) == -EACCES);

	/* Too large, out of range, nonsense. */
	uint64_t f = 0;
	CHECK(rr_vm_map(space, &f, 1ul << 47, 0, 0, false, NULL, 0) == -ENOMEM);
	CHECK(rr_vm_map(space, &f, ~0ul, 0, 0, false, NULL, 0) == -ENOMEM);
	CHECK(rr_vm_map(space, &f, 1ul << 40, RR_PROT_WRITE, 0, false, NULL, 0) == -ENOMEM);
	CHECK(!rr_vm_map(space, &f, 1ul << 40, RR_PROT_WRITE, RR_MAP_NORESERVE, false, NULL, 0));
	CHECK(!rr_vm_unmap(space, f, 1ul << 40));
	CHECK(rr_vm_map(space, &f, 0, 0, 0, false, NULL, 0) == -EINVAL);
	for (uint64_t bad = 0; bad <= 1; bad++) {
		uint64_t at = bad ? RR_VM_MAX : 0;
		CHECK(rr_vm_map(space, &at, 4096, 0, 0, true, NULL, 0) == -ENOMEM);
	}
	CHECK(rr_vm_unmap(space, 1, 4096) == -EINVAL && rr_vm_unmap(space, 0, ~0ul) == -EINVAL && rr_vm_unmap(space, 4096, 0) == -EINVAL);
	CHECK(!rr_vm_unmap(space, 0, RR_VM_MAX) && !space->mapped_bytes && !space->resident_pages && !space->mappings.root);
	rr_aspace_destroy(space);
	rr_aspace_destroy(other);
}

/* Places never overlap, do not wander off while there is room above, and all of the space comes back. */
static void test_many_places(void)
{
	struct rr_aspace *space;
	struct { uint64_t start, length; } used[200] = { 0 };
	uint64_t pages = 0, most = 0;
	CHECK(!rr_aspace_create(false, &space));
	srand(3);
	for (unsigned step = 0; step < 5000; step++) {
		unsigned i = (unsigned)rand() % 200;
		if (used[i].length) {
			CHECK(!rr_vm_unmap(space, used[i].start, used[i].length));
			pages -= used[i].length >> RR_PAGE_SHIFT;
			used[i].length = 0;
			continue;
		}
		uint64_t at = 0, length = (1ul + (unsigned)rand() % 30) * RR_PAGE_SIZE;
		CHECK(!rr_vm_map(space, &at, length, prots[rand() % 5], 0, false, NULL, 0));
		for (unsigned j = 0; j < 200; j++)
			CHECK(!used[j].length || at + length <= used[j].start || at >= used[j].start + used[j].length);
		used[i].start = at;
		used[i].length = length;
		pages += length >> RR_PAGE_SHIFT;
		most = rr_max(most, pages);
		CHECK(space->mmap_top - at <= 3 * (most << RR_PAGE_SHIFT));
	}
	CHECK(space->mapped_bytes == pages << RR_PAGE_SHIFT);
	CHECK(!rr_vm_unmap(space, 0, RR_VM_MAX));
	uint64_t at = 0, low = 0;
	CHECK(!rr_vm_map(space, &at, 4096, 0, 0, false, NULL, 0) && at == space->mmap_top - 4096);
	CHECK(!rr_vm_map(space, &low, 4096, 0, RR_MAP_LOW, false, NULL, 0) && low == (1ul << 31) - 4096);
	rr_aspace_destroy(space);
}

static void test_stack(void)
{
	struct rr_aspace *space;
	CHECK(!rr_aspace_create(false, &space));
	uint64_t top = 0x20000000, stack = top - 0x10000, low = 0x18000000;
	uint32_t *word;
	CHECK(!rr_vm_map(space, &stack, 0x10000, RR_PROT_READ | RR_PROT_WRITE, RR_MAP_GROWS_DOWN, true, NULL, 0));
	CHECK(!rr_vm_map(space, &low, 4096, RR_PROT_READ, 0, true, NULL, 0));
	CHECK(!access(space, stack - 0x5000, true, &word) && !access(space, stack - 1, true, &word));
	CHECK(access(space, stack - 0x5000 - RR_VM_GROWTH - 4096, true, &word) == -EFAULT);
	for (uint64_t at = stack; at > low + 0x2000 + RR_VM_STACK_GAP; at -= 0x400000)
		CHECK(!access(space, at, true, &word));
	CHECK(access(space, low + 4096 + RR_VM_STACK_GAP - 4096, true, &word) == -EFAULT);
	CHECK(rr_vm_is_stack_guard(space, rr_mapping_next(rr_mapping_from(space, low))->start - 4096));
	/* A thread's stack as libraries make it. */
	uint64_t thread = 0x30000000;
	CHECK(!rr_vm_map(space, &thread, 0x21000, 0, 0, true, NULL, 0) && !rr_vm_protect(space, thread + 4096, 0x20000, RR_PROT_READ | RR_PROT_WRITE));
	CHECK(rr_vm_is_stack_guard(space, thread + 100) && !rr_vm_is_stack_guard(space, thread + 4096) && !rr_vm_is_stack_guard(space, 0x40000000));
	rr_aspace_destroy(space);
}

static void test_shared_memory(void)
{
	struct rr_aspace *parent, *child;
	struct rr_vm_object *object;
	uint32_t *a, *b;
	uint64_t at = 0;
	CHECK(!rr_aspace_create(false, &parent) && !rr_vm_object_anonymous(5 * 4096, &object));
	CHECK(!rr_vm_map(parent, &at, 5 * 4096, RR_PROT_READ | RR_PROT_WRITE, RR_MAP_SHARED, false, object, 0));
	CHECK(!access(parent, at, true, &a) && !*a);
	*a = 77;
	CHECK(!rr_aspace_fork(parent, &child));
	CHECK(!access(child, at, true, &b) && a == b && *b == 77);
	CHECK(!access(child, at + 4 * 4096, true, &b) && !access(parent, at + 4 * 4096, false, &a) && a == b);
	struct rr_vm_move how = { .move = true };
	CHECK(!rr_vm_remap(child, at, 5 * 4096, 6 * 4096, &how, &at));
	CHECK(access(child, at + 5 * 4096, false, &b) == -ERANGE);
	rr_aspace_destroy(parent);
	CHECK(!access(child, at, false, &b) && *b == 77);
	rr_aspace_destroy(child);
}

/* Every allocation may fail: whatever was asked for fails cleanly and leaves nothing behind. */
static void test_exhaustion(void)
{
	struct rr_aspace *space, *child;
	uint32_t *word;
	uint64_t at = BASE, n = 0;
	CHECK(!rr_aspace_create(false, &space));
	CHECK(!rr_vm_map(space, &at, 2000 * 4096, RR_PROT_READ | RR_PROT_WRITE, 0, true, NULL, 0));
	uint64_t enough = rr_memory_stats().free_pages / 2;
	while (rr_memory_stats().free_pages > enough)
		CHECK(!access(space, BASE + n++ * 4096, true, &word));
	CHECK(!rr_aspace_fork(space, &child));
	int error = 0;
	for (uint64_t i = 0; i < n && !error; i++)
		error = access(child, BASE + i * 4096, true, &word);
	CHECK(error == -ENOMEM);
	struct rr_aspace *none = NULL;
	CHECK(rr_aspace_fork(space, &none) == -ENOMEM && !none);
	rr_aspace_destroy(child);
	for (uint64_t i = 0; i < n; i++)
		CHECK(!access(space, BASE + i * 4096, true, &word));
	rr_aspace_destroy(space);
}

int main(void)
{
	machine_add_memory(2048, 1);
	machine_start();
	for (int i = 0; i < OBJECTS; i++) {
		objects[i].object.ops = i ? &resident_ops : &plain_ops;
		for (int page = 0; page < OBJECT_PAGES; page++) {
			CHECK(!rr_page_alloc(0, RR_PAGE_ZERO, &objects[i].pages[page]));
			*(uint32_t *)rr_phys_to_virt(objects[i].pages[page]) = objects[i].values[page] = (uint32_t)(i * 1000 + page);
		}
	}
	struct rr_aspace *space; /* so that what stays, stays from the start */
	CHECK(!rr_aspace_create(false, &space));
	rr_aspace_destroy(space);
	uint64_t free_pages = rr_memory_stats().free_pages;
	for (unsigned seed = 1; seed <= 12; seed++) {
		random_work(seed);
		for (int i = 0; i < OBJECTS; i++) {
			CHECK(objects[i].refs == 0);
			for (int page = 0; page < OBJECT_PAGES; page++)
				CHECK(rr_page_refs(objects[i].pages[page]) == 1);
		}
		CHECK(free_pages - rr_memory_stats().free_pages <= 2);
	}
	test_placement();
	test_many_places();
	test_stack();
	test_shared_memory();
	test_exhaustion();
	CHECK(free_pages - rr_memory_stats().free_pages <= 2);
	return 0;
}
