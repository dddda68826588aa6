#include <rr/launch-net.h>

#include <rr/print.h>
#include <rr/string.h>

#include "find.h"

/* Rumprun's words: what is automatic is "dhcp" for inet, "auto" for inet6. */
static bool read_method(struct json *json, const char *text, struct rr_launch_net *net)
{
	if (!strcmp(text, "static"))
		net->method = RR_LAUNCH_NET_STATIC;
	else if (!strcmp(text, "dhcp") || !strcmp(text, "auto"))
		net->method = RR_LAUNCH_NET_AUTOMATIC;
	else if (!strcmp(text, "none"))
		net->method = RR_LAUNCH_NET_NONE;
	else
		return json_fail(json, "a method of \"static\", \"dhcp\", \"auto\" or \"none\"");
	return true;
}

static bool read_one(struct json *json, struct rr_launch_net *net)
{
	const char *key, *text;
	*net = (struct rr_launch_net){ .name = NULL };
	for (bool first = true; json_each(json, '{', &first);) {
		if (!json_key(json, &key))
			return false;
		if (!strcmp(key, "method")) {
			if (!json_string(json, &text) || !read_method(json, text, net))
				return false;
			continue;
		}
		if (!strcmp(key, "type")) {
			if (!json_string(json, &text))
				return false;
			net->inet6 = !strcmp(text, "inet6");
			if (!net->inet6 && strcmp(text, "inet"))
				return json_fail(json, "a type of \"inet\" or \"inet6\"");
			continue;
		}
		const char **to = !strcmp(key, "if") ? &net->name : !strcmp(key, "addr") ? &net->address : !strcmp(key, "mask") ? &net->mask :
		                  !strcmp(key, "gw") ? &net->gateway : NULL;
		if (!(to ? json_string(json, to) : json_skip(json)))
			return false;
	}
	return !json->error && (net->method != RR_LAUNCH_NET_STATIC || net->address || json_fail(json, "an interface with an address"));
}

/* One interface, or a list of them. */
static bool read(struct json *json, unsigned index, struct rr_launch_net *out)
{
	if (json_peek(json) == '{')
		return !index && read_one(json, out);
	for (bool first = true; json_each(json, '[', &first);) {
		if (!index--)
			return read_one(json, out);
		if (!json_skip(json))
			return false;
	}
	return false;
}

bool rr_launch_net(unsigned index, struct rr_launch_net *out)
{
	struct json json;
	for (enum launch_source source = LAUNCH_GIVEN; source <= LAUNCH_DEFAULTS; source++) {
		if (!launch_find(source, "net", &json))
			continue;
		bool good = read(&json, index, out);
		if (json.error)
			rr_log("launch document: net: expected %s at byte %lu", json.error, (unsigned long)(json.at - json.start));
		return good;
	}
	return false;
}
