/* Private to deadlock. */
#pragma once
#include <rr/process.h>

#define DETAIL_SIZE 96
/* What `task` waits for, beyond its call's arguments, in words; "" if there is nothing to add. Its space is the current one. */
void describe_wait(const struct rr_task *task, char text[DETAIL_SIZE]);
/* Send all threads to the host. How many there are. */
unsigned report_threads(void);
