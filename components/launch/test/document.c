// sources: ../src/document.c ../src/json.c
// includes: ../../base/include ../include ../../memory/include
/* Launch documents: every key, what is refused and where, and damaged documents, which must never be read or written beyond. */
#include "../src/document.h"
#include <assert.h>
#include <rr/heap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *blocks[4096];
static unsigned block_count;

void *rr_alloc(size_t size)
{
	assert(block_count < 4096);
	return blocks[block_count++] = malloc(size);
}

static void free_all(void)
{
	while (block_count)
		free(blocks[--block_count]);
}

static const char *error;
static size_t error_at;

/* From a block of exactly the right size, so that reading one byte too many is seen. */
static bool read_bytes(struct rr_launch *launch, const char *text, size_t length, bool more_behind)
{
	char *exact = malloc(length ? length : 1);
	memcpy(exact, text, length);
	bool read = launch_read(launch, exact, length, more_behind, &error, &error_at);
	free(exact);
	return read;
}
static bool read(struct rr_launch *launch, const char *text) { return read_bytes(launch, text, strlen(text), false); }

static const char everything[] =
	"{\"args\":[\"-v\",\"a b\",\"\\u00e9\\ud83d\\ude00\\n\"], \"env\":{\"A\":\"1\",\"B\":\"\"},\"hostname\":\"box\",\r\n\t\"cwd\":\"/tmp\",\"tty\":5,"
	"\"split\":true,\"term\":{\"rows\":24,\"depth\":[1,{\"x\":-1.5e+3}],\"cols\":80},\"time\":1700000000123456789,\"timeline\":false,"
	"\"strace\":true,\"net\":{\"if\":\"vioif0\",\"list\":[[],{},null,[true,false]]},\"blk\":[]}";

static void keys(void)
{
	struct rr_launch launch = { 0 };
	assert(read(&launch, everything));
	assert(launch.args.count == 3 && !strcmp(launch.args.items[1], "a b") && !strcmp(launch.args.items[2], "\xc3\xa9\xf0\x9f\x98\x80\n"));
	assert(launch.env.count == 2 && !strcmp(launch.env.items[0], "A=1") && !strcmp(launch.env.items[1], "B="));
	assert(!strcmp(launch.hostname, "box") && !strcmp(launch.cwd, "/tmp") && launch.tty == 5 && launch.split && launch.strace && !launch.timeline);
	assert(launch.rows == 24 && launch.cols == 80 && launch.time == 1700000000123456789u && !launch.argv0);
	free_all();
}

static void second_document(void)
{
	struct rr_launch launch = { 0 };
	assert(read(&launch, "{\"args\":[\"x\",\"y\"],\"env\":[\"A=1\",\"B=2\"],\"cwd\":\"/a\"}"));
	assert(read(&launch, "{\"args\":[\"z\"],\"env\":{\"B\":\"3\",\"C\":\"4\"},\"env\":\"D=5\"}"));
	assert(launch.args.count == 1 && !strcmp(launch.args.items[0], "z") && !strcmp(launch.cwd, "/a"));
	assert(launch.env.count == 4 && !strcmp(launch.env.items[1], "B=3") && !strcmp(launch.env.items[3], "D=5"));
	/* A bad one changes nothing, not even in part. */
	assert(!read(&launch, "{\"env\":{\"A\":\"changed\"},\"args\":[],\"cwd\":\"/b\",}"));
	assert(launch.args.count == 1 && !strcmp(launch.env.items[0], "A=1") && !strcmp(launch.cwd, "/a"));
	free_all();
}

static void rumprun_command_line(void)
{
	struct rr_launch launch = { 0 };
	assert(read(&launch, "{\"cmdline\":\"  redis-server  --port 6379 \",\"env\":\"X=y z\"}"));
	assert(!strcmp(launch.argv0, "redis-server") && launch.args.count == 2 && !strcmp(launch.args.items[1], "6379"));
	assert(launch.env.count == 1 && !strcmp(launch.env.items[0], "X=y z"));
	assert(read(&launch, "{\"cmdline\":\"a\\u0020b\\u0020c\\u0020d\\u0020e\\u0020f\"}") && launch.args.count == 5);
	assert(read(&launch, "{\"cmdline\":\"\"}") && !launch.argv0 && !launch.args.count);
	free_all();
}

static void words_behind(void)
{
	struct rr_launch launch = { 0 };
	const char text[] = "{\"tty\":3} virtio_mmio.device=512@0xfeb00000:5";
	assert(read_bytes(&launch, text, strlen(text), true) && launch.tty == 3);
	assert(!read(&launch, text) && error_at == 10);
	free_all();
}

static void refused(const char *text, const char *why, size_t at)
{
	struct rr_launch launch = { 0 };
	bool accepted = read(&launch, text);
	if (accepted || strcmp(error, why) || error_at != at) {
		fprintf(stderr, "%s: %s, \"%s\" at %zu\n", text, accepted ? "accepted" : "refused", error, error_at);
		exit(1);
	}
	free_all();
}

static void errors(void)
{
	refused("", "an object", 0);
	refused("[]", "an object", 0);
	refused("{", "a string", 1);
	refused("{\"tty\" 1}", "a colon", 7);
	refused("{\"tty\":1,}", "a string", 9);
	refused("{\"tty\":1 \"x\":2}", "a comma or the end of the list", 9);
	refused("{\"tty\":-1}", "an integer", 7);
	refused("{\"tty\":01}", "an integer", 9);
	refused("{\"tty\":1.5}", "an integer", 8);
	refused("{\"time\":18446744073709551616}", "a smaller number", 27);
	refused("{\"term\":{\"rows\":65536}}", "a smaller number", 20);
	refused("{\"split\":1}", "true or false", 9);
	refused("{\"split\":tru}", "true or false", 9);
	refused("{\"cwd\":\"\\ud800x\"}", "the second half of a surrogate pair", 14);
	refused("{\"cwd\":\"\\ud800\\u0041\"}", "a character that can be in a string", 20);
	refused("{\"cwd\":\"\\udc00\"}", "a character that can be in a string", 14);
	refused("{\"cwd\":\"a\\u0000\"}", "a character that can be in a string", 15);
	refused("{\"cwd\":\"\\u12g4\"}", "four hexadecimal digits were expected", 12);
	refused("{\"cwd\":\"\\x\"}", "an escape sequence", 9);
	refused("{\"cwd\":\"a\nb\"}", "the end of the string", 9);
	refused("{\"cwd\":\"abc", "the end of the string", 11);
	refused("{\"env\":[\"NOVALUE\"]}", "NAME=value", 17);
	refused("{\"env\":\"=x\"}", "NAME=value", 11);
	refused("{\"env\":{\"A=B\":\"x\"}}", "a name without =", 14);
	refused("{\"args\":[1]}", "a string", 9);
	refused("{\"x\":[1,]}", "a value", 8);
	refused("{\"x\":nul}", "a value", 5);
	refused("{} x", "the end of the document", 3);
}

static void deep(void)
{
	char text[200] = "{\"x\":";
	memset(text + 5, '[', 32);
	memset(text + 37, ']', 32);
	strcpy(text + 69, "}");
	struct rr_launch launch = { 0 };
	assert(read(&launch, text));
	memset(text + 5, '[', 33);
	refused(text, "less deep nesting", 37);
	free_all();
}

static void damaged(void)
{
	static const char letters[] = "{}[]\",:\\u0019eE.-+ntf \n=";
	srand(7);
	for (unsigned round = 0; round < 60000; round++) {
		char text[sizeof(everything)];
		size_t length = sizeof(everything) - 1;
		memcpy(text, everything, length);
		for (int edits = rand() % 6; edits >= 0; edits--)
			text[(size_t)rand() % length] = rand() % 4 ? letters[(size_t)rand() % (sizeof(letters) - 1)] : (char)rand();
		if (rand() % 4 == 0)
			length = (size_t)rand() % (length + 1);
		struct rr_launch launch = { 0 };
		if (!read_bytes(&launch, text, length, rand() % 2))
			assert(error && error_at <= length);
		free_all();
	}
}

int main(void)
{
	keys();
	second_document();
	rumprun_command_line();
	words_behind();
	errors();
	deep();
	damaged();
	puts("ok");
	return 0;
}
