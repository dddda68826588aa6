/* One key of the launch documents, for who joins an image for that key alone. */
#pragma once
#include <rr/launch.h>

#include "json.h"

enum launch_source { LAUNCH_GIVEN, LAUNCH_DEFAULTS };

/*
 * Walk the launcher's document or the image's defaults to the value of `key`: *json stands at it, with room for all strings. False: there is no such
 * document or key, the document is malformed (which rr_launch_init() has reported), or there is no memory.
 */
bool launch_find(enum launch_source source, const char *key, struct json *json);
