/* What the mode of files and directories allows a user who is not root: EACCES and EPERM of the calls on files. */
#include "calls.h"
#include <linux/fs.h>
#include <linux/stat.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static struct stat st;
static int place, closed_fd, theirs;

static int kind(const char *name) { return lstat(name, &st) ? 0 : (int)(st.st_mode & S_IFMT); }

static void looking(void)
{
	char text[64];
	struct timespec times[2] = { { 1, 0 }, { 2, 0 } };
	CALL(stat, "below a closed directory", "closed/f", &st);
	CALL(lstat, "below a closed directory", "closed/f", &st);
	CALL(newfstatat, "below a closed directory", AT_FDCWD, "closed/f", &st, 0);
	CALL(newfstatat, "below a closed directory's descriptor", closed_fd, "f", &st, 0);
	CALL(stat, "the closed directory itself", "closed", &st);
	CALL(access, "below a closed directory", "closed/f", F_OK);
	CALL(access, "to read what is not to be read", "secret", R_OK);
	CALL(access, "to write what is not to be written", "readable", W_OK);
	CALL(access, "to read what is to be read", "readable", R_OK);
	CALL(faccessat, "to read what is not to be read", place, "secret", R_OK);
	CALL(faccessat2, "to read what is not to be read", place, "secret", R_OK, AT_EACCESS);
	CALL(readlink, "below a closed directory", "closed/l", text, sizeof(text));
	CALL(readlinkat, "below a closed directory", closed_fd, "l", text, sizeof(text));
	CALL(statx, "below a closed directory", AT_FDCWD, "closed/f", 0, STATX_BASIC_STATS, text);
	CALL(statfs, "below a closed directory", "closed/f", text);
	CALL(getxattr, "of what is not to be read", "secret", "user.a", text, sizeof(text));
	CALL(listxattr, "below a closed directory", "closed/f", text, sizeof(text));
	CALL(chdir, "into a closed directory", "closed");
	CALL(fchdir, "into a closed directory", closed_fd);
	CALL(chroot, "without privilege", ".");
	CALL(chroot, "to a closed directory", "closed");
	CALL(utimensat, "to the present, of what is not to be written", place, "readable", NULL, 0);
	CALL(utimensat, "to another time, of another's", place, "shared", times, 0);
	CALL(utimensat, "to the present, of what is to be written", place, "shared", NULL, 0);
	CALL(utimes, "to the present, of what is not to be written", "readable", NULL);
	CALL(utimes, "to another time, of another's", "shared", (&(struct timeval[2]){ 0 }));
	CALL(utime, "to the present, of what is not to be written", "readable", NULL);
	CALL(utime, "to another time, of another's", "shared", (&(struct utimbuf[1]){ 0 }));
	CALL(futimesat, "to the present, of what is not to be written", place, "readable", NULL);
}

static void opening(void)
{
	CALL(open, "to read what is not to be read", "secret", O_RDONLY);
	CALL(open, "to write what is not to be written", "readable", O_WRONLY);
	CALL(open, "to shorten what is not to be written", "readable", O_RDONLY | O_TRUNC);
	CALL_OK(open, "to read what is to be read", "readable", O_RDONLY);
	CALL(open, "below a closed directory", "closed/f", O_RDONLY);
	CALL(open, "made in another's directory", "new", O_CREAT | O_WRONLY, 0600);
	CALL(open, "made in another's directory, there", "readable", O_CREAT | O_RDONLY, 0600);
	CALL(open, "made where it is, not to replace", "readable", O_CREAT | O_EXCL | O_RDONLY, 0600);
	CALL(open, "a nameless one in another's directory", ".", O_TMPFILE | O_RDWR, 0600);
	CALL(open, "another's, not to touch", "readable", O_RDONLY | O_NOATIME);
	CALL(open, "a directory that is not to be listed", "unlisted", O_RDONLY);
	CALL_OK(open, "in a directory that is not to be listed", "unlisted/f", O_RDONLY);
	CALL(openat, "to write what is not to be written", place, "readable", O_WRONLY);
	CALL(creat, "what is not to be written", "readable", 0600);
	CALL(creat, "in another's directory", "new", 0600);
	CALL_OK(creat, "read-only in one's own directory, to write", "mine/readonly", 0400);
	CALL(open, "the same again", "mine/readonly", O_WRONLY);
	stat("mine/readonly", &st);
	EFFECT(creat, "belongs to who made it", st.st_uid == 1000 && st.st_gid == 1001);
	CALL(truncate, "what is not to be written", "readable", 0);
	CALL(truncate, "below a closed directory", "closed/f", 0);
	CALL(execve, "what is not to be executed", "readable", NULL, NULL);
	CALL(execve, "below a closed directory", "closed/f", NULL, NULL);
}

static void changing(void)
{
	CALL(chmod, "another's", "shared", 0777);
	CALL(chmod, "below a closed directory", "closed/f", 0777);
	CALL(fchmod, "another's", theirs, 0777);
	CALL(fchmodat, "another's", place, "shared", 0777);
	CALL(fchmodat2, "another's", place, "shared", 0777, 0);
	CALL(chmod, "one's own, with the set-group-ID bit of another group", "mine/group", 02777);
	stat("mine/group", &st);
	SHOWS(chmod, "then the mode, octal", "%o", st.st_mode & 07777);
	CALL(chown, "another's", "shared", 1000, -1);
	CALL(chown, "one's own, to another", "mine/f", 0, -1);
	CALL(chown, "one's own, to another group", "mine/f", -1, 0);
	CALL(chown, "one's own, to one's group", "mine/f", -1, 1002);
	CALL(chown, "below a closed directory", "closed/f", 1000, -1);
	CALL(lchown, "another's", "shared", 1000, -1);
	CALL(fchown, "another's", theirs, 1000, -1);
	CALL(fchownat, "another's", place, "shared", 1000, -1, 0);
	CALL(setxattr, "of what is not to be written", "readable", "user.a", "x", 1, 0);
	CALL(setxattr, "trusted", "mine/f", "trusted.a", "x", 1, 0);
	CALL(lsetxattr, "of what is not to be written", "readable", "user.a", "x", 1, 0);
	CALL(removexattr, "of what is not to be written", "readable", "user.a");
}

static void naming(void)
{
	CALL(mkdir, "in another's directory", "new", 0755);
	CALL(mkdir, "what is there, in another's directory", "readable", 0755);
	CALL(mkdirat, "in another's directory", place, "new", 0755);
	CALL(mknod, "in another's directory", "new", S_IFIFO | 0600, 0);
	CALL(mknod, "a device in one's own directory", "mine/device", S_IFCHR | 0600, 0x103);
	CALL(mknodat, "in another's directory", place, "new", S_IFIFO | 0600, 0);
	CALL(symlink, "in another's directory", "x", "new");
	CALL(symlinkat, "in another's directory", "x", place, "new");
	CALL(link, "in another's directory", "mine/f", "new");
	CALL(linkat, "in another's directory", AT_FDCWD, "mine/f", place, "new", 0);
	CALL(unlink, "in another's directory", "shared");
	CALL(unlink, "a directory in another's directory", "mine");
	CALL(unlink, "nothing in another's directory", "absent");
	CALL(unlinkat, "in another's directory", place, "shared", 0);
	CALL(unlink, "another's in a sticky directory", "sticky/theirs");
	CALL(unlink, "one's own in a sticky directory", "sticky/mine");
	CALL(rmdir, "in another's directory", "mine");
	CALL(rmdir, "another's in a sticky directory", "sticky/d");
	CALL(rename, "from another's directory", "shared", "mine/x");
	CALL(rename, "into another's directory", "mine/f", "new");
	CALL(rename, "another's in a sticky directory", "sticky/theirs", "sticky/x");
	CALL(rename, "over another's in a sticky directory", "mine/f", "sticky/theirs");
	CALL(renameat, "from another's directory", place, "shared", place, "x");
	CALL(renameat2, "exchanged with another's in a sticky directory", AT_FDCWD, "mine/f", AT_FDCWD, "sticky/theirs", RENAME_EXCHANGE);
	CALL(rename, "another's directory to another place", "mine/theirs", "mine/d/theirs");
	CALL(rename, "another's directory in its place", "mine/theirs", "mine/renamed");
	CALL(rename, "one's own", "mine/f", "mine/g");
	EFFECT(rename, "is done", kind("mine/g") == S_IFREG && kind("mine/f") == 0);
}

static void as_user(void)
{
	unsigned groups[1] = { 1002 };
	RAW(setgroups, 1, groups);
	RAW(setresgid, 1001, 1001, 1001);
	RAW(setresuid, 1000, 1000, 1000);
	looking();
	opening();
	changing();
	naming();
}

static void by_group(void)
{
	RAW(setresgid, 2000, 2000, 2000);
	RAW(setresuid, 1003, 1003, 1003);
	CALL_OK(open, "by the group's right", "for-group", O_RDONLY);
	CALL(open, "against the group's right", "for-group", O_WRONLY);
}

static void for_files_only(void)
{
	RAW(setfsuid, 1000);
	CALL(open, "as another user of files", "secret", O_RDONLY);
	RAW(setfsuid, 0);
	CALL_OK(open, "as root again", "secret", O_RDONLY);
	RAW(setresuid, 1000, 0, 0);
	CALL(access, "as the real user", "secret", R_OK);
	CALL(faccessat2, "as the effective user", AT_FDCWD, "secret", R_OK, AT_EACCESS);
}

static void put(const char *path, unsigned mode, unsigned uid, unsigned gid)
{
	put_file(path, "text");
	if (chown(path, uid, gid) || chmod(path, mode))
		perror(path);
}

int main(void)
{
	files_enter();
	chmod(".", 0755);
	mkdir("closed", 0700), mkdir("unlisted", 0711), mkdir("mine", 0755), mkdir("sticky", 01777), mkdir("sticky/d", 0777), mkdir("mine/theirs", 0755), mkdir("mine/d", 0777);
	put("closed/f", 0777, 0, 0), put("unlisted/f", 0644, 0, 0), put("secret", 0600, 0, 0), put("readable", 0644, 0, 0), put("shared", 0666, 0, 0);
	put("sticky/theirs", 0666, 0, 0), put("sticky/mine", 0666, 1000, 1001), put("mine/f", 0644, 1000, 1001), put("mine/group", 0644, 1000, 0), put("for-group", 0640, 0, 2000);
	if (symlink("x", "closed/l") || chown("mine", 1000, 1001) || setxattr("readable", "user.a", "a", 1, 0))
		perror("preparing");
	place = open(".", O_RDONLY), closed_fd = open("closed", O_RDONLY), theirs = open("shared", O_RDWR);
	calls_apart(as_user);
	calls_apart(by_group);
	calls_apart(for_files_only);
	files_leave();
	return 0;
}
