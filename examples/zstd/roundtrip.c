/*
 * roundtrip [MB]: writes that many megabytes of generated data (100) into a file, lets zstd compress it with two threads and
 * decompress the result, and compares checksums. zstd is a program of its own in the same image, started as a process;
 * on the host it is found by PATH.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEGABYTE = 1 << 20, WORDS = MEGABYTE / sizeof(uint64_t) };

static uint64_t block[WORDS];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* FNV-1a over words. */
static uint64_t checksum(uint64_t sum) {
  for (size_t i = 0; i < WORDS; i++) {
    sum = (sum ^ block[i]) * 0x100000001b3u;
  }
  return sum;
}

/* One block: words that repeat in no simple way beside words of few values, so that there is something to compress. */
static void generate(uint64_t *state) {
  for (size_t i = 0; i < WORDS; i++) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    block[i] = i % 4 == 0 ? *state : (*state >> 60) * 0x0101010101010101u;
  }
}

static uint64_t write_data(const char *path, int megabytes) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0) {
    fail(path);
  }
  uint64_t state = 1, sum = 0;
  for (int i = 0; i < megabytes; i++) {
    generate(&state);
    sum = checksum(sum);
    if (write(fd, block, sizeof block) != sizeof block) {
      fail("write");
    }
  }
  if (close(fd) != 0) {
    fail("close");
  }
  return sum;
}

static uint64_t read_data(const char *path, int megabytes) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) {
    fail(path);
  }
  uint64_t sum = 0;
  for (int i = 0; i < megabytes; i++) {
    for (size_t have = 0; have < sizeof block;) {
      ssize_t n = read(fd, (char *)block + have, sizeof block - have);
      if (n <= 0) {
        fail("read");
      }
      have += (size_t)n;
    }
    sum = checksum(sum);
  }
  char more;
  if (read(fd, &more, 1) != 0) {
    fail("end of file");
  }
  close(fd);
  return sum;
}

static void run(char *const argv[]) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    execv("/bin/zstd", argv);
    execvp("zstd", argv);
    perror("exec");
    _exit(127);
  }
  int status;
  if (child < 0 || waitpid(child, &status, 0) != child) {
    fail("fork");
  }
  if (status != 0) {
    fprintf(stderr, "zstd ended with wait status %#x\n", status);
    exit(1);
  }
}

int main(int argc, char *argv[]) {
  int megabytes = argc > 1 ? atoi(argv[1]) : 100;
  uint64_t before = write_data("data", megabytes);
  printf("written: %d MB, checksum %016" PRIx64 "\n", megabytes, before);

  run((char *[]){"zstd", "-q", "-1", "-T2", "--rm", "data", NULL});
  struct stat compressed;
  if (stat("data.zst", &compressed) != 0 || access("data", F_OK) == 0) {
    fail("data.zst");
  }
  printf("compressed: to less than half: %s\n", compressed.st_size < (off_t)megabytes * MEGABYTE / 2 ? "yes" : "no");

  run((char *[]){"zstd", "-q", "-d", "--rm", "data.zst", NULL});
  uint64_t after = read_data("data", megabytes);
  printf("decompressed: checksum %016" PRIx64 ", %s\n", after, after == before ? "equal" : "DIFFERENT");
  return unlink("data") != 0 || after != before;
}
