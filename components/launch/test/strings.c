// sources: ../src/strings.c ../src/find.c ../src/json.c support/machine.c ../../base/src/print.c
// includes: ../../base/include ../include ../../memory/include ../../image/include ../../platform/include
/* Lists of strings that few look at: from the launcher, else from the image; what is malformed. */
#include "support/machine.h"
#include <assert.h>
#include <rr/launch.h>
#include <rr/page.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rr_launch_list list;

static bool read(const char *given, const char *defaults)
{
	machine_reset();
	rr_boot_info.command_line = given;
	machine_table.defaults = (uint64_t)defaults - RR_DIRECT_MAP;
	machine_table.defaults_size = strlen(defaults);
	return rr_launch_strings("dns", &list);
}

int main(void)
{
	assert(read("{\"dns\":[\"10.0.0.1\",\"a, b\"]}", "{\"dns\":[\"x\"]}") && list.count == 2 && !strcmp(list.items[1], "a, b"));
	assert(read("{\"dns\":[]}", "{\"dns\":[\"x\"]}") && list.count == 0);
	assert(read("{\"args\":[]}", "{\"cwd\":\"/\",\"dns\":[\"x\"]}") && list.count == 1 && !strcmp(list.items[0], "x"));
	assert(read("rr=0,0", "{\"dns\":[\"x\"]}") && list.count == 1);
	assert(read("rr=0,0,a00020f,18 {\"dns\":[\"y\",\"z\"]}", "{\"dns\":[\"x\"]}") && list.count == 2);
	assert(!read("{}", "") && !machine_logged[0]);
	assert(!read("{\"dns\":\"10.0.0.1\"}", "{\"dns\":[\"x\"]}") && strstr(machine_logged, "dns"));
	assert(!read("{\"dns\":[1]}", "") && strstr(machine_logged, "dns"));
	assert(!read("{\"dns\":[\"a\",", "") && strstr(machine_logged, "dns"));
	read("{}", "");
	puts("ok");
	return 0;
}
