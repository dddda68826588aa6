/* The keys of a launch document. */
#pragma once
#include <rr/launch.h>

/*
 * Put what the document at `text` says into `launch`; it may have `length` bytes and ends there unless `more_behind`. On failure `launch` is unchanged, *error says what was expected and *at where
 * (byte offset). Strings and lists are allocated and stay.
 */
bool launch_read(struct rr_launch *launch, const char *text, size_t length, bool more_behind, const char **error, size_t *at);
