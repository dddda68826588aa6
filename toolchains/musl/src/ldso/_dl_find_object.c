#include <elf.h>
#include <stdint.h>
#include "libc.h"

/*
 * Where gcc 12 and later look for unwind tables, with the layout gcc's unwinder declares for x86_64. A static program
 * is one object: it contains `address`, or nothing does.
 */
struct dl_find_object {
	unsigned long long flags;
	void *map_start, *map_end;
	void *link_map;
	void *eh_frame;
	unsigned long long reserved[7];
};

extern hidden const Elf64_Ehdr __ehdr_start;
extern hidden const char _end[];

/* Fill `result` for the object that contains `address` and return 0; -1 if none does or it has no unwind tables. */
int _dl_find_object(void *address, struct dl_find_object *result)
{
	const char *start = (const char *)&__ehdr_start;
	const Elf64_Phdr *header = (const void *)(start + __ehdr_start.e_phoff);

	if ((uintptr_t)address < (uintptr_t)start || (uintptr_t)address >= (uintptr_t)_end)
		return -1;
	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++) {
		if (header[i].p_type != PT_GNU_EH_FRAME)
			continue;
		*result = (struct dl_find_object){
			.map_start = (void *)start,
			.map_end = (void *)_end,
			.eh_frame = (void *)header[i].p_vaddr,
		};
		return 0;
	}
	return -1;
}
