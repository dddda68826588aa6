// sources: ../src/net.c ../src/find.c ../src/json.c support/machine.c ../../base/src/print.c
// includes: ../../base/include ../include ../../memory/include ../../image/include ../../platform/include
/* The key `net`: one interface or a list of them, with blanks or without, and what is refused. */
#include "support/machine.h"
#include <assert.h>
#include <rr/launch-net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The interfaces of a document, one behind the other. */
static const char *interfaces(const char *given)
{
	static const char *const methods[] = { [RR_LAUNCH_NET_STATIC] = "static", [RR_LAUNCH_NET_AUTOMATIC] = "automatic", [RR_LAUNCH_NET_NONE] = "none" };
	static char found[512];
	struct rr_launch_net net;
	machine_reset();
	rr_boot_info.command_line = given;
	found[0] = 0;
	for (unsigned i = 0; rr_launch_net(i, &net); i++)
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%s %s %s/%s %s;", net.name ?: "-", net.inet6 ? " inet6" : "", methods[net.method],
		         net.address ?: "-", net.mask ?: "-", net.gateway ?: "-");
	return found;
}

static void expect(const char *given, const char *expected)
{
	const char *found = interfaces(given);
	if (strcmp(found, expected)) {
		fprintf(stderr, "%s: %s instead of %s (%s)\n", given, found, expected, machine_logged);
		exit(1);
	}
}

static void refused(const char *given, const char *what)
{
	expect(given, "");
	if (!strstr(machine_logged, what)) {
		fprintf(stderr, "%s: logged \"%s\", not \"%s\"\n", given, machine_logged, what);
		exit(1);
	}
}

int main(void)
{
	expect("{\"net\":{\"if\":\"eth1\",\"method\":\"static\",\"addr\":\"10.0.0.2\",\"mask\":\"24\",\"gw\":\"10.0.0.1\"}}", "eth1 static 10.0.0.2/24 10.0.0.1;");
	expect("{ \"tty\": 8, \"net\" :\t\n{ \"addr\" : \"10.0.0.2\" } }", "- static 10.0.0.2/- -;");
	expect("{ \"net\": [ {\"method\": \"dhcp\"} , {\"addr\": \"1.2.3.4\", \"cloner\": true} ] }", "- automatic -/- -;- static 1.2.3.4/- -;");
	expect("{\"net\":[{\"type\":\"inet6\",\"method\":\"auto\"},{\"type\":\"inet\",\"method\":\"none\"}]}", "- inet6 automatic -/- -;- none -/- -;");
	expect("{\"net\":[]}", "");
	expect("{\"args\":[]}", "");
	refused("{\"net\":3}", "an array");
	refused("{\"net\":{\"method\":\"static\"}}", "an interface with an address");
	refused("{\"net\":{\"method\":\"guess\"}}", "a method of");
	refused("{\"net\":{\"addr\":1}}", "a string");
	refused("{\"net\":{\"type\":\"ipx\",\"addr\":\"1.2.3.4\"}}", "a type of");
	machine_reset();
	puts("ok");
	return 0;
}
