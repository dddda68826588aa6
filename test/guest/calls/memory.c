/* mmap(2), munmap(2), mprotect(2), mremap(2), msync(2), mincore(2), madvise(2), mlock(2) and its family, brk(2). */
#include "calls.h"
#include "../memory/probe.h"
#include <sys/resource.h>

#define PAGE 4096l
#define HIGH (1l << 62)

static int file, in, out, path, directory, ends[2];

static char *pages(int count) { return mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
static char *hole(void)
{
	char *three = pages(3);
	munmap(three + PAGE, PAGE);
	return three;
}

static void mapping(void)
{
	char *at = (char *)CALL_OK(mmap, "anonymous memory", NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EFFECT(mmap, "is there and zero", at[0] == 0 && (at[PAGE - 1] = 1));
	at = (char *)CALL_OK(mmap, "a file, shared", NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	EFFECT(mmap, "shows it", memcmp(at, "text", 4) == 0);
	at[0] = 'T';
	show_file("f");
	CALL_OK(mmap, "a file for reading, privately to write", NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, in, 0);
	CALL(mmap, "a file for reading, shared to write", NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, in, 0);
	CALL(mmap, "a file for writing", NULL, PAGE, PROT_READ, MAP_PRIVATE, out, 0);
	CALL(mmap, "no length", NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CALL(mmap, "neither shared nor private", NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0);
	CALL(mmap, "off a page", NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 1);
	CALL(mmap, "fixed off a page", 0x10000001, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	CALL(mmap, "no such descriptor", NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0);
	CALL(mmap, "O_PATH", NULL, PAGE, PROT_READ, MAP_PRIVATE, path, 0);
	CALL(mmap, "a directory", NULL, PAGE, PROT_READ, MAP_PRIVATE, directory, 0);
	CALL(mmap, "a pipe", NULL, PAGE, PROT_READ, MAP_PRIVATE, ends[0], 0);
	CALL(mmap, "more than there are addresses", NULL, HIGH, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CALL(mmap, "fixed beyond all addresses", HIGH, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	CALL(mmap, "beyond 64 bits of file", NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, file, -PAGE);
	CALL(mmap, "where something is", at, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	CALL(mmap, "validated, no such flag", NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x800000, file, 0);
	CALL_OK(mmap, "replacing", at, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	EFFECT(mmap, "what was there is gone", at[0] == 0);
	CALL(munmap, "a page", at, PAGE);
	SHOWS(munmap, "reading it then", "%s", probe(at, PROBE_READ));
	CALL(munmap, "where nothing is", at, PAGE);
	CALL(munmap, "no length", at, 0);
	CALL(munmap, "off a page", at + 1, PAGE);
	CALL(munmap, "beyond all addresses", HIGH, PAGE);
	CALL(munmap, "more than there are addresses", at, HIGH);
}

static void address_limit(void)
{
	struct rlimit limit = { 1 << 26, 1 << 26 };
	setrlimit(RLIMIT_AS, &limit);
	CALL(mmap, "beyond RLIMIT_AS", NULL, 1 << 27, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at = pages(1);
	CALL(mremap, "beyond RLIMIT_AS", at, PAGE, 1 << 27, MREMAP_MAYMOVE);
}

static void protecting(void)
{
	char *at = pages(2), *broken = hole();
	CALL(mprotect, "against writing", at, PAGE, PROT_READ);
	SHOWS(mprotect, "writing there", "%s", probe(at, PROBE_WRITE));
	SHOWS(mprotect, "writing behind", "%s", probe(at + PAGE, PROBE_WRITE));
	CALL(mprotect, "against everything", at, PAGE, PROT_NONE);
	SHOWS(mprotect, "reading there", "%s", probe(at, PROBE_READ));
	CALL(mprotect, "nothing", at, 0, PROT_READ);
	CALL(mprotect, "off a page", at + 1, PAGE, PROT_READ);
	CALL(mprotect, "across a hole", broken, 3 * PAGE, PROT_READ);
	CALL(mprotect, "where nothing is", broken + PAGE, PAGE, PROT_READ);
	CALL(mprotect, "no such right", at, PAGE, 0x100);
	CALL(mprotect, "more than there are addresses", at, HIGH, PROT_READ);
	CALL(mprotect, "a length around the end", at, -PAGE, PROT_READ);
	char *shown = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, in, 0);
	CALL(mprotect, "writing to a file opened for reading", shown, PAGE, PROT_READ | PROT_WRITE);
	CALL(mprotect, "growing both ways", at, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP);
	CALL(mprotect, "growing down what does not", at, PAGE, PROT_READ | PROT_GROWSDOWN);
}

static void moving(void)
{
	char *at = pages(4), *broken = hole(), *target = pages(8);
	memset(at, 'm', 4 * PAGE);
	CALL_OK(mremap, "shorter", at, 4 * PAGE, 3 * PAGE, 0);
	SHOWS(mremap, "reading what was cut", "%s", probe(at + 3 * PAGE, PROBE_READ));
	at = (char *)CALL_OK(mremap, "longer", at, 3 * PAGE, 100 * PAGE, MREMAP_MAYMOVE);
	EFFECT(mremap, "with what was there", at[3 * PAGE - 1] == 'm' && at[100 * PAGE - 1] == 0);
	EFFECT(mremap, "to an address", (char *)CALL_OK(mremap, "fixed", at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target && *target == 'm');
	SHOWS(mremap, "reading where it was", "%s", probe(at, PROBE_READ));
	at = pages(2);
	pages(1);
	CALL_OK(mremap, "leaving the old place", at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
	SHOWS(mremap, "reading the old place", "%s", probe(at, PROBE_READ));
	CALL(mremap, "no such flag", at, PAGE, PAGE, 8);
	CALL(mremap, "fixed, not to move", at, PAGE, PAGE, MREMAP_FIXED, target);
	CALL(mremap, "off a page", at + 1, PAGE, PAGE, 0);
	CALL(mremap, "to off a page", at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + 1);
	CALL(mremap, "onto itself", at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + PAGE);
	CALL(mremap, "to no length", at, PAGE, 0, MREMAP_MAYMOVE);
	CALL(mremap, "from no length", at, 0, PAGE, MREMAP_MAYMOVE);
	CALL(mremap, "where nothing is", broken + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	CALL(mremap, "across a hole", broken, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
	CALL(mremap, "more than there are addresses", at, PAGE, HIGH, MREMAP_MAYMOVE);
	char *two = pages(2);
	CALL(mremap, "longer where something is", two, PAGE, 2 * PAGE, 0);
	CALL(mremap, "left, with another length", two, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
}

static void synchronising(void)
{
	char *at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), *broken = hole();
	unsigned char seen[4] = { 0xff, 0xff, 0xff, 0xff };
	CALL(msync, "a file", at, PAGE, MS_SYNC);
	CALL(msync, "later", at, PAGE, MS_ASYNC | MS_INVALIDATE);
	CALL(msync, "now and later", at, PAGE, MS_SYNC | MS_ASYNC);
	CALL(msync, "no such flag", at, PAGE, 8);
	CALL(msync, "off a page", at + 1, PAGE, MS_SYNC);
	CALL(msync, "across a hole", broken, 3 * PAGE, MS_SYNC);
	CALL(msync, "where nothing is", broken + PAGE, PAGE, MS_SYNC);
	CALL(msync, "nothing", at, 0, MS_SYNC);
	char *fresh = pages(3);
	fresh[PAGE] = 1;
	CALL(mincore, "three pages, one touched", fresh, 3 * PAGE, seen);
	SHOWS(mincore, "are in memory", "%d %d %d", seen[0] & 1, seen[1] & 1, seen[2] & 1);
	CALL(mincore, "off a page", fresh + 1, PAGE, seen);
	CALL(mincore, "across a hole", broken, 3 * PAGE, seen);
	CALL(mincore, "a wild vector", fresh, PAGE, BAD);
	CALL(mincore, "more than there are addresses", fresh, HIGH, seen);
	CALL(mincore, "nothing", fresh, 0, seen);
}

static void advising(void)
{
	char *at = pages(2), *broken = hole(), *shown = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), *shown_in = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, in, 0);
	at[0] = 1;
	CALL(madvise, "MADV_DONTNEED", at, PAGE, MADV_DONTNEED);
	EFFECT(madvise, "zero again", at[0] == 0);
	CALL(madvise, "MADV_FREE", at, PAGE, MADV_FREE);
	CALL(madvise, "MADV_FREE of a file", shown, PAGE, MADV_FREE);
	CALL(madvise, "MADV_WILLNEED", at, PAGE, MADV_WILLNEED);
	CALL(madvise, "MADV_SEQUENTIAL", at, PAGE, MADV_SEQUENTIAL);
	CALL(madvise, "MADV_DONTFORK", at, PAGE, MADV_DONTFORK);
	CALL(madvise, "MADV_DOFORK", at, PAGE, MADV_DOFORK);
	CALL(madvise, "MADV_DONTDUMP", at, PAGE, MADV_DONTDUMP);
	CALL(madvise, "MADV_WIPEONFORK", at, PAGE, MADV_WIPEONFORK);
	CALL(madvise, "MADV_WIPEONFORK of a file", shown, PAGE, MADV_WIPEONFORK);
	CALL(madvise, "MADV_KEEPONFORK", at, PAGE, MADV_KEEPONFORK);
	CALL(madvise, "MADV_REMOVE", shown, PAGE, MADV_REMOVE);
	EFFECT(madvise, "the file reads as zeros", pread(file, &(char){ 1 }, 1, 0) == 1 && shown[0] == 0);
	CALL(madvise, "MADV_REMOVE of private memory", at, PAGE, MADV_REMOVE);
	CALL(madvise, "MADV_REMOVE of a file opened for reading", shown_in, PAGE, MADV_REMOVE);
	CALL(madvise, "MADV_POPULATE_WRITE", at, 2 * PAGE, 23);
	CALL(madvise, "MADV_POPULATE_READ", at, 2 * PAGE, 22);
	CALL(madvise, "MADV_POPULATE_WRITE of what is read-only", shown_in, PAGE, 23);
	CALL(madvise, "MADV_POPULATE_READ across a hole", broken, 3 * PAGE, 22);
	CALL(madvise, "no such advice", at, PAGE, 99);
	CALL(madvise, "off a page", at + 1, PAGE, MADV_DONTNEED);
	CALL(madvise, "across a hole", broken, 3 * PAGE, MADV_DONTNEED);
	CALL(madvise, "where nothing is", broken + PAGE, PAGE, MADV_WILLNEED);
	CALL(madvise, "nothing", at, 0, MADV_DONTNEED);
	CALL(madvise, "a length around the end", at, -PAGE, MADV_DONTNEED);
}

/* What a child sees of memory with advice about forking. */
static void forked(void)
{
	char *kept = pages(1), *gone = pages(1), *wiped = pages(1);
	*kept = *gone = *wiped = 1;
	madvise(gone, PAGE, MADV_DONTFORK);
	madvise(wiped, PAGE, MADV_WIPEONFORK);
	fflush(stdout);
	if (fork() == 0) {
		SHOWS(madvise, "in a child, what was not to be forked", "%s", probe(gone, PROBE_READ));
		SHOWS(madvise, "in a child, what was to be wiped", "%d, and %d", *wiped, *kept);
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

static void locking(void)
{
	char *at = pages(2), *broken = hole();
	unsigned char seen[2];
	CALL(mlock, "two pages", at, 2 * PAGE);
	mincore(at, 2 * PAGE, seen);
	EFFECT(mlock, "are in memory", seen[0] & seen[1] & 1);
	CALL(mlock, "part of a page", at + 1, 1);
	CALL(mlock, "across a hole", broken, 3 * PAGE);
	CALL(mlock, "a length around the end", at, -PAGE);
	CALL(mlock, "nothing", at, 0);
	CALL(mlock2, "when touched", at, PAGE, 1);
	CALL(mlock2, "no such flag", at, PAGE, 2);
	CALL(mlock2, "across a hole", broken, 3 * PAGE, 0);
	CALL(munlock, "two pages", at, 2 * PAGE);
	CALL(munlock, "across a hole", broken, 3 * PAGE);
	CALL(munlock, "a length around the end", at, -PAGE);
	CALL(mlockall, "what is there", MCL_CURRENT);
	CALL(mlockall, "no such flag", 8);
	CALL(mlockall, "no flag", 0);
	CALL(mlockall, "only when touched", MCL_ONFAULT);
	CALL(munlockall, "all");
}

static void breaking(void)
{
	char *now = (char *)RAW(brk, 0);
	EFFECT(brk, "two pages more", RAW(brk, now + 2 * PAGE) == (long)(now + 2 * PAGE));
	now[PAGE] = 1;
	EFFECT(brk, "are there", now[0] == 0 && now[PAGE] == 1);
	EFFECT(brk, "given back", RAW(brk, now) == (long)now);
	EFFECT(brk, "zero when they come again", RAW(brk, now + 2 * PAGE) == (long)(now + 2 * PAGE) && now[PAGE] == 0);
	EFFECT(brk, "beyond all addresses: the old one", RAW(brk, HIGH) == (long)(now + 2 * PAGE));
	EFFECT(brk, "below its start: the old one", RAW(brk, 4096) == (long)(now + 2 * PAGE));
	struct rlimit limit = { 1 << 20, 1 << 20 };
	setrlimit(RLIMIT_DATA, &limit);
	EFFECT(brk, "beyond RLIMIT_DATA: the old one", RAW(brk, now + (64 << 20)) == (long)(now + 2 * PAGE));
}

int main(void)
{
	files_enter();
	probe_init();
	mkdir("d", 0755);
	put_file("f", "text");
	if (pipe(ends))
		perror("preparing");
	directory = open("d", O_RDONLY), file = open("f", O_RDWR), in = open("f", O_RDONLY), out = open("f", O_WRONLY), path = open("f", O_PATH);
	mapping();
	calls_apart(address_limit);
	protecting();
	moving();
	synchronising();
	advising();
	forked();
	locking();
	calls_apart(breaking);
	files_leave();
	return 0;
}
