/* Private to sys-futex. */
#pragma once
#include <rr/futex.h>
#include <rr/process.h>

long requeue(const struct rr_futex_request *request);
long wake_op(const struct rr_futex_request *request);
long lock_pi(const struct rr_futex_request *request);
long unlock_pi(const struct rr_futex_request *request);
long wait_requeue_pi(const struct rr_futex_request *request);
long requeue_pi(const struct rr_futex_request *request);
/* What the locks of a thread come to when it ends or runs another program. Its space is the current one. */
void leave_robust_locks(struct rr_task *task);
void leave_pi_locks(struct rr_task *task);
