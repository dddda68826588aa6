// sources: ../src/strings.c ../src/find.c ../src/json.c
// includes: ../../base/include ../include ../../memory/include ../../image/include ../../platform/include
/* Lists of strings that few look at: from the launcher, else from the image; what is malformed. */
#include <assert.h>
#include <rr/heap.h>
#include <rr/image.h>
#include <rr/launch.h>
#include <rr/page.h>
#include <rr/platform.h>
#include <rr/print.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rr_boot_info rr_boot_info;
static struct rr_image_table table;
static char logged[256];
static void *blocks[100];
static unsigned block_count;

const struct rr_image_table *rr_image_table(void) { return &table; }
void *rr_alloc(size_t size)
{
	assert(block_count < 100);
	return blocks[block_count++] = malloc(size);
}
void rr_log(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(logged, sizeof(logged), format, arguments);
	va_end(arguments);
}

static struct rr_launch_list list;

static bool read(const char *given, const char *defaults)
{
	while (block_count)
		free(blocks[--block_count]);
	logged[0] = 0;
	rr_boot_info.command_line = given;
	table.defaults = (uint64_t)defaults - RR_DIRECT_MAP;
	table.defaults_size = strlen(defaults);
	return rr_launch_strings("dns", &list);
}

int main(void)
{
	assert(read("{\"dns\":[\"10.0.0.1\",\"a, b\"]}", "{\"dns\":[\"x\"]}") && list.count == 2 && !strcmp(list.items[1], "a, b"));
	assert(read("{\"dns\":[]}", "{\"dns\":[\"x\"]}") && list.count == 0);
	assert(read("{\"args\":[]}", "{\"cwd\":\"/\",\"dns\":[\"x\"]}") && list.count == 1 && !strcmp(list.items[0], "x"));
	assert(read("rr=0,0", "{\"dns\":[\"x\"]}") && list.count == 1);
	assert(!read("{}", "") && !logged[0]);
	assert(!read("{\"dns\":\"10.0.0.1\"}", "{\"dns\":[\"x\"]}") && strstr(logged, "dns"));
	assert(!read("{\"dns\":[1]}", "") && strstr(logged, "dns"));
	assert(!read("{\"dns\":[\"a\",", "") && strstr(logged, "dns"));
	read("{}", "");
	puts("ok");
	return 0;
}
