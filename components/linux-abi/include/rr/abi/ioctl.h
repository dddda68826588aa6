/* ioctl(2) commands: asm-generic/ioctls.h. */
#pragma once
#include <rr/types.h>

#define TCGETS 0x5401u
#define TCSETS 0x5402u
#define TCSETSW 0x5403u
#define TCSETSF 0x5404u
#define TCSBRK 0x5409u
#define TCXONC 0x540au
#define TCFLSH 0x540bu
#define TIOCEXCL 0x540cu
#define TIOCNXCL 0x540du
#define TIOCSCTTY 0x540eu
#define TIOCGPGRP 0x540fu
#define TIOCSPGRP 0x5410u
#define TIOCOUTQ 0x5411u
#define TIOCSTI 0x5412u
#define TIOCGWINSZ 0x5413u
#define TIOCSWINSZ 0x5414u
#define FIGETBSZ 2u
#define FIONREAD 0x541bu
#define TIOCINQ FIONREAD
#define FIONBIO 0x5421u
#define TIOCNOTTY 0x5422u
#define TIOCGSID 0x5429u
#define FIONCLEX 0x5450u
#define FIOCLEX 0x5451u
#define FIOASYNC 0x5452u
#define FIOQSIZE 0x5460u

struct rr_abi_winsize {
	uint16_t rows, columns, xpixel, ypixel;
};
_Static_assert(sizeof(struct rr_abi_winsize) == 8, "struct winsize");
