// sources: ../src/text.c
// includes: ../../base/include
/* The text of /etc/hosts: who is named already, what does not fit. */
#include "../src/text.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCAL "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"

static void expect(const char *lines, const char *hostname, size_t room, const char *wanted)
{
	struct text text = { .bytes = malloc(room), .room = room };
	text_hosts(&text, lines, strlen(lines), hostname);
	if (text.length != strlen(wanted) || memcmp(text.bytes, wanted, text.length))
		printf("%.*s\n", (int)text.length, text.bytes);
	assert(text.length == strlen(wanted) && !memcmp(text.bytes, wanted, text.length));
	free(text.bytes);
}

static void names(void)
{
	static const char lines[] = "10.0.0.1\tweb Web.Shop\n10.0.0.2  db\n\n10.0.0.3";
	assert(text_names(lines, sizeof(lines) - 1, "web") && text_names(lines, sizeof(lines) - 1, "WEB.shop") && text_names(lines, sizeof(lines) - 1, "db"));
	assert(!text_names(lines, sizeof(lines) - 1, "we") && !text_names(lines, sizeof(lines) - 1, "web.shop.x") && !text_names(lines, sizeof(lines) - 1, "10.0.0.1"));
	assert(!text_names(lines, sizeof(lines) - 1, "10.0.0.3") && !text_names("", 0, "web"));
}

int main(void)
{
	names();
	expect("", "box", 512, LOCAL "127.0.1.1\tbox\n");
	expect("", "", 512, LOCAL);
	expect("", "LocalHost", 512, LOCAL);
	expect("10.0.0.1\tweb web.shop\n", "box", 512, LOCAL "10.0.0.1\tweb web.shop\n127.0.1.1\tbox\n");
	expect("10.0.0.1\tweb web.shop\n", "web", 512, LOCAL "10.0.0.1\tweb web.shop\n");
	/* whole lines or none */
	expect("10.0.0.1\tweb web.shop\n", "web", 70, LOCAL);
	expect("", "box", 30, "127.0.0.1\tlocalhost\n");
	expect("", "box", 0, "");
	puts("ok");
	return 0;
}
