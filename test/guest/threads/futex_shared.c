/* Where futexes of processes meet: shared memory, shared file mappings; and where they do not: private memory, copied on write. */
#include <fcntl.h>
#include "threads.h"

static void wait_in_child(uint32_t *at, const char *what)
{
	pid_t child = fork();
	if (!child)
		_exit(futex(at, FUTEX_WAIT, 0, NULL, NULL, 0) == 0 ? 0 : errno);
	await_waiters(at, 0, 1);
	printf("%s: private wake %ld, shared wake %ld\n", what, futex_e(at, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0),
	       futex_e(at, FUTEX_WAKE, 1, NULL, NULL, 0));
	int status;
	waitpid(child, &status, 0);
	printf("%s: status %d\n", what, status);
}

static void *wait_here(void *at) { return (void *)futex_e(at, FUTEX_WAIT, 0, NULL, NULL, 0); }

static void two_names_of_a_file(void)
{
	int fd = open("futex-file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	FAIL_IF(fd < 0 || ftruncate(fd, 8192));
	uint32_t *a = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *b = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
	uint32_t *copy = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	FAIL_IF(a == MAP_FAILED || b == MAP_FAILED || copy == MAP_FAILED);
	wait_in_child(a, "file");
	pthread_t thread;
	pthread_create(&thread, NULL, wait_here, a + 1024);
	await_waiters(b, 0, 1);
	printf("file, private copy: %ld\n", futex_e(copy + 1024, FUTEX_WAKE, 1, NULL, NULL, 0));
	printf("file, other offset: %ld\n", futex_e(a, FUTEX_WAKE, 1, NULL, NULL, 0));
	printf("file, other name: %ld\n", futex_e(b, FUTEX_WAKE, 1, NULL, NULL, 0));
	pthread_join(thread, NULL);
	unlink("futex-file");
	close(fd);
}

/* After fork the child has a copy: its waker does not reach the parent's waiter. */
static void copied_on_write(void)
{
	static uint32_t word;
	pthread_t thread;
	pthread_create(&thread, NULL, wait_here, &word);
	await_waiters(&word, 0, 1);
	pid_t child = fork();
	if (!child)
		_exit((int)futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0));
	int status;
	waitpid(child, &status, 0);
	printf("copy: child woke %d, parent wakes %ld\n", WEXITSTATUS(status), futex_e(&word, FUTEX_WAKE, 1, NULL, NULL, 0));
	pthread_join(thread, NULL);
}

static void pthreads_between_processes(void)
{
	struct { pthread_mutex_t lock; pthread_cond_t condition; int turn; } *shared = shared_page();
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;
	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->lock, &mutex);
	pthread_cond_init(&shared->condition, &cond);
	pid_t child = fork();
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&shared->lock);
		while (shared->turn % 2 != !child)
			pthread_cond_wait(&shared->condition, &shared->lock);
		shared->turn++;
		pthread_cond_signal(&shared->condition);
		pthread_mutex_unlock(&shared->lock);
	}
	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
	printf("turns: %d\n", shared->turn);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	uint32_t *page = shared_page();
	wait_in_child(page + 5, "anonymous");
	two_names_of_a_file();
	copied_on_write();
	pthreads_between_processes();
	return 0;
}
