/* utime(2), utimes(2), futimesat(2), utimensat(2). */
#include "calls.h"
#include <sys/time.h>
#include <time.h>
#include <utime.h>

static char long_name[300];
static struct stat st;
static int directory, file, path;

static int set_to(const char *name, long access_seconds, long access_ns, long change_seconds, long change_ns)
{
	return lstat(name, &st) == 0 && st.st_atim.tv_sec == access_seconds && st.st_atim.tv_nsec == access_ns && st.st_mtim.tv_sec == change_seconds &&
	       st.st_mtim.tv_nsec == change_ns;
}
/* Set within the last minute. */
static int fresh(const char *name)
{
	long now = time(NULL);
	return lstat(name, &st) == 0 && st.st_mtim.tv_sec <= now + 1 && st.st_mtim.tv_sec > now - 60 && st.st_atim.tv_sec > now - 60;
}

static void old_forms(void)
{
	struct utimbuf seconds = { 1, 2 };
	struct timeval times[2] = { { 3, 4 }, { 5, 6 } }, bad[2] = { { 3, 1000000 }, { 5, 6 } }, negative[2] = { { 3, 0 }, { 5, -1 } };
	CALL(utime, "in seconds", "f", &seconds);
	EFFECT(utime, "is done", set_to("f", 1, 0, 2, 0));
	CALL(utime, "now", "f", NULL);
	EFFECT(utime, "is done", fresh("f"));
	CALL(utime, "nothing there", "absent", &seconds);
	CALL(utime, "no name", "", &seconds);
	CALL(utime, "below a file", "f/x", &seconds);
	CALL(utime, "a link to itself", "loop", &seconds);
	CALL(utime, "a long name", long_name, &seconds);
	CALL(utime, "a wild path", BAD, &seconds);
	CALL(utime, "no path", NULL, &seconds);
	CALL(utime, "wild times", "f", BAD);
	CALL(utimes, "in microseconds", "f", times);
	EFFECT(utimes, "is done", set_to("f", 3, 4000, 5, 6000));
	CALL(utimes, "through a link", "link", NULL);
	EFFECT(utimes, "is done", fresh("f"));
	CALL(utimes, "a million microseconds", "f", bad);
	CALL(utimes, "microseconds below zero", "f", negative);
	CALL(utimes, "nothing there", "absent", times);
	CALL(utimes, "no name", "", times);
	CALL(utimes, "below a file", "f/x", times);
	CALL(utimes, "a link to itself", "loop", times);
	CALL(utimes, "a wild path", BAD, times);
	CALL(utimes, "no path", NULL, times);
	CALL(utimes, "wild times", "f", BAD);
	CALL(futimesat, "below a directory", directory, "inside", times);
	EFFECT(futimesat, "is done", set_to("d/inside", 3, 4000, 5, 6000));
	CALL(futimesat, "the descriptor itself", file, NULL, times);
	EFFECT(futimesat, "is done", set_to("f", 3, 4000, 5, 6000));
	CALL(futimesat, "a million microseconds", directory, "inside", bad);
	CALL(futimesat, "no such descriptor", 99, "inside", times);
	CALL(futimesat, "no such descriptor itself", 99, NULL, times);
	CALL(futimesat, "below a file", file, "inside", times);
	CALL(futimesat, "nothing there", directory, "absent", times);
	CALL(futimesat, "a wild path", directory, BAD, times);
	CALL(futimesat, "wild times", directory, "inside", BAD);
}

static void exact(void)
{
	struct timespec times[2] = { { 7, 8 }, { 9, 10 } }, bad[2] = { { 7, 1000000000 }, { 9, 10 } }, before[2] = { { -1, 5 }, { -2, 6 } };
	struct timespec omitted[2] = { { 0, UTIME_OMIT }, { 11, 12 } }, now[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } }, none[2] = { { 0, UTIME_OMIT }, { 0, UTIME_OMIT } };
	CALL(utimensat, "below a directory", directory, "inside", times, 0);
	EFFECT(utimensat, "is done", set_to("d/inside", 7, 8, 9, 10));
	CALL(utimensat, "one only", directory, "inside", omitted, 0);
	EFFECT(utimensat, "is done", set_to("d/inside", 7, 8, 11, 12));
	CALL(utimensat, "before 1970", directory, "inside", before, 0);
	EFFECT(utimensat, "is done", set_to("d/inside", -1, 5, -2, 6));
	CALL(utimensat, "none", directory, "inside", none, 0);
	CALL(utimensat, "none, nothing there", directory, "absent", none, 0);
	CALL(utimensat, "now", directory, "inside", now, 0);
	EFFECT(utimensat, "is done", fresh("d/inside"));
	CALL(utimensat, "the descriptor itself", file, NULL, times, 0);
	EFFECT(utimensat, "is done", set_to("f", 7, 8, 9, 10));
	CALL(utimensat, "the descriptor by no name", file, "", omitted, AT_EMPTY_PATH);
	EFFECT(utimensat, "is done", set_to("f", 7, 8, 11, 12));
	CALL(utimensat, "a link itself", AT_FDCWD, "link", times, AT_SYMLINK_NOFOLLOW);
	EFFECT(utimensat, "is done", set_to("link", 7, 8, 9, 10));
	CALL(utimensat, "a link to nothing, followed", AT_FDCWD, "loop", times, 0);
	CALL(utimensat, "a billion nanoseconds", directory, "inside", bad, 0);
	CALL(utimensat, "no such flag", directory, "inside", times, 0x8000);
	CALL(utimensat, "no path and a flag", file, NULL, times, AT_SYMLINK_NOFOLLOW);
	CALL(utimensat, "no path and no descriptor", AT_FDCWD, NULL, times, 0);
	CALL(utimensat, "no such descriptor", 99, "inside", times, 0);
	CALL(utimensat, "no such descriptor itself", 99, NULL, times, 0);
	CALL(utimensat, "O_PATH itself", path, NULL, times, 0);
	CALL(utimensat, "below a file", file, "inside", times, 0);
	CALL(utimensat, "nothing there", directory, "absent", times, 0);
	CALL(utimensat, "no name", directory, "", times, 0);
	CALL(utimensat, "a long name", directory, long_name, times, 0);
	CALL(utimensat, "a wild path", directory, BAD, times, 0);
	CALL(utimensat, "wild times", directory, "inside", BAD, 0);
}

int main(void)
{
	files_enter();
	memset(long_name, 'n', 256);
	mkdir("d", 0755);
	put_file("f", "");
	put_file("d/inside", "");
	if (symlink("loop", "loop") || symlink("f", "link"))
		perror("preparing");
	directory = open("d", O_RDONLY), file = open("f", O_RDONLY), path = open("f", O_PATH);
	old_forms();
	exact();
	files_leave();
	return 0;
}
