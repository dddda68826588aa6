/* What /proc/net and /proc/sys/net tell of sockets of our own and the loopback interface: proc(5). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include "sockets.h"

static unsigned long inode_of(int fd)
{
	struct stat status;
	return fstat(fd, &status) ? 0 : status.st_ino;
}

static unsigned port_of(int fd)
{
	struct sockaddr_in name;
	socklen_t length = sizeof(name);
	getsockname(fd, (struct sockaddr *)&name, &length);
	return ntohs(name.sin_port);
}

/* The line of a file in which the local port is `port`, and the other one `remote`: its state and queues, and whether it is the socket's. */
static void find(const char *path, unsigned port, unsigned remote, int fd)
{
	char line[512];
	FILE *file = fopen(path, "r");
	int lines = 0, found = 0;
	while (file && fgets(line, sizeof(line), file)) {
		char local[33], other[33];
		unsigned local_port, other_port, state, sent, received, timer, retries, uid;
		unsigned long when, inode;
		if (!lines++)
			continue;
		if (sscanf(line, "%*d: %32[0-9A-F]:%X %32[0-9A-F]:%X %X %X:%X %X:%lX %X %u %*d %lu", local, &local_port, other, &other_port, &state, &sent, &received,
		           &timer, &when, &retries, &uid, &inode) != 12) {
			printf("%s: malformed: %s", path, line);
			continue;
		}
		if (local_port != port || other_port != remote)
			continue;
		found++;
		printf("%s: %s to %s state %02X sent %u received %s%d timer %u retries %u%s\n", path, local, other, state, sent, received > 256 ? "more than " : "",
		       received > 256 ? 256 : (int)received, timer, retries, inode == inode_of(fd) ? ", its inode" : "");
	}
	if (file)
		fclose(file);
	if (!found)
		printf("%s: none\n", path);
}

static void streams(void)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in6 any6 = { .sin6_family = AF_INET6 };
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), bound = socket(AF_INET, SOCK_STREAM, 0), v6 = socket(AF_INET6, SOCK_STREAM, 0);
	bind(bound, (struct sockaddr *)&name, sizeof(name));
	bind(listener, (struct sockaddr *)&name, sizeof(name));
	find("/proc/net/tcp", port_of(bound), 0, bound);
	listen(listener, 7);
	name.sin_port = htons(port_of(listener));
	find("/proc/net/tcp", port_of(listener), 0, listener);
	SAY(connect(client, (struct sockaddr *)&name, sizeof(name)));
	find("/proc/net/tcp", port_of(listener), 0, listener);
	int server = accept(listener, NULL, NULL);
	find("/proc/net/tcp", port_of(listener), 0, listener);
	find("/proc/net/tcp", port_of(client), port_of(listener), client);
	SAY(send(server, "hello", 5, 0));
	char byte;
	recv(client, &byte, 1, 0);
	find("/proc/net/tcp", port_of(client), port_of(listener), client);
	SAY(bind(v6, (struct sockaddr *)&any6, sizeof(any6)));
	listen(v6, 1);
	find("/proc/net/tcp6", port_of(v6), 0, v6);
	find("/proc/net/tcp", port_of(v6), 0, v6);
	close(v6);
	close(bound);
	close(listener);
	unsigned port = port_of(server), other = port_of(client);
	recv(client, (char[4]){ 0 }, 4, MSG_WAITALL);
	close(server);
	SAY(recv(client, &byte, 1, 0));
	find("/proc/net/tcp", other, port, client);
	close(client);
	find("/proc/net/tcp", port, other, -1);
}

static void datagrams(void)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int one = socket(AF_INET, SOCK_DGRAM, 0), two = socket(AF_INET, SOCK_DGRAM, 0);
	bind(one, (struct sockaddr *)&name, sizeof(name));
	find("/proc/net/udp", port_of(one), 0, one);
	name.sin_port = htons(port_of(one));
	SAY(connect(two, (struct sockaddr *)&name, sizeof(name)));
	find("/proc/net/udp", port_of(two), port_of(one), two);
	SAY(send(two, "datagram", 8, 0));
	find("/proc/net/udp", port_of(one), 0, one);
	close(one);
	close(two);
}

static void local(void)
{
	char line[512];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), pair[2];
	bind_to(fd, "@rr-proc-net");
	listen(fd, 5);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	for (int i = 0; i < 2; i++) {
		FILE *file = fopen("/proc/net/unix", "r");
		while (file && fgets(line, sizeof(line), file)) {
			char path[128] = "";
			unsigned references, protocol, flags, type, state;
			unsigned long inode;
			if (sscanf(line, "%*[0-9a-fA-F]: %X %X %X %X %X %lu %127s", &references, &protocol, &flags, &type, &state, &inode, path) >= 6 && inode == inode_of(i ? pair[0] : fd))
				printf("unix: protocol %u flags %#x type %u state %u path %s\n", protocol, flags, type, state, path);
		}
		fclose(file);
	}
	close(fd);
	close(pair[0]);
	close(pair[1]);
}

static void one_line(const char *path)
{
	char line[128] = "";
	FILE *file = fopen(path, "r");
	if (!file || !fgets(line, sizeof(line), file))
		printf("%s: %s\n", path, errno_name(errno));
	else
		printf("%s: %s", path, line);
	if (file)
		fclose(file);
}

static void device(void)
{
	char line[512];
	FILE *file = fopen("/proc/net/dev", "r");
	for (int i = 0; file && fgets(line, sizeof(line), file); i++) {
		unsigned long bytes, packets, sent_bytes, sent;
		if (i < 2)
			fputs(line, stdout);
		else if (sscanf(line, " lo: %lu %lu %*u %*u %*u %*u %*u %*u %lu %lu", &bytes, &packets, &sent_bytes, &sent) == 4)
			printf("lo: %s %s\n", packets && bytes > packets ? "received" : "nothing", sent && sent_bytes > sent ? "sent" : "nothing");
	}
	fclose(file);
}

int main(void)
{
	streams();
	datagrams();
	local();
	device();
	one_line("/proc/sys/net/core/somaxconn");
	one_line("/proc/sys/net/ipv4/ip_local_port_range");
	one_line("/proc/sys/net/ipv4/tcp_fin_timeout");
	SAY(open("/proc/sys/net/core/nosuch", O_RDONLY));
	SAY(open("/proc/net/nosuch", O_RDONLY));
	SAY(chdir("/proc/sys/net/core"));
	SAY_OK(access("somaxconn", R_OK));
	SAY(open("somaxconn/x", O_RDONLY));
	struct stat status;
	SAY(stat("/proc/net/tcp", &status));
	printf("mode %o size %ld\n", status.st_mode, (long)status.st_size);
	SAY(stat("/proc/sys/net", &status));
	printf("mode %o\n", status.st_mode);
	return 0;
}
