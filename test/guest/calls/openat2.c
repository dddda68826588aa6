/* openat2(2). */
#include "calls.h"
#include <linux/openat2.h>

static struct open_how how;
static struct open_how *how_of(unsigned long flags, unsigned long mode, unsigned long resolve)
{
	how = (struct open_how){ flags, mode, resolve };
	return &how;
}
#define OPEN(what, path, flags, mode, resolve) CALL_OK(openat2, what, place, path, how_of(flags, mode, resolve), sizeof(how))

int main(void)
{
	struct {
		struct open_how known;
		long more;
	} larger = { { O_RDONLY, 0, 0 }, 0 };
	struct stat st;
	files_enter();
	mkdir("d", 0755), mkdir("d/e", 0755);
	put_file("f", "text"), put_file("d/inside", "inside");
	if (symlink("inside", "d/link") || symlink("../f", "d/up") || symlink("/inside", "d/absolute") || symlink("/proc/self/fd/0", "d/magic") || symlink("e", "d/dlink"))
		perror("preparing");
	int place = open("d", O_RDONLY);

	int fd = OPEN("a file", "inside", O_RDONLY, 0, 0);
	EFFECT(openat2, "which is that", read(fd, &st, 6) == 6 && memcmp(&st, "inside", 6) == 0);
	fd = OPEN("made", "made", O_RDWR | O_CREAT | O_EXCL, 0640, 0);
	EFFECT(openat2, "its mode", fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0640);
	OPEN("what is there, not to replace", "made", O_RDWR | O_CREAT | O_EXCL, 0640, 0);
	OPEN("nothing there", "absent", O_RDONLY, 0, 0);
	OPEN("no such flag", "inside", 1ul << 40, 0, 0);
	OPEN("a mode where nothing is made", "inside", O_RDONLY, 0640, 0);
	OPEN("more mode than there is", "new", O_RDWR | O_CREAT, 010640, 0);
	OPEN("no such way to resolve", "inside", O_RDONLY, 0, 0x100);
	OPEN("beneath and in the root", "inside", O_RDONLY, 0, RESOLVE_BENEATH | RESOLVE_IN_ROOT);
	OPEN("O_PATH to write", "inside", O_PATH | O_RDWR, 0, 0);
	OPEN("made, only if nothing need be waited for", "new", O_RDWR | O_CREAT, 0600, RESOLVE_CACHED);
	CALL(openat2, "less than there must be", place, "inside", &how, 16);
	CALL(openat2, "more than a page", place, "inside", &how, 5000);
	CALL_OK(openat2, "more than is known, zero", place, "inside", &larger, sizeof(larger));
	larger.more = 1;
	CALL(openat2, "more than is known, not zero", place, "inside", &larger, sizeof(larger));
	CALL(openat2, "a wild pointer", place, "inside", BAD, sizeof(how));
	CALL(openat2, "a wild path", place, BAD, how_of(O_RDONLY, 0, 0), sizeof(how));
	CALL(openat2, "no such descriptor", 99, "inside", how_of(O_RDONLY, 0, 0), sizeof(how));

	OPEN("beneath: down and up", "e/../inside", O_RDONLY, 0, RESOLVE_BENEATH);
	OPEN("beneath: up", "../f", O_RDONLY, 0, RESOLVE_BENEATH);
	OPEN("beneath: by a link", "link", O_RDONLY, 0, RESOLVE_BENEATH);
	OPEN("beneath: by a link upwards", "up", O_RDONLY, 0, RESOLVE_BENEATH);
	OPEN("beneath: absolute", "/proc", O_RDONLY, 0, RESOLVE_BENEATH);
	OPEN("beneath: by an absolute link", "absolute", O_RDONLY, 0, RESOLVE_BENEATH);
	OPEN("beneath: made above", "../new", O_RDWR | O_CREAT, 0600, RESOLVE_BENEATH);
	OPEN("in the root: up stays", "../inside", O_RDONLY, 0, RESOLVE_IN_ROOT);
	OPEN("in the root: absolute", "/inside", O_RDONLY, 0, RESOLVE_IN_ROOT);
	OPEN("in the root: by an absolute link", "absolute", O_RDONLY, 0, RESOLVE_IN_ROOT);
	OPEN("in the root: by a link upwards", "up", O_RDONLY, 0, RESOLVE_IN_ROOT);
	OPEN("without links: a link", "link", O_RDONLY, 0, RESOLVE_NO_SYMLINKS);
	OPEN("without links: below a link", "dlink/../inside", O_RDONLY, 0, RESOLVE_NO_SYMLINKS);
	OPEN("without links: the link itself", "link", O_PATH | O_NOFOLLOW, 0, RESOLVE_NO_SYMLINKS);
	OPEN("without links: none", "e/../inside", O_RDONLY, 0, RESOLVE_NO_SYMLINKS);
	OPEN("without magic: a link", "link", O_RDONLY, 0, RESOLVE_NO_MAGICLINKS);
	OPEN("without magic: by one", "magic", O_PATH, 0, RESOLVE_NO_MAGICLINKS);
	OPEN("within a mount: down", "e", O_RDONLY, 0, RESOLVE_NO_XDEV);
	OPEN("within a mount: to another", "../../../../proc/uptime", O_RDONLY, 0, RESOLVE_NO_XDEV);
	place = open("/", O_RDONLY);
	OPEN("within a mount: down to another", "proc/uptime", O_RDONLY, 0, RESOLVE_NO_XDEV);
	OPEN("at the root: down to another mount", "proc/uptime", O_RDONLY, 0, 0);
	files_leave();
	return 0;
}
