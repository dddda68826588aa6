/* The back end: counts. A line "NAME\n" on port 7000 (or PORT) is answered with how often that name was counted. `store [PORT]`. */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 1000

static struct { char name[64]; unsigned long count; } counters[MOST];

static unsigned long count(const char *name)
{
	unsigned i = 0;
	while (i < MOST - 1 && *counters[i].name && strcmp(counters[i].name, name))
		i++;
	strcpy(counters[i].name, name); /* when all are taken, the last one is for all others */
	return ++counters[i].count;
}

static void serve(int fd)
{
	char name[64];
	FILE *in = fdopen(fd, "r");
	if (in && fgets(name, sizeof(name), in)) {
		name[strcspn(name, "\r\n")] = 0;
		dprintf(fd, "%lu\n", count(*name ? name : "nobody"));
	}
	if (in)
		fclose(in);
	else
		close(fd);
}

static void stop(int signal) { _exit(signal != SIGTERM); }

int main(int argc, char **argv)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((in_port_t)(argc > 1 ? atoi(argv[1]) : 7000)) };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(listener, (struct sockaddr *)&any, sizeof(any)) || listen(listener, 128))
		return perror("store"), 1;
	signal(SIGTERM, stop);
	for (int fd; (fd = accept(listener, NULL, NULL)) >= 0;)
		serve(fd);
	return 1;
}
