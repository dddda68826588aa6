/* The launcher's word, "rr=FLAGS,TIME[,ADDRESS,BITS,GATEWAY]" in hexadecimal: docs/interfaces.md, section 7. */
#pragma once
#include <rr/types.h>

/* The number that `text` begins with, 0 when it is none; where it ends. */
const char *word_hex(const char *text, uint64_t *value);
