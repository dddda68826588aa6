/*
 * Names as a program sees them, for test/names.test.ts and test/private-network.test.ts:
 *
 *     probe files             host name, /etc/hosts, /etc/resolv.conf
 *     probe resolve QUERY...  a name for getaddrinfo; 4:NAME, 6:NAME one family; h:NAME gethostbyname; a:ADDRESS getnameinfo; n:NAME only numeric; c:NAME the canonical name
 *     probe edit              change /etc/hosts, as programs do
 *     probe serve             answer on TCP port 7777, in a line, who one is
 *     probe ask NAME          ask a server
 *     probe hear              wait for calls on UDP port 7778, on IPv6, and answer them
 *     probe shout             call all on the link of eth0 by IPv6, until there is an answer
 *     probe watch NAME        ask it as soon as there is one, then wait until the name is gone
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PORT 7777

static const char *text_of(int error)
{
	static const struct { int value; const char *name; } names[] = {
		{ EAI_NONAME, "EAI_NONAME" }, { EAI_AGAIN, "EAI_AGAIN" }, { EAI_FAIL, "EAI_FAIL" }, { EAI_FAMILY, "EAI_FAMILY" }, { EAI_SERVICE, "EAI_SERVICE" }, { -5, "EAI_NODATA" },
	};
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].value == error)
			return names[i].name;
	return "another error";
}

static void show_file(const char *path)
{
	char buffer[10000];
	int file = open(path, O_RDONLY);
	printf("== %s\n", path);
	fflush(stdout);
	for (ssize_t n; file >= 0 && (n = read(file, buffer, sizeof(buffer))) > 0;)
		if (write(1, buffer, (size_t)n) != n)
			exit(1);
	if (file >= 0)
		close(file);
}

static int show_files(void)
{
	char name[100];
	gethostname(name, sizeof(name));
	printf("host name %s\n", name);
	show_file("/etc/hosts");
	show_file("/etc/resolv.conf");
	return 0;
}

static void look_up(const char *label, const char *name, int family, int flags)
{
	struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = flags }, *list;
	char text[INET6_ADDRSTRLEN];
	int error = getaddrinfo(name, "80", &hints, &list);
	printf("%s: %s\n", label, error ? text_of(error) : flags & AI_CANONNAME ? list->ai_canonname : "");
	for (struct addrinfo *each = error ? NULL : list; each; each = each->ai_next) {
		getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST);
		printf("  %s\n", text);
	}
	if (!error)
		freeaddrinfo(list);
}

static void look_up_host(const char *label, const char *name)
{
	struct hostent *host = gethostbyname(name);
	char text[INET6_ADDRSTRLEN];
	printf("%s: %s\n", label, host ? host->h_name : h_errno == HOST_NOT_FOUND ? "HOST_NOT_FOUND" : h_errno == TRY_AGAIN ? "TRY_AGAIN" : h_errno == NO_DATA ? "NO_DATA" : "NO_RECOVERY");
	for (char **each = host ? host->h_addr_list : NULL; each && *each; each++)
		printf("  %s\n", inet_ntop(host->h_addrtype, *each, text, sizeof(text)));
	for (char **each = host ? host->h_aliases : NULL; each && *each; each++)
		printf("  alias %s\n", *each);
}

static void look_up_address(const char *label, const char *address)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	char name[NI_MAXHOST];
	int is_six = !inet_pton(AF_INET, address, &four.sin_addr);
	if (is_six)
		inet_pton(AF_INET6, address, &six.sin6_addr);
	int error = getnameinfo(is_six ? (void *)&six : (void *)&four, is_six ? sizeof(six) : sizeof(four), name, sizeof(name), NULL, 0, NI_NAMEREQD);
	printf("%s: %s\n", label, error ? text_of(error) : name);
}

static int resolve(char **queries)
{
	for (; *queries; queries++) {
		char kind = (*queries)[1] == ':' ? (*queries)[0] : 0;
		const char *name = kind ? *queries + 2 : *queries;
		if (kind == 'h')
			look_up_host(*queries, name);
		else if (kind == 'a')
			look_up_address(*queries, name);
		else
			look_up(*queries, name, kind == '4' ? AF_INET : kind == '6' ? AF_INET6 : AF_UNSPEC, kind == 'n' ? AI_NUMERICHOST : kind == 'c' ? AI_CANONNAME : 0);
	}
	return 0;
}

static int edit(void)
{
	struct stat before, after;
	stat("/etc/hosts", &before);
	struct timespec moment = { .tv_nsec = 20000000 };
	nanosleep(&moment, NULL);
	look_up("read", "localhost", AF_INET, 0);
	stat("/etc/hosts", &after);
	printf("reading changes it: %s\n", before.st_mtim.tv_nsec != after.st_mtim.tv_nsec || before.st_mtim.tv_sec != after.st_mtim.tv_sec ? "yes" : "no");
	printf("size as read: %s\n", before.st_size > 20 && before.st_size == after.st_size ? "yes" : "no");
	FILE *file = fopen("/etc/hosts", "a");
	fputs("192.0.2.7\tadded\n", file);
	fclose(file);
	sethostname("renamed", 7);
	look_up("added", "added", AF_INET, 0);
	look_up("localhost", "localhost", AF_INET, 0);
	file = fopen("/etc/hosts.new", "w");
	fputs("192.0.2.8\treplaced\n", file);
	fclose(file);
	printf("rename: %d\n", rename("/etc/hosts.new", "/etc/hosts"));
	look_up("replaced", "replaced", AF_INET, 0);
	unlink("/etc/resolv.conf");
	printf("gone: %d\n", open("/etc/resolv.conf", O_RDONLY) < 0 && errno == ENOENT);
	file = fopen("/etc/resolv.conf", "w");
	fputs("options timeout:1 attempts:1\n", file);
	fclose(file);
	show_file("/etc/resolv.conf");
	return 0;
}

static int serve(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), client;
	char name[100], line[128];
	if (bind(listener, (void *)&address, sizeof(address)) || listen(listener, 50))
		return 1;
	gethostname(name, sizeof(name));
	puts("listening");
	fflush(stdout);
	while ((client = accept(listener, NULL, NULL)) >= 0) {
		int length = snprintf(line, sizeof(line), "I am %s\n", name);
		if (write(client, line, (size_t)length) != length)
			return 1;
		close(client);
	}
	return 1;
}

/* 0, or what getaddrinfo says; -100: it does not answer. */
static int ask(const char *name, char *answer, size_t size)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *list;
	int error = getaddrinfo(name, "7777", &hints, &list);
	if (error)
		return error;
	int client = socket(AF_INET, SOCK_STREAM, 0);
	ssize_t length = -1;
	if (!connect(client, list->ai_addr, list->ai_addrlen))
		length = read(client, answer, size - 1);
	close(client);
	freeaddrinfo(list);
	answer[length > 0 ? length : 0] = 0;
	return length > 0 ? 0 : -100;
}

static int ask_once(const char *name)
{
	char answer[128];
	int error = ask(name, answer, sizeof(answer));
	printf("%s: %s", name, error == -100 ? "no answer\n" : error ? text_of(error) : answer);
	printf("%s", error && error != -100 ? "\n" : "");
	return error != 0;
}

/* Address and scope come with the packet: link-local, of the interface it came in by. */
static int receive(int endpoint, struct sockaddr_in6 *from, const char *what)
{
	char text[32];
	socklen_t size = sizeof(*from);
	ssize_t length = recvfrom(endpoint, text, sizeof(text) - 1, 0, (void *)from, &size);
	text[length > 0 ? length : 0] = 0;
	if (length > 0)
		printf("%s: %s by %s\n", what, text, IN6_IS_ADDR_LINKLOCAL(&from->sin6_addr) && from->sin6_scope_id ? "the link" : "another way");
	return length <= 0;
}

static int six(int shouts)
{
	struct sockaddr_in6 own = { .sin6_family = AF_INET6, .sin6_port = htons(PORT + 1 + shouts) }, from;
	struct sockaddr_in6 all = { .sin6_family = AF_INET6, .sin6_port = htons(PORT + 1), .sin6_scope_id = if_nametoindex("eth0") };
	int endpoint = socket(AF_INET6, SOCK_DGRAM, 0);
	if (bind(endpoint, (void *)&own, sizeof(own)))
		return 1;
	if (!shouts) {
		puts("listening");
		while (!receive(endpoint, &from, "call"))
			sendto(endpoint, "here", 4, 0, (void *)&from, sizeof(from));
		return 1;
	}
	inet_pton(AF_INET6, "ff02::1", &all.sin6_addr);
	/* Datagrams may be lost, and are for a while: both sides' addresses are not certain at once (RFC 4862, 5.4). */
	struct timeval patience = { .tv_usec = 100000 };
	setsockopt(endpoint, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	do
		sendto(endpoint, "hello", 5, 0, (void *)&all, sizeof(all));
	while (receive(endpoint, &from, "answer"));
	return 0;
}

static int named(const char *name)
{
	char line[200];
	int found = 0;
	FILE *file = fopen("/etc/hosts", "r");
	while (file && fgets(line, sizeof(line), file))
		for (char *word = strtok(line, " \t\n"); word; word = strtok(NULL, " \t\n"))
			found |= !strcmp(word, name);
	if (file)
		fclose(file);
	return found;
}

static int watch(const char *name)
{
	struct timespec moment = { .tv_nsec = 20000000 };
	puts("watching");
	fflush(stdout);
	char answer[128];
	while (!named(name) || ask(name, answer, sizeof(answer)))
		nanosleep(&moment, NULL);
	printf("%s: %s", name, answer);
	fflush(stdout);
	while (named(name))
		nanosleep(&moment, NULL);
	printf("%s is gone\n", name);
	return 0;
}

int main(int count, char **words)
{
	const char *what = count > 1 ? words[1] : "files";
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(what, "resolve"))
		return resolve(words + 2);
	if (!strcmp(what, "edit"))
		return edit();
	if (!strcmp(what, "serve"))
		return serve();
	if (!strcmp(what, "ask"))
		return ask_once(words[2]);
	if (!strcmp(what, "hear") || !strcmp(what, "shout"))
		return six(*what == 's');
	if (!strcmp(what, "watch"))
		return watch(words[2]);
	return show_files();
}
