/*
 * Init of the Linux guest that the benchmark compares with: mounts what a program may want, runs the one that /args names
 * (a word a line), and ends the machine by isa-debug-exit, the quickest way out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { MOST_WORDS = 32 };

static void must(int good, const char *what) {
  if (!good) {
    perror(what);
    reboot(RB_AUTOBOOT);
  }
}

/* The words of /args, NULL behind the last. */
static char **read_words(void) {
  static char text[4096], *words[MOST_WORDS + 1];
  FILE *file = fopen("/args", "r");
  must(file != NULL, "/args");
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  char *rest = text;
  for (int i = 0; i < MOST_WORDS && *rest != '\0'; i++) {
    words[i] = strsep(&rest, "\n");
  }
  return words;
}

/* 1: loaded; 0: not before others, whose symbols it wants. */
static int load_module(const char *path) {
  int module = open(path, O_RDONLY);
  must(module >= 0, path);
  int done = syscall(SYS_finit_module, module, "", 0) == 0 || errno == EEXIST;
  must(done || errno == ENOENT, path);
  close(module);
  return done;
}

/* The modules that /modules names: only in guests with a network. Which ones need which differs between kernels: rounds, until all are in. */
static void load_modules(void) {
  char paths[MOST_WORDS][256];
  int count = 0, left = 0;
  FILE *file = fopen("/modules", "r");
  while (file != NULL && count < MOST_WORDS && fgets(paths[count], sizeof paths[count], file) != NULL) {
    paths[count][strcspn(paths[count], "\n")] = '\0';
    count++;
  }
  left = count;
  for (int round = 0; round < count && left > 0; round++) {
    for (int i = 0; i < count; i++) {
      if (paths[i][0] != '\0' && load_module(paths[i])) {
        paths[i][0] = '\0';
        left--;
      }
    }
  }
  must(left == 0, "modules");
}

static void set_address(void) {
  char text[64] = "";
  FILE *file = fopen("/address", "r");
  if (file == NULL || fgets(text, sizeof text, file) == NULL) {
    return;
  }
  struct ifreq request = {.ifr_name = "eth0"};
  struct sockaddr_in *address = (struct sockaddr_in *)(void *)&request.ifr_addr;
  int any = socket(AF_INET, SOCK_DGRAM, 0);
  address->sin_family = AF_INET;
  must(any >= 0 && inet_pton(AF_INET, text, &address->sin_addr) == 1 && ioctl(any, SIOCSIFADDR, &request) == 0, "address");
  address->sin_addr.s_addr = htonl(0xffffff00);
  must(ioctl(any, SIOCSIFNETMASK, &request) == 0, "netmask");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  must(ioctl(any, SIOCSIFFLAGS, &request) == 0, "eth0");
  close(any);
}

int main(void) {
  must(mount("dev", "/dev", "devtmpfs", 0, NULL) == 0, "/dev");
  must(mount("proc", "/proc", "proc", 0, NULL) == 0, "/proc");
  must(mount("tmp", "/tmp", "tmpfs", 0, NULL) == 0, "/tmp");
  struct termios settings;
  if (tcgetattr(1, &settings) == 0) {
    settings.c_oflag &= ~(tcflag_t)OPOST; /* no carriage returns: its output is compared with others' */
    tcsetattr(1, TCSANOW, &settings);
  }
  load_modules();
  set_address();
  char **words = read_words();
  pid_t child = fork();
  if (child == 0) {
    execv(words[0], words);
    perror(words[0]);
    _exit(127);
  }
  int status = -1;
  must(child > 0 && waitpid(child, &status, 0) == child, "program");
  printf("init: status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  fflush(stdout);
  tcdrain(1);
  must(iopl(3) == 0, "iopl");
  outl(0, 0x501);
  return reboot(RB_AUTOBOOT);
}
