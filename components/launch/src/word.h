/* The launcher's word, "rr=FLAGS,TIME[,ADDRESS,BITS,GATEWAY]" in hexadecimal: docs/interfaces.md, section 7. */
#pragma once
#include <rr/types.h>

/* What follows "rr=" on the command line, NULL when it has no word. */
static inline const char *word_of(const char *line) { return line[0] == 'r' && line[1] == 'r' && line[2] == '=' ? line + 3 : NULL; }
/* The number that `text` begins with, 0 when it is none; where it ends. */
const char *word_hex(const char *text, uint64_t *value);
