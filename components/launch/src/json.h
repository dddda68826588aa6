/*
 * A strict JSON reader (RFC 8259) that walks the text once, without recursion: ask for what is expected next. The first thing that is wrong
 * sticks in `error`; from then on every function says false. Pure.
 */
#pragma once
#include <rr/types.h>

#define JSON_DEPTH 32

struct json {
	const char *start, *at, *end;
	char *out;         /* strings are unescaped to here, NUL-terminated: needs as many bytes as the text has */
	const char *error; /* what was expected at `at`: the subject of "... was expected"; NULL */
};

/* The next thing, blanks skipped: its first character, or 0 at the end. */
char json_peek(struct json *json);

/*
 * Walks an array ('[') or object ('{'): true while there is another element, whose value (for objects: key first, by json_key) is to be read
 * next. *first is true before the first call.
 */
bool json_each(struct json *json, char open, bool *first);

/* A member's name and its colon. */
bool json_key(struct json *json, const char **key);
bool json_string(struct json *json, const char **value);
/* An integer from 0 to `most`. */
bool json_integer(struct json *json, uint64_t most, uint64_t *value);
bool json_bool(struct json *json, bool *value);
/* Any value, up to JSON_DEPTH deep; of numbers only the characters are looked at. */
bool json_skip(struct json *json);
/* Nothing but blanks is left. */
bool json_finish(struct json *json);
/* Note an error at the current place, if it is the first. Always false. */
bool json_fail(struct json *json, const char *error);
