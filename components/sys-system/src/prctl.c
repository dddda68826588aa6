/* prctl(2), personality(2). */
#include <rr/abi/errno.h>
#include <rr/abi/prctl.h>
#include <rr/abi/signal.h>
#include <rr/process.h>
#include <rr/string.h>
#include <rr/uaccess.h>

#define TIMER_SLACK_NS 50000
#define PERSONALITY_QUERY 0xffffffffu

long rr_sys_prctl(int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
long rr_sys_personality(uint32_t persona);

static long set_name(uint64_t address)
{
	char name[sizeof(rr_current_task()->comm)];
	long length = rr_string_from_user(name, address, sizeof(name));
	if (length == -EFAULT)
		return -EFAULT;
	/* Longer names are cut. */
	name[sizeof(name) - 1] = 0;
	rr_strlcpy(rr_current_task()->comm, name, sizeof(name));
	return 0;
}

static long set_death_signal(uint64_t signal)
{
	if (signal > 64)
		return -EINVAL;
	rr_current_process()->death_signal = signal;
	return 0;
}

static long set_dumpable(uint64_t dumpable)
{
	if (dumpable > 1)
		return -EINVAL;
	rr_current_process()->undumpable = !dumpable;
	return 0;
}

/* 0 or less: the default. */
static long set_timer_slack(uint64_t ns)
{
	rr_current_process()->timer_slack = (int64_t)ns > 0 ? ns : 0;
	return 0;
}

static long set_reaper(uint64_t reaper)
{
	rr_current_process()->reaper = reaper;
	return 0;
}

static long tell_reaper(uint64_t out)
{
	int reaper = rr_current_process()->reaper;
	return rr_put_user(reaper, out);
}

static long set_keep_capabilities(uint64_t keep)
{
	if (keep > 1)
		return -EINVAL;
	rr_current_process()->credentials.keep_capabilities = keep;
	return 0;
}

static long set_no_new_privileges(void)
{
	rr_current_process()->credentials.no_new_privileges = true;
	return 0;
}

long rr_sys_prctl(int option, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	switch (option) {
	case PR_SET_NAME: return set_name(a);
	case PR_GET_NAME: return rr_copy_to_user(a, rr_current_task()->comm, sizeof(rr_current_task()->comm));
	case PR_SET_PDEATHSIG: return set_death_signal(a);
	case PR_GET_PDEATHSIG: return rr_put_user(rr_current_process()->death_signal, a);
	case PR_GET_DUMPABLE: return !rr_current_process()->undumpable;
	case PR_SET_DUMPABLE: return set_dumpable(a);
	case PR_GET_KEEPCAPS: return rr_current_process()->credentials.keep_capabilities;
	case PR_SET_KEEPCAPS: return set_keep_capabilities(a);
	case PR_CAPBSET_READ: return a <= CAP_LAST ? 1 : -EINVAL;
	case PR_SET_TIMERSLACK: return set_timer_slack(a);
	case PR_GET_TIMERSLACK: return rr_current_process()->timer_slack ? (long)rr_current_process()->timer_slack : TIMER_SLACK_NS;
	case PR_SET_CHILD_SUBREAPER: return set_reaper(a);
	case PR_GET_CHILD_SUBREAPER: return tell_reaper(a);
	case PR_SET_NO_NEW_PRIVS: return a != 1 || b || c || d ? -EINVAL : set_no_new_privileges();
	case PR_GET_NO_NEW_PRIVS: return a || b || c || d ? -EINVAL : rr_current_process()->credentials.no_new_privileges;
	default: return -EINVAL;
	}
}

long rr_sys_personality(uint32_t persona)
{
	uint32_t *current = &rr_current_process()->persona, old = *current;
	if (persona != PERSONALITY_QUERY)
		*current = persona;
	return old;
}
