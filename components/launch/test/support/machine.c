#include "machine.h"
#include <assert.h>
#include <rr/heap.h>
#include <rr/print.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST_BLOCKS 1000u

struct rr_boot_info rr_boot_info;
struct rr_image_table machine_table;
char machine_logged[256];
static void *blocks[MOST_BLOCKS];
static unsigned block_count;

const struct rr_image_table *rr_image_table(void) { return &machine_table; }

void *rr_alloc(size_t size)
{
	assert(block_count < MOST_BLOCKS);
	return blocks[block_count++] = malloc(size);
}

/* What is freed early must not be used any more: ASan sees it. */
void rr_free(void *block)
{
	for (unsigned i = 0; i < block_count; i++)
		if (blocks[i] == block)
			blocks[i] = NULL;
	free(block);
}

void rr_log(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(machine_logged, sizeof(machine_logged), format, arguments);
	va_end(arguments);
}

void machine_reset(void)
{
	while (block_count)
		free(blocks[--block_count]);
	machine_logged[0] = 0;
}
