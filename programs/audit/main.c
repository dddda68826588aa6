/*
 * rr-audit NAME=ADDRESS... [smash]: the checks, one line each:
 *     check<TAB>NAME<TAB>holds|fails<TAB>EVIDENCE
 *     fact<TAB>NAME<TAB>VALUE
 * and "done" at the end: an audit that stops early has not found out the rest.
 */
#include "audit.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct libos libos;

void report(const char *check, bool holds, const char *evidence, ...)
{
	va_list arguments;
	va_start(arguments, evidence);
	printf("check\t%s\t%s\t", check, holds ? "holds" : "fails");
	vprintf(evidence, arguments);
	putchar('\n');
	fflush(stdout); /* what comes next may be the end */
	va_end(arguments);
}

void fact(const char *name, uint64_t value) { printf("fact\t%s\t%#lx\n", name, value); }

static void read_address(const char *argument)
{
	const struct {
		const char *name;
		uint64_t *value;
	} names[] = {
		{ "text", &libos.text },     { "text-end", &libos.text_end }, { "rodata", &libos.rodata }, { "rodata-end", &libos.rodata_end },
		{ "data", &libos.data },     { "data-end", &libos.data_end }, { "canary", &libos.canary },
		{ "spare", &libos.spare },
	};
	const char *value = strchr(argument, '=');
	for (size_t i = 0; value && i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(argument, names[i].name, (size_t)(value - argument)) && !names[i].name[value - argument])
			*names[i].value = strtoul(value + 1, NULL, 16);
}

int main(int argc, char **argv)
{
	bool smash = false;
	for (int i = 1; i < argc; i++) {
		read_address(argv[i]);
		smash |= !strcmp(argv[i], "smash");
	}
	if (smash) {
		audit_smash();
		return 1;
	}
	probe_init();
	audit_registers();
	audit_pages();
	audit_memory();
	audit_stacks();
	puts("done");
	return 0;
}
