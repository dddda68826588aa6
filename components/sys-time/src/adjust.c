/* adjtimex(2), clock_adjtime(2): what there is to know. Nothing can be adjusted: the clock follows the host's. */
#include <rr/abi/errno.h>
#include <rr/process-timer.h>
#include <rr/timespec.h>
#include <rr/uaccess.h>

/* linux/timex.h */
struct timex {
	uint32_t modes;
	int64_t offset, frequency, maximum_error, estimated_error;
	int32_t status;
	int64_t constant, precision, tolerance;
	struct rr_abi_timeval time;
	int64_t tick;
	int64_t pps[2];
	int32_t pps_shift;
	int64_t pps_counts[5];
	int32_t tai;
	int32_t pad[11];
};
_Static_assert(sizeof(struct timex) == 208, "struct timex");

#define STA_UNSYNC 0x40
#define TIME_ERROR 5
#define LARGEST_ERROR 16000000 /* µs */
#define TICK 10000             /* µs */
#define TOLERANCE 32768000     /* 500 ppm, 16.16 */

long rr_sys_adjtimex(uint64_t buffer);
long rr_sys_clock_adjtime(int clock, uint64_t buffer);

static long query(struct timex *asked, uint64_t buffer)
{
	if (asked->modes)
		return -EPERM;
	struct timex now = {
		.maximum_error = LARGEST_ERROR, .estimated_error = LARGEST_ERROR, .status = STA_UNSYNC, .constant = 2, .precision = 1,
		.tolerance = TOLERANCE, .time = rr_timeval_of(rr_clock_realtime()), .tick = TICK,
	};
	return rr_put_user(now, buffer) ? -EFAULT : TIME_ERROR;
}

long rr_sys_adjtimex(uint64_t buffer)
{
	struct timex asked;
	return rr_get_user(asked, buffer) ? -EFAULT : query(&asked, buffer);
}

long rr_sys_clock_adjtime(int clock, uint64_t buffer)
{
	struct timex asked;
	struct rr_process_clock source;
	if (rr_get_user(asked, buffer))
		return -EFAULT;
	int error = rr_process_clock_find(clock, &source);
	if (error)
		return error;
	return clock == CLOCK_REALTIME ? query(&asked, buffer) : -EOPNOTSUPP;
}
