/*
 * A small machine for host tests: memory at addresses such that the direct map points to it, a processor that counts flushes, and panics that
 * return to the test.
 */
#pragma once
#include <rr/page.h>
#include <rr/platform.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(x)                                                                                             \
	do {                                                                                                 \
		if (!(x)) {                                                                                  \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);                              \
			exit(1);                                                                             \
		}                                                                                            \
	} while (0)

/* Reserve `pages` pages of address space, 4 MiB-aligned, and make them memory of the machine from page `skip` on. Returns the range's start. */
rr_phys machine_add_memory(unsigned long pages, unsigned long skip);
/* A page outside the machine's usable memory, as those of the image are. */
rr_phys machine_image_page(void);
/* How many host pages of [start, start + pages) have been touched. */
unsigned long machine_touched(rr_phys start, unsigned long pages);
void machine_start(void);
extern unsigned long machine_flushes;
extern rr_phys machine_root;

extern jmp_buf machine_panic;
extern char machine_panic_text[256];
/* The statement panics. */
#define CHECK_PANICS(statement)                                                                              \
	do {                                                                                                 \
		if (!setjmp(machine_panic)) {                                                                \
			statement;                                                                           \
			fprintf(stderr, "%s:%d: no panic: %s\n", __FILE__, __LINE__, #statement);             \
			exit(1);                                                                             \
		}                                                                                            \
	} while (0)
