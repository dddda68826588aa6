/*
 * Address spaces. A process owns one. Thread context, under the big lock, unless said otherwise.
 *
 * The low half belongs to programs: [RR_VM_MIN, RR_VM_MAX). Page 0 up to RR_VM_MIN is never mapped.
 */
#pragma once
#include <rr/list.h>
#include <rr/paging.h>
#include <rr/tree.h>
#include <rr/types.h>

#define RR_VM_MIN 0x10000ul
#define RR_VM_MAX 0x7ffffffff000ul

/* What a mapping shows: a file's pages, a program segment in the image, shared anonymous memory. Embedded in its owner. */
struct rr_vm_object {
	const struct rr_vm_object_ops *ops;
};
struct rr_vm_object_ops {
	/* One more / one less mapping. */
	void (*ref)(struct rr_vm_object *object);
	void (*unref)(struct rr_vm_object *object);
	/*
	 * The frame of page `index` with a reference for the caller (rr_page_put). `write`: a shared mapping wants to write to it, so it
	 * must be the object's own page. 0, -ENOMEM, -EIO; -ERANGE behind the end (the program gets SIGBUS).
	 */
	int (*get_page)(struct rr_vm_object *object, uint64_t index, bool write, rr_phys *out);
	/* Make bytes [offset, offset + length), whole pages, zero and free their memory where that is possible: 0 or -ENOMEM. NULL: it cannot be changed. */
	int (*punch)(struct rr_vm_object *object, uint64_t offset, uint64_t length);
	/* get_page() for reading neither waits nor allocates: a fault may bring in neighbouring pages with the one it is for. */
	bool resident;
};

struct rr_mapping;

struct rr_aspace {
	struct rr_list link;          /* of all spaces */
	rr_phys root;
	struct rr_tree mappings;      /* of struct rr_mapping, by start */
	struct rr_mapping *last_found; /* accesses come in crowds; NULL: none */
	uint64_t brk_start, brk;      /* heap: [brk_start, brk) */
	uint64_t brk_limit;
	uint64_t mmap_top;            /* new mappings are placed below, downwards */
	uint64_t search_top;          /* where the search for a free place begins; 0: mmap_top */
	uint64_t search_hole;         /* no hole between search_top and mmap_top is larger */
	uint64_t mapped_bytes, resident_pages;
	uint64_t most_resident;       /* before pages were given back the last times; resident_pages may be more */
	uint32_t sharers;             /* owners beside the first: clone(2) with CLONE_VM */
	bool user;                    /* runs at ring 3: pages get RR_PROT_USER */
};

#define RR_MAP_SHARED 1u
#define RR_MAP_STACK_GUARD 2u /* with prot 0: an area below a stack, reported as a stack overflow when hit */
#define RR_MAP_NORESERVE 4u   /* may be larger than the machine's memory */
#define RR_MAP_GROWS_DOWN 8u  /* a fault less than RR_VM_GROWTH below extends it, up to RR_VM_STACK_GAP from the next mapping */
#define RR_MAP_READ_ONLY 16u  /* must not become writable: shared with a file that was opened for reading */
#define RR_MAP_LOW 32u        /* find a place below 2 GiB */
#define RR_MAP_NOT_FORKED 64u  /* fork leaves it out */
#define RR_MAP_WIPED 128u      /* the child of a fork gets zero pages */
#define RR_VM_GROWTH 0x800000ul
#define RR_VM_STACK_GAP 0x100000ul

/* A new, empty space with a random mmap_top; brk is up to the caller. 0 or -ENOMEM. */
int rr_aspace_create(bool user, struct rr_aspace **out);
/* One owner less; with the last one unmap all and free. Not while a thread of that owner runs on it. */
void rr_aspace_destroy(struct rr_aspace *space);
/* One owner more, who calls rr_aspace_destroy(). */
static inline struct rr_aspace *rr_aspace_share(struct rr_aspace *space)
{
	space->sharers++;
	return space;
}
/* A copy for fork: private pages are shared copy-on-write. 0 or -ENOMEM (nothing is left behind). */
int rr_aspace_fork(struct rr_aspace *parent, struct rr_aspace **child);
/* The space of the running thread; NULL: a thread of the libOS's own. Setting it loads its page tables (NULL: the libOS's). */
struct rr_aspace *rr_aspace_current(void);
void rr_aspace_set_current(struct rr_aspace *space);

/*
 * Memory is given when it is touched, and there is no swap: as with Linux's heuristic overcommit, a private writable mapping succeeds unless it
 * alone is larger than the machine's memory (-ENOMEM), and who touches memory when none is left is ended (rr_vm_fault: -ENOMEM).
 *
 * Map [*address, *address + length), replacing what is there if `fixed`, else at a free place (near *address if that is not 0; else top-down
 * with randomisation). `object` NULL: zero pages. `offset`: of the first byte in the object, page-aligned. `prot`: RR_PROT_READ/WRITE/EXEC.
 * The mapping takes references of `object` of its own. 0, -ENOMEM, -EINVAL.
 */
int rr_vm_map(struct rr_aspace *space, uint64_t *address, uint64_t length, unsigned prot, unsigned flags, bool fixed,
              struct rr_vm_object *object, uint64_t offset);
/*
 * Map [start, end), page-aligned and within the limits, of a space nobody has run in. What is mapped there already must lie below: so a new program's segments
 * are mapped, one after the other. Takes much less code than rr_vm_map(), which counts when a machine boots. `object` as there, from its first byte.
 * 0 or -ENOMEM.
 */
int rr_vm_append(struct rr_aspace *space, uint64_t start, uint64_t end, unsigned prot, unsigned flags, struct rr_vm_object *object);
/* Unmap what is mapped there. 0; -EINVAL (not aligned, length 0, outside); -ENOMEM when a hole in a mapping needs memory for its two sides. */
int rr_vm_unmap(struct rr_aspace *space, uint64_t address, uint64_t length);
/* 0; -ENOMEM at the first address where nothing is mapped (what comes before is changed) or for lack of memory; -EINVAL;
 * -EACCES for RR_MAP_READ_ONLY. */
int rr_vm_protect(struct rr_aspace *space, uint64_t address, uint64_t length, unsigned prot);
/* True when nothing is mapped in [address, address + length), which lies within the limits. */
bool rr_vm_is_free(struct rr_aspace *space, uint64_t address, uint64_t length);
/* True when all of the range is mapped, with whatever prot. */
bool rr_vm_is_mapped(struct rr_aspace *space, uint64_t address, uint64_t length);
/*
 * Resize the mapping of [address, address + length) to `new_length`, in place if that is possible, else (`move`) at a new place, or (`target` not
 * NULL) at *target, replacing what is there. Pages move, they are not copied. `keep`: the old range stays mapped, without its pages.
 * The new address goes to *result. 0, -ENOMEM, -EINVAL, -EFAULT (more than one mapping, or none).
 */
struct rr_vm_move {
	bool move, keep;
	const uint64_t *target;
};
int rr_vm_remap(struct rr_aspace *space, uint64_t address, uint64_t length, uint64_t new_length, const struct rr_vm_move *how, uint64_t *result);
/* Give the pages of a range back: private ones read as zeros, or as the file, from then on. -ENOMEM when part of it is not mapped. */
int rr_vm_discard(struct rr_aspace *space, uint64_t address, uint64_t length);
/* Change flags of a range: RR_MAP_NOT_FORKED, RR_MAP_WIPED. -ENOMEM: for lack of memory, or part of it is not mapped (the rest is changed). */
int rr_vm_mark(struct rr_aspace *space, uint64_t address, uint64_t length, unsigned clear, unsigned set);
/* Make the shared writable mappings of a range, and what they show, zero. -ENOMEM: part of it is not mapped; -EINVAL: no object; -EACCES: not shared to write. */
int rr_vm_punch(struct rr_aspace *space, uint64_t address, uint64_t length);
/* Touch all pages of a range. As rr_vm_fault(); -ENOMEM also when part of it is not mapped. */
int rr_vm_populate(struct rr_aspace *space, uint64_t address, uint64_t length, bool write);
/*
 * Pages first to last of `object` are others now, or gone: mappings in all spaces let go of them and ask again. `frame`: only where they show this one,
 * so private copies stay; RR_NO_PAGE: whatever they show.
 */
void rr_vm_object_forget(struct rr_vm_object *object, uint64_t first, uint64_t last, rr_phys frame);
/* Can any space write to `object` by a mapping, or make it so? */
bool rr_vm_object_is_writable(const struct rr_vm_object *object);
/* Zero pages for shared mappings of `length` bytes, without a reference: the first mapping's unref ends it. 0 or -ENOMEM. */
int rr_vm_object_anonymous(uint64_t length, struct rr_vm_object **out);

/*
 * A program touched `address`; `write`, `exec` say how. Resolve it: 0; -EFAULT: no such mapping (SEGV_MAPERR); -EACCES: protection
 * (SEGV_ACCERR); -ERANGE: behind the end of a file (SIGBUS); -ENOMEM: no memory left.
 */
int rr_vm_fault(struct rr_aspace *space, uint64_t address, bool write, bool exec);
/* True when `address` is in a guard area below a stack mapping. */
bool rr_vm_is_stack_guard(struct rr_aspace *space, uint64_t address);

/* Called for each mapping from low to high until it returns nonzero, which is returned. For /proc/self/maps and reports. */
struct rr_vm_area {
	uint64_t start, end, offset;
	unsigned prot, flags;
	struct rr_vm_object *object;
};
int rr_vm_each(struct rr_aspace *space, int (*visit)(const struct rr_vm_area *area, void *argument), void *argument);

/* The frame at `address` if a shared mapping shows it and it is mapped now, else RR_NO_PAGE: what identifies a futex between processes. */
rr_phys rr_vm_shared_frame(struct rr_aspace *space, uint64_t address);
