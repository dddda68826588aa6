/*
 * signals PROGRAM [ARGUMENT...]: becomes PROGRAM, with a child that sends the signals it is told of on standard input: lines "NUMBER" (to the program) or
 * "NUMBER PID". For tests: an image has no other way in.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	pid_t program = getpid();
	if (fork() != 0) {
		execv(argv[1], argv + 1);
		perror(argv[1]);
		return 127;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (char line[64]; fgets(line, sizeof(line), stdin);) {
		int number, pid = program;
		if (sscanf(line, "%d %d", &number, &pid) >= 1 && kill(pid, number))
			perror("kill");
	}
}
