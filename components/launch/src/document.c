#include "document.h"

#include <rr/heap.h>
#include <rr/string.h>

#include "json.h"

static bool append(struct json *json, struct rr_launch_list *list, const char *item)
{
	if (list->count == list->room)
		return json_fail(json, "a shorter list");
	list->items[list->count++] = item;
	return true;
}

static bool read_strings(struct json *json, struct rr_launch_list *list, bool (*add)(struct json *, struct rr_launch_list *, const char *))
{
	const char *item;
	for (bool first = true; json_each(json, '[', &first);)
		if (!json_string(json, &item) || !add(json, list, item))
			return false;
	return !json->error;
}

/* Replaces the entry of the same name, in a copy: the old list may still be wanted. */
static bool add_env(struct json *json, struct rr_launch_list *list, const char *item)
{
	size_t name = strchr(item, '=') ? (size_t)(strchr(item, '=') - item) : 0;
	if (!name)
		return json_fail(json, "NAME=value");
	for (unsigned i = 0; i < list->count; i++)
		if (strncmp(list->items[i], item, name + 1) == 0) {
			list->items[i] = item;
			return true;
		}
	return append(json, list, item);
}

static bool read_env_object(struct json *json, struct rr_launch_list *list)
{
	const char *name, *value;
	for (bool first = true; json_each(json, '{', &first);) {
		if (!json_key(json, &name))
			return false;
		/* Key and value were written one behind the other: '=' takes the place of the NUL between them. */
		char *end = json->out - 1;
		if (strchr(name, '='))
			return json_fail(json, "a name without =");
		if (!json_string(json, &value))
			return false;
		*end = '=';
		if (!add_env(json, list, name))
			return false;
	}
	return !json->error;
}

static bool read_env(struct json *json, struct rr_launch_list *list)
{
	const char *item;
	switch (json_peek(json)) {
	case '{': return read_env_object(json, list);
	case '[': return read_strings(json, list, add_env);
	default: return json_string(json, &item) && add_env(json, list, item);
	}
}

/* Rumprun's: one string, split at blanks, the program's name first. */
static bool read_command_line(struct json *json, struct rr_launch *launch)
{
	const char *line;
	if (!json_string(json, &line))
		return false;
	launch->argv0 = NULL;
	launch->args.count = 0;
	for (char *at = (char *)line; *at;) {
		while (*at == ' ')
			*at++ = 0;
		char *word = at;
		while (*at && *at != ' ')
			at++;
		if (at == word)
			break;
		if (!launch->argv0)
			launch->argv0 = word;
		else if (!append(json, &launch->args, word))
			return false;
	}
	return true;
}

static bool read_term(struct json *json, struct rr_launch *launch)
{
	for (bool first = true; json_each(json, '{', &first);) {
		const char *key;
		uint64_t value;
		if (!json_key(json, &key))
			return false;
		bool rows = !strcmp(key, "rows");
		if (!rows && strcmp(key, "cols")) {
			if (!json_skip(json))
				return false;
			continue;
		}
		if (!json_integer(json, UINT16_MAX, &value))
			return false;
		*(rows ? &launch->rows : &launch->cols) = value;
	}
	return !json->error;
}

static bool read_args(struct json *json, struct rr_launch *launch)
{
	launch->args.count = 0;
	return read_strings(json, &launch->args, append);
}

/* A table is smaller than comparisons one after another, and every image carries this. */
enum kind { ARGS, COMMAND_LINE, ENV, TERM, STRING, NUMBER, BOOL };
static const struct {
	char key[10];
	uint8_t kind, offset; /* offset: of what takes the value, for the last three kinds */
} members[] = {
#define MEMBER(name, kind) { #name, kind, offsetof(struct rr_launch, name) }
	{ "args", ARGS, 0 },       { "env", ENV, 0 },       { "cmdline", COMMAND_LINE, 0 }, { "term", TERM, 0 },     MEMBER(hostname, STRING),
	MEMBER(cwd, STRING),       MEMBER(tty, NUMBER),     MEMBER(time, NUMBER),           MEMBER(split, BOOL),     MEMBER(timeline, BOOL),
	MEMBER(strace, BOOL),      MEMBER(trace, STRING),
#undef MEMBER
};
_Static_assert(sizeof(struct rr_launch) < 256, "offsets are one byte");

static bool read_member(struct json *json, struct rr_launch *launch, const char *key)
{
	unsigned i = 0;
	while (i < RR_ARRAY_SIZE(members) && strcmp(members[i].key, key))
		i++;
	if (i == RR_ARRAY_SIZE(members))
		return json_skip(json);
	void *value = (char *)launch + members[i].offset;
	switch (members[i].kind) {
	case ARGS: return read_args(json, launch);
	case COMMAND_LINE: return read_command_line(json, launch);
	case ENV: return read_env(json, &launch->env);
	case TERM: return read_term(json, launch);
	case STRING: return json_string(json, value);
	case NUMBER: return json_integer(json, UINT64_MAX, value);
	default: return json_bool(json, value);
	}
}

/* A copy with room for all that a text with so many separators can add. The old list stays for the data a failure falls back to. */
static void make_room(struct json *json, struct rr_launch_list *list, size_t separators)
{
	const char **items = rr_alloc((list->count + separators + 2) * sizeof(*items));
	if (!items)
		json_fail(json, "more memory");
	else if (list->count)
		memcpy(items, list->items, list->count * sizeof(*items));
	list->items = items;
	list->room = items ? list->count + separators + 2 : list->count;
}

bool launch_read(struct rr_launch *launch, const char *text, size_t length, bool more_behind, const char **error, size_t *at)
{
	struct rr_launch read = *launch;
	struct json json = { .start = text, .at = text, .end = text + length, .out = rr_alloc(length + 1) };
	size_t separators = 0;
	for (size_t i = 0; i < length; i++)
		separators += text[i] == ',' || text[i] == ' ' || text[i] == '\\'; /* which may stand for a blank */
	make_room(&json, &read.args, separators);
	make_room(&json, &read.env, separators);
	if (!json.out)
		json_fail(&json, "more memory");
	else
		for (bool first = true; json_each(&json, '{', &first);) {
			const char *key;
			if (!json_key(&json, &key) || !read_member(&json, &read, key))
				break;
		}
	if (json.error || (!more_behind && !json_finish(&json))) {
		*error = json.error;
		*at = json.at - text;
		return false;
	}
	*launch = read;
	return true;
}
