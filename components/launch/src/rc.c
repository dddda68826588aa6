#include <rr/launch-rc.h>

#include <rr/heap.h>
#include <rr/print.h>
#include <rr/string.h>

#include "find.h"

#define MOST_WORDS 999u

const char *rr_launch_program(void)
{
	struct json json;
	const char *name;
	for (enum launch_source source = LAUNCH_GIVEN; source <= LAUNCH_DEFAULTS; source++)
		if (launch_find(source, "program", &json))
			return json_string(&json, &name) ? name : NULL;
	return NULL;
}

/* Grows by doubling: how many words there are is not known before they are read. */
static bool append(struct json *json, struct rr_launch_list *list, const char *item)
{
	if (list->count == list->room) {
		unsigned room = list->room ? list->room * 2 : 16;
		const char **items = rr_alloc(room * sizeof(*items));
		if (!items)
			return json_fail(json, "more memory");
		if (list->count)
			memcpy(items, list->items, list->count * sizeof(*items));
		rr_free(list->items);
		list->items = items;
		list->room = room;
	}
	list->items[list->count++] = item;
	return true;
}

struct command {
	const char *bin, *mode;
	struct rr_launch_list args;
};

static bool read_args(struct json *json, struct rr_launch_list *args)
{
	const char *item;
	args->count = 0;
	for (bool first = true; json_each(json, '[', &first);)
		if (!json_string(json, &item) || !append(json, args, item))
			return false;
	return !json->error;
}

static bool read_mode(struct json *json, const char **mode)
{
	if (!json_string(json, mode))
		return false;
	return ((*mode)[0] == 0 || (((*mode)[0] == '&' || (*mode)[0] == '|') && !(*mode)[1])) || json_fail(json, "a runmode of \"\", \"&\" or \"|\"");
}

static bool read_command(struct json *json, struct command *command)
{
	*command = (struct command){ .mode = "" };
	for (bool first = true; json_each(json, '{', &first);) {
		const char *key;
		if (!json_key(json, &key))
			return false;
		bool good = !strcmp(key, "bin") ? json_string(json, &command->bin) :
			    !strcmp(key, "args") || !strcmp(key, "argv") ? read_args(json, &command->args) :
			    !strcmp(key, "runmode") ? read_mode(json, &command->mode) : json_skip(json);
		if (!good)
			return false;
	}
	return !json->error && (command->bin || json_fail(json, "a \"bin\""));
}

/* A number's digits, on the heap. */
static const char *decimal(unsigned number)
{
	char *text = rr_alloc(sizeof("4294967295"));
	if (text)
		rr_snprintf(text, sizeof("4294967295"), "%u", number);
	return text;
}

static bool append_command(struct json *json, struct rr_launch_list *list, const struct command *command)
{
	const char *words = command->args.count < MOST_WORDS ? decimal(1 + command->args.count) : NULL;
	if (!words)
		return json_fail(json, "fewer arguments");
	if (!append(json, list, command->mode) || !append(json, list, words) || !append(json, list, command->bin))
		return false;
	for (unsigned i = 0; i < command->args.count; i++)
		if (!append(json, list, command->args.items[i]))
			return false;
	return true;
}

static void read_rc(struct json *json, struct rr_launch_list *arguments)
{
	const char *mode = "";
	struct command command;
	for (bool first = true; json_each(json, '[', &first);) {
		if (!read_command(json, &command) || !append_command(json, arguments, &command))
			break;
		rr_free(command.args.items);
		mode = command.mode;
	}
	if (!json->error && *mode == '|')
		json_fail(json, "a program behind the last \"|\"");
	if (json->error) {
		rr_log("rc is ignored: %s was expected at byte %zu of the launch document", json->error, (size_t)(json->at - json->start));
		arguments->count = 0;
	}
}

/* Whoever launches the machine and says what is to run does not want what the image runs by itself. */
static bool launcher_decides(void)
{
	static const char keys[][8] = { "program", "args", "cmdline" };
	struct json json;
	for (unsigned i = 0; i < RR_ARRAY_SIZE(keys); i++)
		if (launch_find(LAUNCH_GIVEN, keys[i], &json))
			return true;
	return false;
}

void rr_launch_rc(struct rr_launch_list *arguments)
{
	struct json json;
	*arguments = (struct rr_launch_list){ 0 };
	if (launch_find(LAUNCH_GIVEN, "rc", &json) || (!launcher_decides() && launch_find(LAUNCH_DEFAULTS, "rc", &json)))
		read_rc(&json, arguments);
}
