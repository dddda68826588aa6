/* Sending: what comes with a signal, real-time queues and their limit, errors of kill and its kin. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static void result(const char *what, long value) { printf("%s: %s\n", what, value < 0 ? strerror(errno) : "ok"); fflush(stdout); }

static void take(const char *what, int number)
{
	sigset_t set;
	siginfo_t info;
	struct timespec now = { 0, 0 };
	sigemptyset(&set);
	sigaddset(&set, number);
	memset(&info, 0x77, sizeof(info));
	if (sigtimedwait(&set, &info, &now) < 0)
		printf("%s: %s\n", what, strerror(errno));
	else
		printf("%s: signo %d errno %d code %d from me %d uid %d value %x\n", what, info.si_signo, info.si_errno, info.si_code, info.si_pid == getpid(),
		       info.si_uid == getuid(), info.si_code == SI_QUEUE ? info.si_value.sival_int : 0);
}

static void sources(void)
{
	kill(getpid(), SIGUSR1);
	take("kill", SIGUSR1);
	raise(SIGUSR1);
	take("raise", SIGUSR1);
	sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 0x1234 });
	take("sigqueue", SIGUSR1);
	sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 0x5678 });
	take("sigqueue", SIGRTMIN);
	pthread_kill(pthread_self(), SIGUSR2);
	take("pthread_kill", SIGUSR2);
	siginfo_t info = { .si_signo = 3, .si_code = SI_USER, .si_errno = 9 };
	result("as if from kill, to myself", syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info));
	take("that", SIGUSR1);
	info.si_code = -60;
	result("another code", syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), SIGUSR1, &info));
	take("that", SIGUSR1);
	struct itimerval timer = { .it_value = { 0, 1000 } };
	setitimer(ITIMER_REAL, &timer, NULL);
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigwaitinfo(&set, &info);
	printf("setitimer: code %d\n", info.si_code);
	int pipes[2];
	if (pipe(pipes))
		return;
	close(pipes[0]);
	result("write", write(pipes[1], "", 1));
	take("SIGPIPE", SIGPIPE);
	close(pipes[1]);
}

static void queues(void)
{
	char what[40];
	for (int i = 0; i < 3; i++) {
		sigqueue(getpid(), SIGRTMIN + 1, (union sigval){ .sival_int = i });
		sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 10 + i });
		sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 20 + i });
	}
	for (int i = 0; i < 4; i++) {
		snprintf(what, sizeof(what), "real-time %d", i);
		take(what, SIGRTMIN);
	}
	for (int i = 0; i < 2; i++)
		take("ordinary", SIGUSR1);
	for (int i = 0; i < 4; i++)
		take("next real-time", SIGRTMIN + 1);
	/* to the thread, then to the process: the thread's comes first */
	siginfo_t info = { .si_code = SI_QUEUE, .si_pid = getpid(), .si_uid = getuid() };
	info.si_value.sival_int = 1;
	syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &info);
	info.si_value.sival_int = 2;
	syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), SIGRTMIN, &info);
	take("the thread's", SIGRTMIN);
	take("the process's", SIGRTMIN);
}

static void limits(void)
{
	struct rlimit limit, before;
	int sent = 0;
	getrlimit(RLIMIT_SIGPENDING, &limit);
	before = limit;
	limit.rlim_cur = 300;
	setrlimit(RLIMIT_SIGPENDING, &limit);
	while (sent < 400 && !sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = sent }))
		sent++;
	/* others of this user may have used up some of it */
	printf("queued some %d, then %s\n", sent > 0 && sent <= 300, strerror(errno));
	result("another real-time signal", sigqueue(getpid(), SIGRTMIN + 1, (union sigval){ .sival_int = 1 }));
	result("kill", kill(getpid(), SIGUSR1));
	take("kill", SIGUSR1);
	result("kill of a real-time signal", kill(getpid(), SIGRTMIN + 1));
	take("kill of a real-time signal", SIGRTMIN + 1);
	result("tgkill of one", syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGRTMIN + 1));
	result("sigqueue of an ordinary one", sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 1 }));
	take("sigqueue of an ordinary one", SIGUSR1);
	int in_order = 1;
	for (int i = 0; i < sent; i++) {
		sigset_t set;
		siginfo_t info;
		sigemptyset(&set);
		sigaddset(&set, SIGRTMIN);
		in_order &= sigwaitinfo(&set, &info) == SIGRTMIN && info.si_value.sival_int == i;
	}
	printf("in order %d\n", in_order);
	take("no more", SIGRTMIN);
	result("room again", sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 9 }));
	take("that", SIGRTMIN);
	setrlimit(RLIMIT_SIGPENDING, &before);
}

static void errors(void)
{
	siginfo_t info = { .si_code = SI_QUEUE };
	pid_t child = fork();
	if (!child)
		for (;;)
			pause();
	result("kill nobody", kill(29999, SIGTERM));
	result("kill nobody with a bad signal", kill(29999, 99));
	result("kill with a bad signal", kill(child, 99));
	result("kill a group that is not", kill(-29999, 0));
	result("tgkill", syscall(SYS_tgkill, child, child, 0));
	result("tgkill, wrong group", syscall(SYS_tgkill, getpid(), child, 0));
	result("tgkill 0", syscall(SYS_tgkill, 0, child, 0));
	result("tgkill nobody with a bad signal", syscall(SYS_tgkill, 29999, 29999, 99));
	result("tgkill with a bad signal", syscall(SYS_tgkill, child, child, 99));
	result("tkill negative", syscall(SYS_tkill, -1, 0));
	result("tkill nobody", syscall(SYS_tkill, 29999, 0));
	result("queue nobody", syscall(SYS_rt_sigqueueinfo, 29999, SIGUSR1, &info));
	result("queue a bad signal", syscall(SYS_rt_sigqueueinfo, child, 99, &info));
	result("queue from a bad address", syscall(SYS_rt_sigqueueinfo, child, SIGUSR1, 8l));
	info.si_code = SI_USER;
	result("queue like kill", syscall(SYS_rt_sigqueueinfo, child, SIGUSR1, &info));
	info.si_code = SI_TKILL;
	result("queue like tkill", syscall(SYS_rt_sigqueueinfo, child, SIGUSR1, &info));
	info.si_code = SI_KERNEL;
	result("queue like the kernel", syscall(SYS_rt_sigqueueinfo, child, SIGUSR1, &info));
	result("tgqueue 0", syscall(SYS_rt_tgsigqueueinfo, 0, child, SIGUSR1, &info));
	result("tgqueue thread 0", syscall(SYS_rt_tgsigqueueinfo, child, 0, SIGUSR1, &info));
	kill(child, SIGKILL);
	waitid(P_PID, child, &info, WEXITED | WNOWAIT);
	result("kill a zombie", kill(child, SIGTERM));
	waitpid(child, NULL, 0);
	result("kill what is gone", kill(child, 0));
}

static pid_t thread_number;
static volatile int stop;
static void *thread(void *argument)
{
	sigset_t set;
	siginfo_t info;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	__atomic_store_n(&thread_number, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	sigwaitinfo(&set, &info);
	printf("thread got %d code %d value %d\n", info.si_signo, info.si_code, info.si_code == SI_QUEUE ? info.si_value.sival_int : 0);
	return argument;
}

static void threads(void)
{
	pthread_t other;
	pthread_create(&other, NULL, thread, NULL);
	while (!__atomic_load_n(&thread_number, __ATOMIC_SEQ_CST))
		usleep(1000);
	result("kill by a thread's number", kill(thread_number, 0));
	result("tgkill it", syscall(SYS_tgkill, getpid(), thread_number, 0));
	sigqueue(getpid(), SIGUSR2, (union sigval){ .sival_int = 77 });
	pthread_join(other, NULL);
	/* Who joins is told a moment before Linux takes the number away. */
	for (int i = 0; i < 5000 && !syscall(SYS_tgkill, getpid(), thread_number, 0); i++)
		usleep(1000);
	result("it is gone", syscall(SYS_tgkill, getpid(), thread_number, 0));
}

/* Only to oneself: a process's number is that of its first thread. */
static void *pretend(void *argument)
{
	siginfo_t info = { .si_code = SI_USER };
	pid_t me = gettid(), first = getpid(), other = argument ? *(pid_t *)argument : me;
	int fd = (int)syscall(SYS_pidfd_open, first, 0);
	info.si_signo = SIGUSR1;
	printf("%s thread\n", me == first ? "first" : "second");
	result("to the process", syscall(SYS_rt_sigqueueinfo, first, SIGUSR1, &info));
	result("to the process by this thread", syscall(SYS_rt_sigqueueinfo, me, SIGUSR1, &info));
	result("to the process by the other one", syscall(SYS_rt_sigqueueinfo, other, SIGUSR1, &info));
	result("to this thread", syscall(SYS_rt_tgsigqueueinfo, first, me, SIGUSR1, &info));
	result("to the first one", syscall(SYS_rt_tgsigqueueinfo, first, first, SIGUSR1, &info));
	result("to the other one", syscall(SYS_rt_tgsigqueueinfo, first, other, SIGUSR1, &info));
	result("by a descriptor", syscall(SYS_pidfd_send_signal, fd, SIGUSR1, &info, 0));
	close(fd);
	return NULL;
}

static void pretending(void)
{
	pthread_t waits, second;
	thread_number = 0;
	pthread_create(&waits, NULL, thread, NULL);
	while (!__atomic_load_n(&thread_number, __ATOMIC_SEQ_CST))
		usleep(1000);
	pretend((void *)&thread_number);
	pthread_create(&second, NULL, pretend, (void *)&thread_number);
	pthread_join(second, NULL);
	sigqueue(getpid(), SIGUSR2, (union sigval){ .sival_int = 78 });
	pthread_join(waits, NULL);
}

int main(void)
{
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sources();
	queues();
	limits();
	errors();
	threads();
	pretending();
	return 0;
}
