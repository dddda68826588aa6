/* What threads and processes have used: getrusage(2). Thread context under the big lock. */
#pragma once
#include <rr/abi/resource.h>
#include <rr/types.h>

struct rr_task;
struct rr_process;

/* What is counted. CPU time is exact; where it went is sampled while it passes (components/accounting). */
struct rr_account {
	uint64_t time; /* ns */
	uint64_t user_ticks, system_ticks;
	uint64_t voluntary, involuntary, minor_faults;
};

/* What is told. Times in ns, memory in pages. */
struct rr_usage {
	uint64_t user, system;
	uint64_t voluntary, involuntary, minor_faults;
	uint64_t most_resident;
};

/* Of one thread; of all threads of a process, those that have ended included. */
void rr_usage_of_thread(struct rr_task *task, struct rr_usage *out);
void rr_usage_of_process(struct rr_process *process, struct rr_usage *out);
void rr_usage_add(struct rr_usage *to, const struct rr_usage *from);
/* struct rusage of it. */
void rr_usage_tell(const struct rr_usage *usage, struct rr_abi_rusage *out);

/* `task` ends: what it used stays with its process. */
void rr_usage_thread_ends(struct rr_task *task);
/* `process` leaves its address space, which it still has. */
void rr_usage_space_left(struct rr_process *process);
