#include <rr/cpu.h>
#include <rr/uart.h>

enum {
	DATA = 0,
	DIVISOR_LOW = 0, /* while LCR_DIVISOR is set */
	INTERRUPT_ENABLE = 1,
	DIVISOR_HIGH = 1,
	INTERRUPT_CAUSE = 2, /* read */
	FIFO_CONTROL = 2,    /* write */
	LINE_CONTROL = 3,
	MODEM_CONTROL = 4,
	LINE_STATUS = 5,
	SCRATCH = 7,
};
#define CAUSE_NONE 0x01
#define FIFO_ON 0x01
#define FIFO_THRESHOLD_14 0xc0
#define LCR_8N1 0x03
#define LCR_DIVISOR 0x80
#define MCR_DTR_RTS_OUT2 0x0b /* OUT2 lets the interrupt through on PCs */
#define LSR_DATA 0x01
#define LSR_TRANSMIT_EMPTY 0x20
#define LSR_IDLE 0x40

#define FIFO_DEPTH 16
/* QEMU empties its transmitter within the write unless its peer is full; real hardware at 115200 baud needs 1.4 ms. */
#define TRANSMIT_SPINS 2000

bool rr_uart_present(uint16_t port)
{
	rr_out8(port + SCRATCH, 0x5a);
	return rr_in8(port + SCRATCH) == 0x5a;
}

void rr_uart_init(uint16_t port)
{
	/* The divisor also sets how long QEMU waits for a FIFO to fill before it interrupts: at reset's 9600 baud 4 ms a key. */
	rr_out8(port + LINE_CONTROL, LCR_8N1 | LCR_DIVISOR);
	rr_out8(port + DIVISOR_LOW, 1);
	rr_out8(port + DIVISOR_HIGH, 0);
	rr_out8(port + LINE_CONTROL, LCR_8N1);
	rr_out8(port + INTERRUPT_ENABLE, 0);
	rr_out8(port + FIFO_CONTROL, FIFO_ON | FIFO_THRESHOLD_14);
	rr_out8(port + MODEM_CONTROL, MCR_DTR_RTS_OUT2);
}

size_t rr_uart_put(uint16_t port, const void *bytes, size_t length)
{
	unsigned spins = 0;
	while (!(rr_in8(port + LINE_STATUS) & LSR_TRANSMIT_EMPTY)) {
		if (++spins == TRANSMIT_SPINS)
			return 0;
		rr_cpu_pause();
	}
	/* An empty FIFO takes its whole depth; one string instruction is one exit under a hypervisor. */
	size_t count = rr_min(length, (size_t)FIFO_DEPTH), left = count;
	__asm__ volatile("rep outsb" : "+S"(bytes), "+c"(left) : "d"(port + DATA) : "memory");
	return count;
}

bool rr_uart_idle(uint16_t port) { return rr_in8(port + LINE_STATUS) & LSR_IDLE; }

size_t rr_uart_get(uint16_t port, void *bytes, size_t length)
{
	uint8_t *to = bytes;
	size_t count = 0;
	while (count < length) {
		uint8_t status = rr_in8(port + LINE_STATUS);
		if (!(status & LSR_DATA) || status == 0xff) /* 0xff: no port */
			break;
		to[count++] = rr_in8(port + DATA);
	}
	return count;
}

void rr_uart_enable(uint16_t port, unsigned interrupts) { rr_out8(port + INTERRUPT_ENABLE, interrupts); }

bool rr_uart_pending(uint16_t port) { return !(rr_in8(port + INTERRUPT_CAUSE) & CAUSE_NONE); }
