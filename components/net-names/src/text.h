/* The text of the files. Pure. */
#pragma once
#include <rr/types.h>

/* Text that grows in a room of fixed size; what does not fit is left out, by whole lines if lines are what is added. */
struct text {
	char *bytes;
	size_t length, room;
};

/* Add a line made of up to three words: `first`, a tab or blank `between`, `second`. False: no room. */
bool text_line(struct text *text, const char *first, char between, const char *second);

/* /etc/hosts (hosts(5)): localhost, then `lines`, each "ADDRESS NAME..." and ended by a newline, then `hostname` on a loopback address unless a line names it. */
void text_hosts(struct text *text, const char *lines, size_t length, const char *hostname);
/* Does one of the `lines` give `name` an address? As resolvers compare: without regard to case. */
bool text_names(const char *lines, size_t length, const char *name);
