/* From a program in the image to a thread about to run its first instruction. */
#include <rr/abi/auxv.h>
#include <rr/abi/errno.h>
#include <rr/cpu.h>
#include <rr/exec.h>
#include <rr/fpu.h>
#include <rr/image.h>
#include <rr/heap.h>
#include <rr/page.h>
#include <rr/random.h>
#include <rr/string.h>
#include <rr/uaccess.h>
#include <rr/vm.h>
#include "internal.h"

#define STACK_SIZE 0x800000ul
#define STACK_GUARD 0x100000ul
/* brk starts up to 32 MiB behind the program, as on Linux (arch_randomize_brk) */
#define BRK_RANDOM_PAGES 0x2000ul
#define BRK_LIMIT 0x40000000ul /* where stubs no longer reach the libOS */

/* Bytes of a segment that are mapped, or copied, before the program asks */
#define EAGER_TEXT 0x40000ul
#define EAGER_DATA 0x2000ul
/* Arguments and environment strings up to which the table of pointers is made on the stack */
#define FEW_STRINGS 30

#define SEGMENT_EXEC 1u
#define SEGMENT_WRITE 2u

/* A program segment in the image: its pages lie there, one behind the other. */
struct segment {
	struct rr_vm_object object;
	uint32_t refs;
	rr_phys first;
	uint64_t pages;
};

void (*rr_exec_loaded)(const struct rr_image_program *program);

static void segment_ref(struct rr_vm_object *object) { rr_container_of(object, struct segment, object)->refs++; }

static void segment_unref(struct rr_vm_object *object)
{
	struct segment *segment = rr_container_of(object, struct segment, object);
	if (!--segment->refs)
		rr_free(segment);
}

static int segment_page(struct rr_vm_object *object, uint64_t index, bool write, rr_phys *out)
{
	struct segment *segment = rr_container_of(object, struct segment, object);
	(void)write;
	if (index >= segment->pages)
		return -ERANGE;
	*out = segment->first + index * RR_PAGE_SIZE;
	return 0;
}

static const struct rr_vm_object_ops segment_ops = { segment_ref, segment_unref, segment_page, .resident = true };

static int map_segment(struct rr_aspace *space, const struct rr_image_segment *s)
{
	unsigned prot = RR_PROT_READ | (s->flags & SEGMENT_WRITE ? RR_PROT_WRITE : 0) | (s->flags & SEGMENT_EXEC ? RR_PROT_EXEC : 0);
	uint64_t start = rr_align_down(s->vaddr, RR_PAGE_SIZE);
	uint64_t file_end = rr_align_up(s->vaddr + s->filesz, RR_PAGE_SIZE);
	uint64_t end = rr_align_up(s->vaddr + s->memsz, RR_PAGE_SIZE);
	int error = 0;
	/* brk_start: where the segment before ends; they come in ascending order (System V gABI, program header) */
	if (start < RR_VM_MIN || start < space->brk_start || end > BRK_LIMIT || end < start || file_end > end)
		return -ENOEXEC;
	if (s->filesz) {
		struct segment *segment = rr_zalloc(1, sizeof(*segment));
		if (!segment)
			return -ENOMEM;
		segment->object.ops = &segment_ops;
		segment->refs = 1;
		segment->first = rr_align_down(s->phys, RR_PAGE_SIZE);
		segment->pages = (file_end - start) / RR_PAGE_SIZE;
		error = rr_vm_append(space, start, file_end, prot, 0, &segment->object);
		segment_unref(&segment->object);
	} else {
		file_end = start;
	}
	if (!error && end > file_end)
		error = rr_vm_append(space, file_end, end, prot, 0, NULL);
	space->brk_start = end;
	return error;
}

static int load(struct rr_aspace *space, const struct rr_image_program *program)
{
	for (uint32_t i = 0; i < program->segment_count && i < RR_IMAGE_MAX_SEGMENTS; i++) {
		int error = program->segments[i].memsz ? map_segment(space, &program->segments[i]) : 0;
		if (error)
			return error;
	}
	space->brk_start += (rr_random_word() % BRK_RANDOM_PAGES) * RR_PAGE_SIZE;
	space->brk = space->brk_start;
	space->brk_limit = BRK_LIMIT;
	return 0;
}

/* At the top of where mappings go; a new space has nothing there. */
static int make_stack(struct rr_aspace *space, uint64_t *top)
{
	uint64_t start = space->mmap_top - STACK_SIZE, guard = start - STACK_GUARD;
	*top = space->mmap_top;
	int error = rr_vm_append(space, guard, start, 0, RR_MAP_STACK_GUARD | RR_MAP_NORESERVE, NULL);
	return error ? error : rr_vm_append(space, start, *top, RR_PROT_READ | RR_PROT_WRITE, RR_MAP_NORESERVE, NULL);
}

/* Map a page the mapping at `address` would show anyway; its reference goes with it. */
static bool show(struct rr_aspace *space, uint64_t address, rr_phys page, unsigned prot)
{
	if (rr_paging_map(space->root, address, page, prot | (space->user ? RR_PROT_USER : 0))) {
		rr_page_put(page);
		return false;
	}
	space->resident_pages++;
	return true;
}

static void bring_in_segment(struct rr_aspace *space, const struct rr_image_segment *s)
{
	bool write = s->flags & SEGMENT_WRITE;
	unsigned prot = RR_PROT_READ | (write ? RR_PROT_WRITE : 0) | (s->flags & SEGMENT_EXEC ? RR_PROT_EXEC : 0);
	rr_phys source = rr_align_down(s->phys, RR_PAGE_SIZE), page;
	uint64_t at = rr_align_down(s->vaddr, RR_PAGE_SIZE), end = rr_min(s->vaddr + s->filesz, at + (write ? EAGER_DATA : EAGER_TEXT));
	for (; at < end; at += RR_PAGE_SIZE, source += RR_PAGE_SIZE) {
		page = source;
		if (write) {
			if (rr_page_alloc(0, 0, &page))
				return;
			memcpy(rr_phys_to_virt(page), rr_phys_to_virt(source), RR_PAGE_SIZE);
		}
		if (!show(space, at, page, prot))
			return;
	}
}

/*
 * Bring in what the program touches first: its stack's top, its constants and text from the first pages on, a few pages of data. Each would cost an
 * exception. Running out of memory here is found again, and reported, when the program touches the page.
 */
static void bring_in(struct rr_aspace *space, const struct rr_image_program *program, uint64_t top)
{
	rr_phys page;
	for (uint32_t i = 0; i < program->segment_count && i < RR_IMAGE_MAX_SEGMENTS; i++)
		bring_in_segment(space, &program->segments[i]);
	if (!rr_page_alloc(0, RR_PAGE_ZERO, &page))
		show(space, top - RR_PAGE_SIZE, page, RR_PROT_READ | RR_PROT_WRITE);
}

/* Of `count` strings with the pointers to them. Not inlined, as push_all(): twice the same code is twice the boot time. */
static __attribute__((noinline)) size_t string_bytes(const char **strings, unsigned count)
{
	size_t bytes = 0;
	for (; count; count--)
		bytes += sizeof(uint64_t) + strlen(*strings++) + 1;
	return bytes;
}

/* Copy a string below *at. */
static int push_string(uint64_t *at, const char *text)
{
	size_t size = strlen(text) + 1;
	*at -= size;
	return rr_copy_to_user(*at, text, size);
}

/* Copy `count` strings below *at; their addresses and a NULL go to `pointers`. */
static __attribute__((noinline)) int push_all(uint64_t *at, const char **strings, unsigned count, uint64_t *pointers)
{
	int error = 0;
	for (; count; count--) {
		error |= push_string(at, *strings++);
		*pointers++ = *at;
	}
	*pointers = 0;
	return error;
}

enum { AUXV_PHDR, AUXV_PHNUM, AUXV_ENTRY, AUXV_HWCAP, AUXV_PLATFORM, AUXV_RANDOM, AUXV_EXECFN };
/* A copy to fill in takes fewer instructions than a vector made on the spot: boot time. */
static const uint64_t auxv_template[][2] = {
	[AUXV_PHDR] = { AT_PHDR, 0 }, [AUXV_PHNUM] = { AT_PHNUM, 0 }, [AUXV_ENTRY] = { AT_ENTRY, 0 }, [AUXV_HWCAP] = { AT_HWCAP, 0 },
	[AUXV_PLATFORM] = { AT_PLATFORM, 0 }, [AUXV_RANDOM] = { AT_RANDOM, 0 }, [AUXV_EXECFN] = { AT_EXECFN, 0 },
	{ AT_PHENT, 56 }, { AT_PAGESZ, RR_PAGE_SIZE }, { AT_UID, 0 }, { AT_EUID, 0 }, { AT_GID, 0 }, { AT_EGID, 0 }, { AT_SECURE, 0 },
	{ AT_CLKTCK, 100 }, { AT_NULL, 0 },
};

/*
 * What a program finds on its stack (psABI 3.4.1): argc, argv, NULL, envp, NULL, auxiliary vector; strings above. The current address space is
 * the new one. *sp: the stack pointer at the first instruction.
 */
static int fill_stack(const struct rr_image_program *program, const char *path, const struct rr_exec_strings *s, uint64_t top, uint64_t *sp)
{
	uint64_t at = top, random[2] = { rr_random_word(), rr_random_word() };
	int error = push_string(&at, path);
	uint64_t path_at = at;
	error |= push_string(&at, "x86_64");
	uint64_t platform_at = at;
	at -= sizeof(random);
	uint64_t random_at = at;
	error |= rr_copy_to_user(at, random, sizeof(random));

	uint64_t auxv[RR_ARRAY_SIZE(auxv_template)][2];
	memcpy(auxv, auxv_template, sizeof(auxv));
	auxv[AUXV_PHDR][1] = program->phdr_vaddr;
	auxv[AUXV_PHNUM][1] = program->phnum;
	auxv[AUXV_ENTRY][1] = program->entry;
	auxv[AUXV_HWCAP][1] = rr_cpuid(1, 0).edx;
	auxv[AUXV_PLATFORM][1] = platform_at;
	auxv[AUXV_RANDOM][1] = random_at;
	auxv[AUXV_EXECFN][1] = path_at;
	unsigned words = 1 + s->argc + 1 + s->envc + 1;
	uint64_t few[FEW_STRINGS + 3];
	uint64_t *block = words <= RR_ARRAY_SIZE(few) ? few : rr_alloc(words * sizeof(*block));
	if (!block)
		return -ENOMEM;
	block[0] = s->argc;
	error |= push_all(&at, s->argv, s->argc, block + 1);
	error |= push_all(&at, s->envp, s->envc, block + 1 + s->argc + 1);
	at = rr_align_down(at - sizeof(auxv) - words * sizeof(*block), 16);
	error |= rr_copy_to_user(at, block, words * sizeof(*block));
	error |= rr_copy_to_user(at + words * sizeof(*block), auxv, sizeof(auxv));
	if (block != few)
		rr_free(block);
	*sp = at;
	return error ? -ENOMEM : 0;
}

const struct rr_image_program *rr_exec_find(const char *name)
{
	const struct rr_image_table *table = rr_image_table();
	for (uint32_t i = 0; table && i < table->program_count; i++)
		if (!strncmp(table->programs[i].name, name, sizeof(table->programs[i].name)))
			return &table->programs[i];
	return NULL;
}

int rr_exec(const struct rr_image_program *program, const char *path, const struct rr_exec_strings *strings, rr_exec_leaver *leave)
{
	struct rr_task *task = rr_current_task();
	struct rr_process *process = task->process;
	struct rr_aspace *old = rr_aspace_current(), *space;
	if (string_bytes(strings->argv, strings->argc) + string_bytes(strings->envp, strings->envc) > RR_EXEC_MAX_BYTES)
		return -E2BIG;
	int error = rr_aspace_create(process->user, &space);
	if (error)
		return error;
	uint64_t top, sp = 0;
	error = load(space, program);
	if (!error)
		error = make_stack(space, &top);
	if (error)
		goto fail_space;
	rr_aspace_set_current(space);
	bring_in(space, program, top);
	error = fill_stack(program, path, strings, top, &sp);
	if (error) {
		rr_aspace_set_current(old);
		goto fail_space;
	}

	/* nothing can fail from here on */
	process->space = space;
	if (leave)
		leave(program, old);
	process->program = program;
	if (rr_exec_loaded)
		rr_exec_loaded(program);
	memcpy(process->name, program->name, sizeof(process->name)); /* ends with a NUL: rr_exec_find(), bake */
	memcpy(task->comm, program->name, sizeof(task->comm) - 1);
	rr_fpu_reset(); /* the processor starts with exceptions unmasked */
	*rr_thread_regs(&task->thread) = (struct rr_regs){ .number = ~0ul, .kind = RR_ENTRY_TRAP, .rip = program->entry, .rsp = sp,
		.cs = RR_KERNEL_CS, .ss = RR_KERNEL_SS, .rflags = RR_RFLAGS_IF | 2 };
	return 0;

fail_space:
	rr_aspace_destroy(space);
	return error;
}
