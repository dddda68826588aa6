/*
 * Process 1 of an image that runs several programs: starts the commands of the launch document's `rc`, passes signals on, collects the
 * dead, and ends, and with it the machine, as its commands ended. An ordinary Linux program: it also runs, and is tested, on the build host.
 *
 *     rr-rc [MODE COUNT PROGRAM ARGUMENT...]...
 *
 * MODE: "" run and wait, "&" in the background, "|" into the next command. COUNT: words of the command. PROGRAM without a slash is in /bin.
 *
 * A command that fails ends the sequence: the next ones build upon it. The status is that of the last command that ran in the foreground,
 * 128+N if signal N ended it; if none did, that of the last command, once all have ended. As in a shell without job control, commands in
 * the background ignore the keyboard's signals and find no input.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What is left in the background may clean up for so long when the foreground has ended. */
#define LAST_SECONDS 2
#define SIGNALLED 128
#define CANNOT_RUN 126
#define NOT_FOUND 127
#define USAGE 2

struct command {
	char **words; /* NULL-terminated */
	char mode;    /* 0, '&' or '|' */
	bool background; /* the pipeline it belongs to is */
	pid_t pid;    /* 0: not running */
	int status;   /* as a shell gives it, once it has ended */
};

static struct command *commands;
static int command_count;
static sigset_t watched; /* blocked here: they are fetched one by one */
static bool stopping;    /* a signal asked for the end: nothing more is started */

/* Without stdio, which would be most of this program. */
static void complain(const char *what, const char *why)
{
	const char *parts[] = { "rr-rc: ", what, ": ", why, "\n" };
	struct iovec pieces[sizeof(parts) / sizeof(*parts)];
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		pieces[i] = (struct iovec){ (void *)parts[i], strlen(parts[i]) };
	if (writev(STDERR_FILENO, pieces, sizeof(parts) / sizeof(*parts)) < 0)
		return; /* nobody to tell */
}

/* The commands of the command line. argv must stay: its words are used, and terminated, in place. False: not well-formed. */
static bool parse(int argc, char **argv)
{
	commands = calloc((size_t)argc, sizeof(*commands));
	if (!commands)
		return false;
	for (int at = 1; at < argc;) {
		long count = at + 1 < argc ? strtol(argv[at + 1], NULL, 10) : 0;
		if (count < 1 || count > argc - at - 2)
			return false;
		struct command *command = &commands[command_count++];
		command->mode = argv[at][0];
		command->words = calloc((size_t)count + 1, sizeof(char *));
		if (!command->words)
			return false;
		memcpy(command->words, &argv[at + 2], (size_t)count * sizeof(char *));
		at += 2 + (int)count;
	}
	bool background = false;
	for (int i = command_count; i-- > 0; commands[i].background = background)
		if (commands[i].mode != '|')
			background = commands[i].mode == '&';
	return command_count > 0 && commands[command_count - 1].mode != '|';
}

/* In the child, which shares our memory until it runs its program: change descriptors and signals only. */
static void become(const struct command *command, int input, int output)
{
	char path[PATH_MAX] = "/bin/";
	const char *program = command->words[0];
	if (input >= 0 && dup2(input, STDIN_FILENO) < 0)
		_exit(CANNOT_RUN);
	if (output >= 0 && dup2(output, STDOUT_FILENO) < 0)
		_exit(CANNOT_RUN);
	if (command->background) {
		signal(SIGINT, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
	}
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	bool bare = !strchr(program, '/');
	if (bare)
		strncat(path, program, sizeof(path) - sizeof("/bin/"));
	execve(bare ? path : program, command->words, environ);
	complain(program, strerror(errno));
	_exit(errno == ENOENT ? NOT_FOUND : CANNOT_RUN);
}

static void start(struct command *command, int input, int output)
{
	pid_t child = vfork();
	if (child == 0)
		become(command, input, output);
	command->pid = child > 0 ? child : 0;
	if (child < 0) {
		complain(command->words[0], strerror(errno));
		command->status = CANNOT_RUN;
	}
}

/* Start the pipeline that begins with command `first`; its last command's number. */
static int start_pipeline(int first)
{
	int input = commands[first].background ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	for (int i = first;; i++) {
		int ends[2] = { -1, -1 };
		if (commands[i].mode == '|' && pipe2(ends, O_CLOEXEC))
			complain("pipe", strerror(errno));
		start(&commands[i], input, ends[1]);
		if (input >= 0)
			close(input);
		if (ends[1] >= 0)
			close(ends[1]);
		input = ends[0];
		if (commands[i].mode != '|')
			return i;
	}
}

static void collect(void)
{
	int status;
	pid_t child;
	while ((child = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < command_count; i++)
			if (commands[i].pid == child) {
				commands[i].pid = 0;
				commands[i].status = WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
			}
}

static void pass_on(int number)
{
	for (int i = 0; i < command_count; i++)
		if (commands[i].pid)
			kill(commands[i].pid, number);
}

/* Wait for a signal, at most until `deadline` (NULL: for ever), and do what it asks for. False: the time is over. */
static bool handle_signal(const struct timespec *deadline)
{
	struct timespec now, left;
	int number;
	if (deadline) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		long long nanoseconds = (deadline->tv_sec - now.tv_sec) * 1000000000ll + deadline->tv_nsec - now.tv_nsec;
		if (nanoseconds <= 0)
			return false;
		left = (struct timespec){ nanoseconds / 1000000000, nanoseconds % 1000000000 };
		number = sigtimedwait(&watched, NULL, &left);
	} else {
		number = sigwaitinfo(&watched, NULL);
	}
	if (number == SIGCHLD)
		collect();
	else if (number == SIGINT || number == SIGQUIT)
		stopping = true; /* sent to the foreground group: the commands have got it themselves */
	else if (number > 0) {
		stopping |= number == SIGTERM || number == SIGHUP;
		pass_on(number);
	}
	return true;
}

static bool runs(int first, int last)
{
	for (int i = first; i <= last; i++)
		if (commands[i].pid)
			return true;
	return false;
}

static void wait_for(int first, int last)
{
	while (runs(first, last))
		handle_signal(NULL);
}

/* The foreground has ended: whoever still works in the background is asked to end, and not waited for any longer than that takes. */
static void end_background(void)
{
	struct timespec deadline;
	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += LAST_SECONDS;
	pass_on(SIGTERM);
	while (runs(0, command_count - 1) && handle_signal(&deadline))
		;
}

/* All in order, until one in the foreground fails or a signal asks for the end. The status. */
static int run_all(void)
{
	int foreground = -1;
	for (int first = 0, last; first < command_count && !stopping; first = last + 1) {
		last = start_pipeline(first);
		if (commands[last].background)
			continue;
		foreground = last;
		wait_for(first, last);
		if (commands[last].status)
			break;
	}
	if (foreground >= 0) {
		end_background();
		return commands[foreground].status;
	}
	wait_for(0, command_count - 1);
	return commands[command_count - 1].status;
}

/* POSIX lets a system forget a blocked signal that would be ignored; one with a handler is kept. */
static void never_called(int number) { (void)number; }

int main(int argc, char **argv)
{
	static const int numbers[] = { SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2 };
	if (!parse(argc, argv)) {
		complain("usage", "rr-rc [MODE COUNT PROGRAM ARGUMENT...]...");
		return USAGE;
	}
	sigemptyset(&watched);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaddset(&watched, numbers[i]);
	sigprocmask(SIG_BLOCK, &watched, NULL);
	signal(SIGCHLD, never_called);
	return run_all();
}
