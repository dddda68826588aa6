/* Bytes moved between sockets and pipes or files. */
#include "sockets.h"

int main(void)
{
	int ends[2], pair[2];
	char bytes[20] = "";
	files_enter();
	signal(SIGPIPE, SIG_IGN);
	pipe(ends);
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	write(ends[1], "through a pipe", 14);
	SAY(splice(ends[0], NULL, pair[0], NULL, 100, 0));
	show_received("spliced", pair[1], 0, 100);
	write(pair[1], "back", 4);
	SAY(splice(pair[0], NULL, ends[1], NULL, 100, 0));
	SAY(read(ends[0], bytes, 20));
	SAY(splice(pair[0], NULL, ends[1], NULL, 100, SPLICE_F_NONBLOCK));
	SAY(fcntl(pair[0], F_GETFL));
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	SAY(splice(pair[0], NULL, ends[1], NULL, 100, 0));
	SAY(splice(pair[0], NULL, pair[1], NULL, 100, 0));
	SAY(splice(pair[0], &(loff_t){ 0 }, ends[1], NULL, 100, 0));
	close(pair[1]);
	SAY(splice(pair[0], NULL, ends[1], NULL, 100, 0));
	write(ends[1], "x", 1);
	SAY(splice(ends[0], NULL, pair[0], NULL, 100, 0));
	put_file("file", "abc");
	int file = open("file", O_RDWR);
	SAY(sendfile(pair[0], file, &(off_t){ 0 }, 3));
	SAY(sendfile(file, pair[0], NULL, 3));
	files_leave();
	return 0;
}
