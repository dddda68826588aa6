/* Memory, heap and panic for tests: pages lie where the direct map would have them. */
#pragma once
#include <rr/heap.h>
#include <rr/page.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		if (!(condition)) {                                                                          \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                      \
			abort();                                                                             \
		}                                                                                            \
	} while (0)

/* Memory for a test's own use. */
void *machine_memory(size_t size);
/* Everything has been given back. */
void machine_check_empty(void);
