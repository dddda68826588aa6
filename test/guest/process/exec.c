/* execve and execveat: what a new program inherits, scripts, errors, other threads. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMBARRIER 8 /* MEMBARRIER_CMD_PRIVATE_EXPEDITED, and its registration */
#define MEMBARRIER_REGISTER 16

static char folder[] = "/tmp/rr-exec-XXXXXX";
static char self[256];

static const char *in_folder(const char *name)
{
	static char paths[4][300];
	static int next;
	char *path = paths[next++ % 4];
	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void make(const char *name, const char *text, int mode)
{
	int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || fchmod(fd, mode))
		exit(80);
	close(fd);
}

static void report(const char *what, pid_t pid)
{
	int status;
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		printf("%s: signal %d\n", what, WTERMSIG(status));
	else
		printf("%s: exited %d\n", what, WEXITSTATUS(status));
	fflush(stdout);
}

/* Run `path` in a child; when that fails the child says why. */
static void run(const char *what, const char *path, char *const argv[])
{
	pid_t pid = fork();
	if (!pid) {
		char *none[] = { NULL };
		execve(path, argv, none);
		printf("%s: %s\n", what, strerror(errno));
		fflush(stdout);
		_exit(81);
	}
	report(what, pid);
}

static void hide(char *text)
{
	char *at = strstr(text, "/tmp/rr-exec-");
	if (at) {
		memmove(at + 1, at + sizeof(folder) - 1, strlen(at + sizeof(folder) - 1) + 1);
		*at = '~';
	}
}

/* The new program tells what it got. */
static int told(int argc, char **argv)
{
	const char *last = strrchr((char *)getauxval(AT_EXECFN), '/');
	char name[17] = "", text[600];
	FILE *comm = fopen("/proc/self/comm", "r");
	printf("%d arguments:", argc);
	for (int i = 1; i < argc; i++) {
		snprintf(text, sizeof(text), "%s", argv[i]);
		hide(text);
		printf(" [%s]", text);
	}
	if (argc > 2 && !strcmp(argv[2], "name")) {
		(void)!fscanf(comm, "%16s", name);
		printf(" execfn %s comm %s", last, name);
	}
	fclose(comm);
	printf("\n");
	fflush(stdout);
	return argc;
}

static void scripts(void)
{
	char text[5000], *one[] = { "x", NULL }, *two[] = { "x", "first", "second", NULL }, *none[] = { NULL };
	snprintf(text, sizeof(text), "#!%s told\n", self);
	make("plain", text, 0700);
	run("script", in_folder("plain"), two);
	run("script without arguments", in_folder("plain"), none);
	snprintf(text, sizeof(text), "#! \t %s \t told   more of  it \t \nrest\n", self);
	make("blanks", text, 0700);
	run("blanks", in_folder("blanks"), one);
	snprintf(text, sizeof(text), "#!%s told", self);
	make("unended", text, 0700);
	run("no newline", in_folder("unended"), one);
	snprintf(text, sizeof(text), "#!%s told \n", in_folder("plain"));
	make("nested", text, 0700);
	run("nested", in_folder("nested"), one);
	make("nobody", "#!/no/such/interpreter\n", 0700);
	run("no interpreter", in_folder("nobody"), one);
	make("directory", "#!/tmp\n", 0700);
	run("interpreter is a directory", in_folder("directory"), one);
	make("empty", "#!\n", 0700);
	run("no interpreter named", in_folder("empty"), one);
	make("blank", "#!   \n", 0700);
	run("only blanks", in_folder("blank"), one);
	snprintf(text, sizeof(text), "#!%s\n", in_folder("loop"));
	make("loop", text, 0700);
	run("its own interpreter", in_folder("loop"), one);
	memset(text, 'x', sizeof(text));
	memcpy(text, "#!/", 3);
	text[400] = 0;
	make("long", text, 0700);
	run("too long", in_folder("long"), one);
	make("locked", "#!/no/matter\n", 0600);
	run("not executable", in_folder("locked"), one);
}

static void errors(void)
{
	char *one[] = { "x", NULL };
	make("text", "echo a shell would run this\n", 0700);
	run("neither program nor script", in_folder("text"), one);
	make("nothing", "", 0700);
	run("empty file", in_folder("nothing"), one);
	make("elf", "\177ELF and nothing else", 0700);
	run("broken program", in_folder("elf"), one);
	run("no file", in_folder("none"), one);
	run("empty path", "", one);
	run("a directory", folder, one);
	run("a device", "/dev/null", one);
	run("through a file", in_folder("text/more"), one);
	symlink("endless", in_folder("endless"));
	run("endless link", in_folder("endless"), one);
	char path[5000];
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = 0;
	run("path too long", path, one);
	run("bad path", (char *)8, one);
	char **volatile no_vector = (char **)8;
	run("bad vector", self, no_vector);
	char *bad[] = { "x", (char *)8, NULL };
	run("bad argument", self, bad);
	symlink(self, in_folder("link"));
	char *name[] = { "x", "told", "name", NULL };
	run("by a link", in_folder("link"), name);
	char *long_name[] = { "x", "told", "name", NULL };
	symlink(self, in_folder("a-name-of-more-than-fifteen"));
	run("long name", in_folder("a-name-of-more-than-fifteen"), long_name);
}

static void sizes(void)
{
	char *big = malloc(200000), *argv[40] = { "x", "quiet" };
	memset(big, 'b', 200000);
	big[131071] = 0;
	argv[2] = big;
	run("longest string", self, argv);
	big[131071] = 'b';
	big[131072] = 0;
	run("longer", self, argv);
	big[131072] = 'b';
	big[100000] = 0;
	for (int i = 2; i < 12; i++)
		argv[i] = big;
	run("a million", self, argv);
	for (int i = 2; i < 39; i++)
		argv[i] = big;
	run("four million", self, argv);
	free(big);
}

static void at(void)
{
	char *argv[] = { "x", "told", "name", NULL };
	int fd = open(folder, O_RDONLY | O_DIRECTORY), file = open(self, O_RDONLY | O_CLOEXEC), script = open(in_folder("plain"), O_RDONLY | O_CLOEXEC);
	int kept = open(in_folder("plain"), O_RDONLY);
	struct { const char *what; int fd; const char *path; int flags; } calls[] = {
		{ "relative", fd, "link", 0 }, { "no file", fd, "none", 0 }, { "absolute", -1, self, 0 }, { "bad descriptor", -1, "link", 0 },
		{ "not a directory", file, "link", 0 }, { "empty path", file, "", 0 }, { "bad flags", fd, "link", 1 },
		{ "link, not followed", fd, "link", AT_SYMLINK_NOFOLLOW }, { "script", fd, "plain", 0 }, { "script, closed", script, "", AT_EMPTY_PATH },
		{ "script, kept", kept, "", AT_EMPTY_PATH }, { "directory", fd, "", AT_EMPTY_PATH },
	};
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		pid_t pid = fork();
		if (!pid) {
			char *none[] = { NULL };
			dup2(fd, 20);
			dup2(kept, 21);
			int use = calls[i].fd == fd ? 20 : calls[i].fd == kept ? 21 : calls[i].fd;
			syscall(SYS_execveat, use, calls[i].path, argv, none, calls[i].flags);
			printf("%s: %s\n", calls[i].what, strerror(errno));
			fflush(stdout);
			_exit(82);
		}
		report(calls[i].what, pid);
	}
	pid_t pid = fork();
	if (!pid) {
		argv[2] = "fd";
		fexecve(file, argv, (char *[]){ NULL });
		_exit(errno);
	}
	report("fexecve", pid);
}

static void on_signal(int number) { (void)number; }

static void *sleep_forever(void *argument)
{
	for (;;)
		pause();
	return argument;
}

static void *execute(void *argument)
{
	char *argv[] = { "x", "inherited", argument, NULL };
	execve(self, argv, (char *[]){ "A=b", "C=d", NULL });
	return NULL;
}

/* What survives: printed by inherited(). The caller may be a thread that is not the first, with others around. */
static void inheriting(int threads)
{
	fflush(stdout);
	pid_t pid = fork();
	if (!pid) {
		char number[12];
		sigset_t set;
		stack_t stack = { .ss_sp = malloc(65536), .ss_size = 65536 };
		snprintf(number, sizeof(number), "%d", getpid());
		signal(SIGUSR1, on_signal);
		signal(SIGUSR2, SIG_IGN);
		sigaltstack(&stack, NULL);
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		sigaddset(&set, SIGHUP);
		sigprocmask(SIG_BLOCK, &set, NULL);
		raise(SIGTERM);
		fcntl(open("/dev/null", O_RDONLY), F_DUPFD, 30);
		fcntl(open("/dev/null", O_RDONLY), F_DUPFD_CLOEXEC, 31);
		prctl(PR_SET_DUMPABLE, 0);
		syscall(SYS_membarrier, MEMBARRIER_REGISTER, 0, 0);
		umask(027);
		chdir("/tmp");
		setpgid(0, 0);
		if (!threads)
			execute(number);
		pthread_t thread;
		for (int i = 0; i < 4; i++)
			pthread_create(&thread, NULL, sleep_forever, NULL);
		pthread_create(&thread, NULL, execute, number);
		for (;;)
			pause();
	}
	report(threads ? "from a thread" : "from the only thread", pid);
}

static int inherited(char **argv)
{
	struct sigaction action;
	sigset_t set;
	stack_t stack;
	char cwd[100];
	extern char **environ;
	printf("same process %d, first thread %d\n", atoi(argv[2]) == getpid(), syscall(SYS_gettid) == getpid());
	sigaction(SIGUSR1, NULL, &action);
	printf("USR1 default %d", action.sa_handler == SIG_DFL);
	sigaction(SIGUSR2, NULL, &action);
	printf(" USR2 ignored %d", action.sa_handler == SIG_IGN);
	sigprocmask(SIG_SETMASK, NULL, &set);
	printf(" TERM blocked %d HUP blocked %d INT blocked %d", sigismember(&set, SIGTERM), sigismember(&set, SIGHUP), sigismember(&set, SIGINT));
	sigpending(&set);
	printf(" TERM pending %d\n", sigismember(&set, SIGTERM));
	sigaltstack(NULL, &stack);
	printf("alternate stack %d, descriptor 30 %d, 31 %d, umask %o, cwd %s, group %d, %s %s\n", stack.ss_flags != SS_DISABLE,
	       fcntl(30, F_GETFD) >= 0, fcntl(31, F_GETFD) >= 0, umask(0), getcwd(cwd, sizeof(cwd)), getpgrp() == getpid(), environ[0], environ[1]);
	printf("dumpable %d, registered for barriers %d\n", prctl(PR_GET_DUMPABLE), syscall(SYS_membarrier, MEMBARRIER, 0, 0) == 0);
	char number[12] = "";
	FILE *status = fopen("/proc/self/status", "r");
	char line[200];
	while (fgets(line, sizeof(line), status))
		if (!strncmp(line, "Threads:", 8))
			sscanf(line + 8, "%11s", number);
	printf("threads %s\n", number);
	return 5;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "told"))
		return told(argc, argv);
	if (argc > 1 && !strncmp(argv[1], "told ", 5))
		return told(argc, argv);
	if (argc > 2 && !strcmp(argv[1], "inherited"))
		return inherited(argv);
	if (argc > 1 && !strcmp(argv[1], "quiet"))
		return argc;
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 || !mkdtemp(folder))
		return 1;
	scripts();
	errors();
	sizes();
	at();
	inheriting(0);
	inheriting(1);
	return 0;
}
