// sources: ../src/hostname.c
// includes: ../../base/include ../include ../../image/include
/* Who decides the host name, and what of a program's name can be one. */
#include <assert.h>
#include <rr/hostname.h>
#include <rr/image.h>
#include <rr/launch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rr_launch rr_launch;
uint32_t rr_image_first;
static struct rr_image_table *table;

const struct rr_image_table *rr_image_table(void) { return table; }
size_t rr_strlcpy(char *to, const char *from, size_t size)
{
	snprintf(to, size, "%s", from);
	return strlen(from);
}

static bool is(const char *wanted)
{
	char name[RR_HOSTNAME_ROOM];
	rr_hostname_get(name);
	return !strcmp(name, wanted);
}

static bool from(const char *program, const char *wanted)
{
	memset(table->programs[0].name, 0, sizeof(table->programs[0].name));
	memcpy(table->programs[0].name, program, strnlen(program, sizeof(table->programs[0].name)));
	return is(wanted);
}

int main(void)
{
	assert(is("rr"));
	table = calloc(1, sizeof(*table) + sizeof(struct rr_image_program));
	assert(is("rr"));
	table->program_count = 1;
	assert(from("hello", "hello") && from("a.out", "a-out") && from("my_prog-", "my-prog") && from("--x", "x") && from("._.", "rr") && from("", "rr"));
	assert(from("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	rr_hostname_learn("bad name", 8);
	rr_hostname_learn("-bad", 4);
	rr_hostname_learn("", 0);
	rr_hostname_learn("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 68);
	assert(from("hello", "hello"));
	rr_hostname_learn("lan-7.example", 13);
	assert(is("lan-7.example"));
	rr_launch.hostname = "given";
	assert(is("given"));
	rr_hostname_set("set now", 7);
	assert(is("set now"));
	rr_hostname_set("", 0);
	assert(is(""));
	free(table);
	puts("ok");
	return 0;
}
