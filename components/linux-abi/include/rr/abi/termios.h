/* Terminal settings: asm-generic/termbits.h, termios(3). */
#pragma once
#include <rr/types.h>

#define VINTR 0
#define VQUIT 1
#define VERASE 2
#define VKILL 3
#define VEOF 4
#define VTIME 5
#define VMIN 6
#define VSWTC 7
#define VSTART 8
#define VSTOP 9
#define VSUSP 10
#define VEOL 11
#define VREPRINT 12
#define VDISCARD 13
#define VWERASE 14
#define VLNEXT 15
#define VEOL2 16

/* c_iflag */
#define IGNBRK 0000001u
#define ISTRIP 0000040u
#define INLCR 0000100u
#define IGNCR 0000200u
#define ICRNL 0000400u
#define IXON 0002000u
#define IXANY 0004000u
#define IXOFF 0010000u
#define IMAXBEL 0020000u
#define IUTF8 0040000u
/* c_oflag */
#define OPOST 0000001u
#define ONLCR 0000004u
/* c_cflag */
#define CS8 0000060u
#define CREAD 0000200u
#define HUPCL 0002000u
#define B38400 0000017u
/* c_lflag */
#define ISIG 0000001u
#define ICANON 0000002u
#define ECHO 0000010u
#define ECHOE 0000020u
#define ECHOK 0000040u
#define ECHONL 0000100u
#define NOFLSH 0000200u
#define TOSTOP 0000400u
#define ECHOCTL 0001000u
#define ECHOKE 0004000u
#define IEXTEN 0100000u

/* struct termios of the kernel (TCGETS), which is shorter than libc's. */
struct rr_abi_termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line;
	uint8_t cc[19];
};
_Static_assert(sizeof(struct rr_abi_termios) == 36, "struct termios");

/* TCGETS2: the same with speeds in bits a second behind. */
struct rr_abi_termios2 {
	struct rr_abi_termios termios;
	uint32_t ispeed, ospeed;
};
_Static_assert(sizeof(struct rr_abi_termios2) == 44, "struct termios2");

#define TCGETS2 0x802c542au
#define TCSETS2 0x402c542bu
#define TCSETSW2 0x402c542cu
#define TCSETSF2 0x402c542du

/* TCFLSH */
#define TCIFLUSH 0
#define TCOFLUSH 1
#define TCIOFLUSH 2
