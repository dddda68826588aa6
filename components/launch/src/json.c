#include "json.h"

#include <rr/string.h>

bool json_fail(struct json *json, const char *error)
{
	if (!json->error)
		json->error = error;
	return false;
}

char json_peek(struct json *json)
{
	while (json->at < json->end && (*json->at == ' ' || *json->at == '\t' || *json->at == '\n' || *json->at == '\r'))
		json->at++;
	return json->at < json->end && !json->error ? *json->at : 0;
}

static bool take(struct json *json, char c)
{
	if (json_peek(json) != c)
		return false;
	json->at++;
	return true;
}

bool json_each(struct json *json, char open, bool *first)
{
	char close = open + 2; /* '[' ']' and '{' '}' are two apart in ASCII */
	if (*first) {
		*first = false;
		if (!take(json, open))
			return json_fail(json, open == '{' ? "an object" : "an array");
		return !take(json, close);
	}
	if (take(json, close))
		return false;
	return take(json, ',') || json_fail(json, "a comma or the end of the list");
}

static bool hex4(struct json *json, uint32_t *value)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i < 4; i++) {
		char c = json->at < json->end ? *json->at | 0x20 : 0;
		unsigned digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
		if (digit == 16)
			return json_fail(json, "four hexadecimal digits were expected");
		sum = sum << 4 | digit;
		json->at++;
	}
	*value = sum;
	return true;
}

static void put_utf8(struct json *json, uint32_t code)
{
	unsigned following = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	*json->out++ = lead[following] | code >> 6 * following;
	while (following--)
		*json->out++ = 0x80 | (code >> 6 * following & 0x3f);
}

/* Behind "\u". */
static bool unicode(struct json *json)
{
	uint32_t code, low;
	if (!hex4(json, &code))
		return false;
	if (code >= 0xd800 && code < 0xdc00) {
		if (json->end - json->at < 2 || json->at[0] != '\\' || json->at[1] != 'u')
			return json_fail(json, "the second half of a surrogate pair");
		json->at += 2;
		if (!hex4(json, &low))
			return false;
		code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0xd800;
	}
	if (code == 0 || (code >= 0xd800 && code < 0xe000))
		return json_fail(json, "a character that can be in a string");
	put_utf8(json, code);
	return true;
}

static bool escape(struct json *json)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char c = json->at < json->end ? *json->at : 0;
	const char *found = c ? strchr(from, c) : NULL;
	if (!found && c != 'u')
		return json_fail(json, "an escape sequence");
	json->at++;
	if (c == 'u')
		return unicode(json);
	*json->out++ = to[found - from];
	return true;
}

/* Bytes above 0x7f are passed on as they are: arguments and environment are bytes, whatever their encoding. */
bool json_string(struct json *json, const char **value)
{
	if (!take(json, '"'))
		return json_fail(json, "a string");
	*value = json->out;
	for (;;) {
		if (json->at == json->end || (uint8_t)*json->at < 0x20)
			return json_fail(json, "the end of the string");
		char c = *json->at++;
		if (c == '"')
			break;
		if (c != '\\')
			*json->out++ = c;
		else if (!escape(json))
			return false;
	}
	*json->out++ = 0;
	return true;
}

bool json_key(struct json *json, const char **key)
{
	return json_string(json, key) && (take(json, ':') || json_fail(json, "a colon"));
}

static bool digit(const struct json *json) { return json->at < json->end && *json->at >= '0' && *json->at <= '9'; }

bool json_integer(struct json *json, uint64_t most, uint64_t *value)
{
	uint64_t sum = 0;
	json_peek(json);
	const char *first = json->at;
	for (; digit(json) && !json->error; json->at++)
		if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, *json->at - '0', &sum) || sum > most)
			return json_fail(json, "a smaller number");
	bool leading_zero = json->at - first > 1 && *first == '0';
	if (json->error || json->at == first || leading_zero || (json->at < json->end && strchr(".eE", *json->at)))
		return json_fail(json, "an integer");
	*value = sum;
	return true;
}

static bool word(struct json *json, const char *text)
{
	size_t length = strlen(text);
	if ((size_t)(json->end - json->at) < length || memcmp(json->at, text, length) != 0)
		return false;
	json->at += length;
	return true;
}

bool json_bool(struct json *json, bool *value)
{
	char c = json_peek(json);
	*value = c == 't';
	return (c == 't' && word(json, "true")) || (c == 'f' && word(json, "false")) || json_fail(json, "true or false");
}

/* A number nobody wants: its characters, whatever they make. */
static bool number(struct json *json)
{
	while (json->at < json->end && *json->at && strchr("+-.0123456789Ee", *json->at))
		json->at++;
	return true;
}

static bool scalar(struct json *json)
{
	const char *ignored;
	char *out = json->out;
	char c = json_peek(json);
	if (c == '"') {
		bool whole = json_string(json, &ignored);
		json->out = out;
		return whole;
	}
	if (c == '-' || (c >= '0' && c <= '9'))
		return number(json);
	return word(json, "true") || word(json, "false") || word(json, "null") || json_fail(json, "a value");
}

bool json_skip(struct json *json)
{
	char open[JSON_DEPTH];
	unsigned depth = 0;
	const char *ignored;
	bool first = false;
	do {
		/* A value is next, or, when `first`, the beginning of the innermost list. */
		char c = json_peek(json);
		if (c == '{' || c == '[') {
			if (depth == JSON_DEPTH)
				return json_fail(json, "less deep nesting");
			open[depth++] = c;
			first = true;
		} else if (!scalar(json)) {
			return false;
		}
		while (depth && !json_each(json, open[depth - 1], &first)) {
			if (json->error)
				return false;
			depth--;
		}
		char *out = json->out;
		if (depth && open[depth - 1] == '{' && !json_key(json, &ignored))
			return false;
		json->out = out;
	} while (depth);
	return !json->error;
}

bool json_finish(struct json *json)
{
	json_peek(json);
	return !json->error && (json->at == json->end || json_fail(json, "the end of the document"));
}
