// sources: ../src/rc.c ../src/find.c ../src/json.c support/machine.c ../../base/src/print.c
// includes: ../../base/include ../include ../../memory/include ../../image/include ../../platform/include
/* The keys of images with several programs: who decides, what the runner gets as arguments, what is refused. */
#include "support/machine.h"
#include <assert.h>
#include <rr/launch-rc.h>
#include <rr/page.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The launcher's document and the image's; NULL: none. */
static void documents(const char *given, const char *defaults)
{
	machine_reset();
	rr_boot_info = (struct rr_boot_info){ .command_line = "" };
	if (given) {
		rr_boot_info.module = (void *)given;
		rr_boot_info.module_size = strlen(given);
	}
	machine_table = (struct rr_image_table){ .defaults = defaults ? (uint64_t)defaults - RR_DIRECT_MAP : 0, .defaults_size = defaults ? strlen(defaults) : 0 };
}

/* The runner's arguments, each behind a '/'. */
static const char *arguments(const char *given, const char *defaults)
{
	static char text[4096];
	struct rr_launch_list list;
	documents(given, defaults);
	rr_launch_rc(&list);
	text[0] = 0;
	for (unsigned i = 0; i < list.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "/%s", list.items[i]);
	return text;
}

static void expect(const char *given, const char *defaults, const char *expected)
{
	const char *found = arguments(given, defaults);
	if (strcmp(found, expected)) {
		fprintf(stderr, "%s, %s: %s instead of %s (%s)\n", given, defaults, found, expected, machine_logged);
		exit(1);
	}
}

static void refused(const char *given, const char *what)
{
	expect(given, "{\"rc\":[{\"bin\":\"of the image\"}]}", "");
	if (!strstr(machine_logged, what)) {
		fprintf(stderr, "%s: logged \"%s\", not \"%s\"\n", given, machine_logged, what);
		exit(1);
	}
}

int main(void)
{
	const char *rc = "{\"x\":[{}],\"rc\":[{\"bin\":\"a\",\"args\":[\"1\",\"2 3\"],\"runmode\":\"|\"},{\"runmode\":\"\",\"bin\":\"b\"},{\"bin\":\"c\",\"argv\":[\"\"]}]}";
	expect(rc, NULL, "/|/3/a/1/2 3//1/b//2/c/");
	expect(NULL, rc, "/|/3/a/1/2 3//1/b//2/c/");
	expect("{\"rc\":[{\"bin\":\"x\",\"runmode\":\"&\"}]}", rc, "/&/1/x");
	expect("{\"tty\":3}", "{\"rc\":[{\"bin\":\"d\"}]}", "//1/d");
	/* The launcher says otherwise. */
	expect("{\"args\":[]}", rc, "");
	expect("{\"cmdline\":\"x\"}", rc, "");
	expect("{\"program\":\"x\"}", rc, "");
	expect(NULL, NULL, "");
	expect("{\"rc\":[]}", NULL, "");

	refused("{\"rc\":[{\"args\":[]}]}", "a \"bin\"");
	refused("{\"rc\":[{\"bin\":\"a\",\"runmode\":\"|\"}]}", "behind the last");
	refused("{\"rc\":[{\"bin\":\"a\",\"runmode\":\"&&\"}]}", "a runmode of");
	refused("{\"rc\":[{\"bin\":1}]}", "a string");
	refused("{\"rc\":{}}", "an array");
	refused("{\"rc\":[{\"bin\":\"a\"},", "an object");

	documents("{\"program\":\"one\"}", "{\"program\":\"two\"}");
	assert(!strcmp(rr_launch_program(), "one"));
	documents("{\"args\":[]}", "{\"program\":\"two\"}");
	assert(!strcmp(rr_launch_program(), "two"));
	documents("{\"args\":", NULL);
	assert(!rr_launch_program());
	rr_boot_info.command_line = "rr=1,2";
	assert(!rr_launch_program());
	rr_boot_info.command_line = "rr=1,2 {\"program\":\"behind the word\"}"; /* is read when somebody looks */
	assert(!strcmp(rr_launch_program(), "behind the word"));

	/* Many words: the lists grow. */
	char many[8192] = "{\"rc\":[{\"bin\":\"m\",\"args\":[\"0\"";
	for (unsigned i = 1; i < 500; i++)
		strcat(many, ",\"x\"");
	strcat(many, "]}]}");
	struct rr_launch_list list;
	documents(many, NULL);
	rr_launch_rc(&list);
	assert(list.count == 503 && !strcmp(list.items[1], "501") && !strcmp(list.items[502], "x"));
	documents(NULL, NULL);
	puts("ok");
	return 0;
}
