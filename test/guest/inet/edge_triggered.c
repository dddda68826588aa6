/* Edge-triggered epoll under load: a server echoes on many connections, reading and writing until EAGAIN; thousands of events, and not one may be missed. epoll(7). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include "../sockets/sockets.h"

#define CONNECTIONS 60
#define ROUNDS 60
#define MOST 20000

static int server_fd;

struct connection {
	int fd;
	size_t held, start;
	char data[65536];
};

/* Echo what is there until there is no more, or no room. False: the other end is done. */
static int serve(struct connection *connection)
{
	for (;;) {
		if (connection->start < connection->held) {
			long sent = send(connection->fd, connection->data + connection->start, connection->held - connection->start, MSG_NOSIGNAL);
			if (sent < 0)
				return errno == EAGAIN;
			connection->start += sent;
			continue;
		}
		long got = recv(connection->fd, connection->data, sizeof(connection->data), 0);
		if (got <= 0)
			return got < 0 && errno == EAGAIN;
		connection->held = got;
		connection->start = 0;
	}
}

static void *server(void *unused)
{
	int epoll = epoll_create1(0), closed = 0;
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	epoll_ctl(epoll, EPOLL_CTL_ADD, server_fd, &event);
	while (closed < CONNECTIONS) {
		struct epoll_event events[16];
		int count = epoll_wait(epoll, events, 16, 30000);
		if (count <= 0) {
			printf("server: waited in vain\n");
			exit(1);
		}
		for (int i = 0; i < count; i++) {
			struct connection *connection = events[i].data.ptr;
			int fd;
			while (!connection && (fd = accept4(server_fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
				struct connection *new = calloc(1, sizeof(*new));
				new->fd = fd;
				event = (struct epoll_event){ .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = new };
				epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
			}
			if (connection && !serve(connection)) {
				close(connection->fd);
				free(connection);
				closed++;
			}
		}
	}
	close(epoll);
	return unused;
}

struct client {
	int fd, rounds;
	size_t size, sent, got;
	unsigned seed, wrong;
};

static unsigned random_of(unsigned *seed) { return *seed = *seed * 1103515245u + 12345u, *seed >> 8; }

/* Send and receive what can be; then the next round. False: done. */
static int go_on(struct client *client)
{
	static char out[MOST], in[MOST];
	for (;;) {
		long moved = 0, n;
		memset(out, client->rounds & 0x7f, client->size);
		if (client->sent < client->size && (n = send(client->fd, out, client->size - client->sent, MSG_NOSIGNAL)) > 0)
			client->sent += n, moved += n;
		if ((n = recv(client->fd, in, sizeof(in), 0)) > 0) {
			for (long i = 0; i < n; i++)
				client->wrong += in[i] != (client->rounds & 0x7f);
			client->got += n, moved += n;
		}
		if (client->got == client->size) {
			if (++client->rounds == ROUNDS)
				return 0;
			client->size = 1 + random_of(&client->seed) % (client->rounds % 4 ? 300 : MOST);
			client->sent = client->got = 0;
			continue;
		}
		if (!moved)
			return 1;
	}
}

int main(void)
{
	static struct client clients[CONNECTIONS];
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof(name);
	pthread_t thread;
	int epoll = epoll_create1(0), left = CONNECTIONS;
	unsigned wrong = 0, rounds = 0;
	server_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	bind(server_fd, (struct sockaddr *)&name, sizeof(name));
	listen(server_fd, CONNECTIONS);
	getsockname(server_fd, (struct sockaddr *)&name, &length);
	pthread_create(&thread, NULL, server, NULL);
	for (int i = 0; i < CONNECTIONS; i++) {
		struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = &clients[i] };
		clients[i] = (struct client){ .fd = socket(AF_INET, SOCK_STREAM, 0), .seed = i + 1, .size = 100 };
		if (connect(clients[i].fd, (struct sockaddr *)&name, sizeof(name)))
			printf("connect: %s\n", errno_name(errno));
		fcntl(clients[i].fd, F_SETFL, O_NONBLOCK);
		epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &event);
	}
	while (left) {
		struct epoll_event events[16];
		int count = epoll_wait(epoll, events, 16, 30000);
		if (count <= 0) {
			printf("client: waited in vain, %d left\n", left);
			return 1;
		}
		for (int i = 0; i < count; i++) {
			struct client *client = events[i].data.ptr;
			if (client->fd < 0 || go_on(client))
				continue;
			rounds += client->rounds;
			wrong += client->wrong;
			close(client->fd);
			client->fd = -1;
			left--;
		}
	}
	pthread_join(thread, NULL);
	printf("%u rounds, %u bytes wrong\n", rounds, wrong);
	return 0;
}
