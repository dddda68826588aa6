#include <rr/launch.h>

#include <rr/heap.h>
#include <rr/print.h>

#include "find.h"

/* No list has more strings than the text has commas, and one. */
static unsigned most_strings(const struct json *json)
{
	unsigned most = 1;
	for (const char *at = json->at; at < json->end; at++)
		most += *at == ',';
	return most;
}

static bool read(struct json *json, struct rr_launch_list *out)
{
	out->room = most_strings(json);
	out->items = rr_alloc(out->room * sizeof(*out->items));
	if (!out->items)
		return json_fail(json, "more memory");
	for (bool first = true; json_each(json, '[', &first);)
		if (out->count == out->room || !json_string(json, &out->items[out->count++]))
			return false;
	return !json->error;
}

bool rr_launch_strings(const char *key, struct rr_launch_list *out)
{
	struct json json;
	*out = (struct rr_launch_list){ 0 };
	if (!launch_find(LAUNCH_GIVEN, key, &json) && !launch_find(LAUNCH_DEFAULTS, key, &json))
		return false;
	bool good = read(&json, out);
	if (!good)
		rr_log("launch document: %s: expected %s at byte %zu", key, json.error, (size_t)(json.at - json.start));
	return good;
}
