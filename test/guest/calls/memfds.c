/* memfd_create(2) and seals. */
#include "calls.h"
#include <linux/memfd.h>

static void sealing(void)
{
	char text[8] = "", *shown;
	int fd = CALL_OK(memfd_create, "to be sealed", "name", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	struct stat st;
	fstat(fd, &st);
	EFFECT(memfd_create, "what it is", S_ISREG(st.st_mode) && st.st_size == 0 && st.st_nlink == 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC && fcntl(fd, F_GETFL) == (O_RDWR | O_LARGEFILE));
	char link[40], target[60] = "";
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, target, sizeof(target) - 1) > 0)
		SHOWS(memfd_create, "its name", "%s", target);
	EFFECT(memfd_create, "holds what is written", write(fd, "content", 7) == 7 && pread(fd, text, 7, 0) == 7 && strcmp(text, "content") == 0);
	CALL(fcntl, "F_GET_SEALS", fd, F_GET_SEALS);
	CALL(fcntl, "F_ADD_SEALS, no such", fd, F_ADD_SEALS, 0x1000);
	CALL(fcntl, "F_ADD_SEALS against shrinking", fd, F_ADD_SEALS, F_SEAL_SHRINK);
	CALL(ftruncate, "what must not shrink", fd, 3);
	CALL(ftruncate, "longer", fd, 5000);
	CALL(fcntl, "F_ADD_SEALS against growing", fd, F_ADD_SEALS, F_SEAL_GROW);
	CALL(ftruncate, "what must not grow", fd, 6000);
	CALL(fallocate, "what must not grow", fd, 0, 0, 9000);
	CALL(pwrite64, "behind its end, what must not grow", fd, text, 7, 5000);
	CALL(pwrite64, "across its end, what must not grow", fd, text, 7, 4997);
	static char much[8192];
	CALL(pwrite64, "pages across its end, what must not grow", fd, much, 8192, 0);
	shown = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CALL(fcntl, "F_ADD_SEALS against writing, while it is mapped to write", fd, F_ADD_SEALS, F_SEAL_WRITE);
	munmap(shown, 4096);
	CALL(fcntl, "F_ADD_SEALS against writing", fd, F_ADD_SEALS, F_SEAL_WRITE);
	CALL(write, "what must not be written", fd, text, 1);
	CALL(fallocate, "a hole in what must not be written", fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096);
	CALL(mmap, "what must not be written, shared to write", NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CALL_OK(mmap, "what must not be written, private to write", NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	shown = (char *)CALL_OK(mmap, "what must not be written, shared to read", NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	CALL(mprotect, "writing to what must not be written", shown, 4096, PROT_READ | PROT_WRITE);
	CALL(fcntl, "F_ADD_SEALS against sealing", fd, F_ADD_SEALS, F_SEAL_SEAL);
	CALL(fcntl, "F_ADD_SEALS after that", fd, F_ADD_SEALS, F_SEAL_GROW);
	CALL(fcntl, "F_GET_SEALS of it all", fd, F_GET_SEALS);
	CALL(read, "what is sealed", fd, text, 1);
	close(fd);
}

int main(void)
{
	char name[251];
	files_enter();
	sealing();
	int fd = CALL_OK(memfd_create, "not to be sealed", "", 0);
	CALL(fcntl, "F_GET_SEALS", fd, F_GET_SEALS);
	CALL(fcntl, "F_ADD_SEALS", fd, F_ADD_SEALS, F_SEAL_GROW);
	close(fd);
	memset(name, 'n', 250);
	name[250] = 0;
	CALL(memfd_create, "250 bytes of name", name, 0);
	name[249] = 0;
	CALL_OK(memfd_create, "249 bytes of name", name, 0);
	CALL(memfd_create, "no such flag", "name", 0x40);
	CALL(memfd_create, "a wild pointer", BAD, 0);
	files_leave();
	return 0;
}
