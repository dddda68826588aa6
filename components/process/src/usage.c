#include <rr/page.h>
#include <rr/process.h>
#include <rr/vm.h>

uint64_t rr_process_cpu_time(const struct rr_process *process)
{
	uint64_t sum = process->dead.time;
	rr_list_for_each(link, &process->tasks)
		sum += rr_thread_cpu_time(&rr_list_entry(link, struct rr_task, link)->thread);
	return sum;
}

static void add_thread(struct rr_account *to, const struct rr_thread *thread)
{
	to->time += rr_thread_cpu_time(thread);
	to->user_ticks += thread->user_ticks;
	to->system_ticks += thread->system_ticks;
	to->voluntary += thread->voluntary_switches;
	to->involuntary += thread->involuntary_switches;
	to->minor_faults += thread->minor_faults;
}

/* time * part / whole, without a product that overflows. */
static uint64_t share(uint64_t time, uint64_t part, uint64_t whole) { return time / whole * part + time % whole * part / whole; }

/* Divide the time as the samples say, and never tell less of either than before: Linux's cputime_adjust(). */
static void divide(const struct rr_account *account, uint64_t told[2], struct rr_usage *out)
{
	uint64_t time = account->time, sum = account->user_ticks + account->system_ticks;
	if (told[0] + told[1] < time) {
		uint64_t system = sum ? share(time, account->system_ticks, sum) : 0;
		told[1] = rr_max(told[1], system);
		uint64_t user = time - told[1];
		if (user < told[0])
			told[1] = time - told[0];
		else
			told[0] = user;
	}
	out->user = told[0];
	out->system = told[1];
}

static void fill(const struct rr_account *account, uint64_t told[2], struct rr_usage *out)
{
	*out = (struct rr_usage){ .voluntary = account->voluntary, .involuntary = account->involuntary, .minor_faults = account->minor_faults };
	divide(account, told, out);
}

static uint64_t most_resident(const struct rr_process *process)
{
	uint64_t most = process->most_resident;
	if (process->space)
		most = rr_max(most, rr_max(process->space->most_resident, process->space->resident_pages));
	return most;
}

void rr_usage_of_thread(struct rr_task *task, struct rr_usage *out)
{
	struct rr_account account = { 0 };
	add_thread(&account, &task->thread);
	fill(&account, task->told_times, out);
	out->most_resident = most_resident(task->process);
}

void rr_usage_of_process(struct rr_process *process, struct rr_usage *out)
{
	struct rr_account account = process->dead;
	rr_list_for_each(link, &process->tasks)
		add_thread(&account, &rr_list_entry(link, struct rr_task, link)->thread);
	fill(&account, process->told_times, out);
	out->most_resident = most_resident(process);
}

void rr_usage_add(struct rr_usage *to, const struct rr_usage *from)
{
	to->user += from->user;
	to->system += from->system;
	to->voluntary += from->voluntary;
	to->involuntary += from->involuntary;
	to->minor_faults += from->minor_faults;
	to->most_resident = rr_max(to->most_resident, from->most_resident);
}

void rr_usage_thread_ends(struct rr_task *task) { add_thread(&task->process->dead, &task->thread); }
void rr_usage_space_left(struct rr_process *process) { process->most_resident = most_resident(process); }

static struct rr_abi_timeval timeval_of(uint64_t ns) { return (struct rr_abi_timeval){ ns / RR_NSEC_PER_SEC, ns % RR_NSEC_PER_SEC / 1000 }; }

void rr_usage_tell(const struct rr_usage *usage, struct rr_abi_rusage *out)
{
	*out = (struct rr_abi_rusage){
		.utime = timeval_of(usage->user), .stime = timeval_of(usage->system), .maxrss = usage->most_resident * (RR_PAGE_SIZE / 1024),
		.minflt = usage->minor_faults, .nvcsw = usage->voluntary, .nivcsw = usage->involuntary,
	};
}
