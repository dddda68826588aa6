#include "find.h"

#include <rr/heap.h>
#include <rr/image.h>
#include <rr/page.h>
#include <rr/platform.h>
#include <rr/string.h>

/* As rr_launch_init() chooses; behind a word there may be what only few look at. */
static bool given(const char **text, size_t *length)
{
	const char *line = rr_boot_info.command_line;
	*text = strchr(line, '{');
	*length = *text ? strlen(*text) : 0;
	if (!*text && rr_boot_info.module) {
		*text = rr_boot_info.module;
		*length = rr_boot_info.module_size;
	}
	return *text;
}

static bool defaults(const char **text, size_t *length)
{
	const struct rr_image_table *image = rr_image_table();
	if (!image || !image->defaults_size)
		return false;
	*text = rr_phys_to_virt(image->defaults);
	*length = image->defaults_size;
	return true;
}

bool launch_find(enum launch_source source, const char *key, struct json *json)
{
	const char *text, *name;
	size_t length;
	if (source == LAUNCH_GIVEN ? !given(&text, &length) : !defaults(&text, &length))
		return false;
	*json = (struct json){ .start = text, .at = text, .end = text + length, .out = rr_alloc(length + 1) };
	if (!json->out)
		return false;
	for (bool first = true; json_each(json, '{', &first);) {
		if (!json_key(json, &name))
			return false;
		if (!strcmp(name, key))
			return true;
		if (!json_skip(json))
			return false;
	}
	return false;
}
