/* sort: the lines of standard input in order of their bytes. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int main(void)
{
	char **lines = NULL, *line = NULL;
	size_t count = 0, size = 0;
	while (getline(&line, &size, stdin) > 0) {
		lines = realloc(lines, (count + 1) * sizeof(*lines));
		if (!lines)
			return 1;
		lines[count++] = line;
		line = NULL;
		size = 0;
	}
	qsort(lines, count, sizeof(*lines), compare);
	for (size_t i = 0; i < count; i++)
		fputs(lines[i], stdout);
	return 0;
}
