/* Private to sched-policy: the ordered run queue. */
#pragma once
#include <rr/thread.h>

/* Add a runnable thread; `head`: before its equals, if it has a real-time priority. */
void queue_add(struct rr_thread *thread, bool head);
void queue_remove(struct rr_thread *thread);
/* Take out who runs next, or NULL. */
struct rr_thread *queue_take(void);
/* The virtual time of the ordinary thread that waits and runs next, else of the last one that ran. */
uint64_t queue_virtual_time(void);
/* Count the CPU time a thread has used since it was last counted. */
void queue_charge(struct rr_thread *thread);
