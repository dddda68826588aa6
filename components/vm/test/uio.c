// sources: ../src/uio.c ../src/uaccess.c ../src/x86_64/uaccess.S
// includes: ../include ../../memory/include ../../base/include ../../linux-abi/include
/*
 * The copy routines and the vectors over them, run as an ordinary program: its own memory is the low half, and a SIGSEGV handler does what the
 * page-fault handler does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <rr/fixup.h>
#include <rr/uaccess.h>
#include <rr/vm.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CHECK(x)                                                                                             \
	do {                                                                                                 \
		if (!(x)) {                                                                                  \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);                              \
			exit(1);                                                                             \
		}                                                                                            \
	} while (0)

static void on_fault(int number, siginfo_t *info, void *context)
{
	(void)info;
	uint64_t landing;
	greg_t *rip = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	if (!rr_fixup_find((uint64_t)*rip, &landing)) {
		signal(number, SIG_DFL);
		return;
	}
	*rip = (greg_t)landing;
}

static uint64_t address(const void *pointer) { return (uint64_t)(uintptr_t)pointer; }

static char *page; /* behind it nothing is mapped */

static void test_copies(void)
{
	char pattern[4096 + 16], buffer[4096 + 16];
	for (size_t i = 0; i < sizeof pattern; i++)
		pattern[i] = (char)(i * 37 + 1);
	for (size_t length = 0; length <= 40; length++)
		for (size_t shift = 0; shift < 9; shift++) {
			memset(buffer, 0, sizeof buffer);
			CHECK(!rr_copy_from_user(buffer + shift, address(pattern + 3), length));
			CHECK(!memcmp(buffer + shift, pattern + 3, length) && !buffer[shift + length]);
			char *end = page + 4096 - length;
			CHECK(!rr_copy_to_user(address(end), pattern, length) && !memcmp(end, pattern, length));
			CHECK(rr_copy_to_user(address(end) + 1, pattern, length) == (length ? -EFAULT : 0));
			CHECK(rr_copy_from_user(buffer, address(end) + 1, length) == (length ? -EFAULT : 0));
			CHECK(!rr_clear_user(address(end), length) && (!length || (!end[0] && !end[length - 1])));
			CHECK(rr_clear_user(address(end) + 1, length) == (length ? -EFAULT : 0));
		}
	CHECK(!rr_copy_to_user(address(page), pattern, 4096) && !memcmp(page, pattern, 4096));
	uint64_t bad[] = { RR_VM_MAX, RR_VM_MAX - 1, 0xffffffffc0000000, ~0ul, 1ul << 63, 0 };
	for (size_t i = 0; i < RR_ARRAY_SIZE(bad); i++) {
		CHECK(rr_copy_from_user(buffer, bad[i], 8) == -EFAULT);
		CHECK(rr_copy_to_user(bad[i], buffer, 3) == -EFAULT);
		CHECK(rr_clear_user(bad[i], 100) == -EFAULT);
		CHECK(rr_string_from_user(buffer, bad[i], 100) == -EFAULT);
	}
	CHECK(rr_copy_from_user(buffer, address(page), ~0ul) == -EFAULT);
}

static void test_strings(void)
{
	char buffer[100];
	memset(page, 'x', 4096);
	CHECK(rr_string_from_user(buffer, address(page + 4090), sizeof buffer) == -EFAULT);
	page[4095] = 0;
	CHECK(rr_string_from_user(buffer, address(page + 4090), sizeof buffer) == 5 && !strcmp(buffer, "xxxxx"));
	CHECK(rr_string_from_user(buffer, address(page + 4090), 6) == 5);
	CHECK(rr_string_from_user(buffer, address(page + 4090), 5) == -ENAMETOOLONG);
	CHECK(rr_string_from_user(buffer, address(page + 4095), 1) == 0);
	CHECK(rr_string_from_user(buffer, address(page), sizeof buffer) == -ENAMETOOLONG);
}

static void test_cmpxchg(void)
{
	uint32_t word = 5, old = 0;
	CHECK(!rr_cmpxchg_user(address(&word), 5, 9, &old) && word == 9 && old == 5);
	CHECK(!rr_cmpxchg_user(address(&word), 5, 7, &old) && word == 9 && old == 9);
	CHECK(rr_cmpxchg_user(address(&word) + 1, 5, 7, &old) == -EINVAL);
	CHECK(rr_cmpxchg_user(address(page + 4096), 5, 7, &old) == -EFAULT);
	CHECK(rr_cmpxchg_user(RR_VM_MAX, 5, 7, &old) == -EFAULT);
}

static void test_vectors(bool kernel)
{
	for (unsigned seed = 1; seed <= 200; seed++) {
		srand(seed);
		char memory[300], model[300], out[300];
		struct rr_iovec vectors[6];
		size_t total = 0;
		for (unsigned i = 0; i < 6; i++) {
			size_t length = rand() % 3 ? (size_t)rand() % 50 : 0;
			vectors[i] = (struct rr_iovec){ address(memory + total), length };
			total += length;
		}
		for (size_t i = 0; i < total; i++)
			model[i] = memory[i] = (char)rand();
		struct rr_uio reader = { vectors, 6, 0, total, kernel }, writer = reader;
		for (size_t at = 0; at < total;) {
			size_t n = rr_min(total - at, (size_t)rand() % 20);
			CHECK(!rr_uio_read(&reader, out + at, n));
			at += n;
			CHECK(reader.remaining == total - at);
		}
		CHECK(!memcmp(out, model, total));
		CHECK(rr_uio_read(&reader, out, 1) == -EFAULT);
		for (size_t i = 0; i < total; i++)
			out[i] = (char)~out[i];
		for (size_t at = 0; at < total;) {
			size_t n = rr_min(total - at, (size_t)rand() % 20);
			CHECK(!rr_uio_write(&writer, out + at, n));
			at += n;
		}
		CHECK(!memcmp(memory, out, total));
	}
}

static void test_bad_vector(void)
{
	struct rr_iovec vectors[] = { { address(page), 10 }, { address(page + 4096), 10 } };
	struct rr_uio uio = { vectors, 2, 0, 20, false };
	char buffer[20] = "abcdefghijklmnopqrs";
	CHECK(rr_uio_write(&uio, buffer, 20) == -EFAULT);
	CHECK(uio.remaining == 10 && uio.count == 1 && !memcmp(page, buffer, 10));
}

int main(void)
{
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED && !munmap(page + 4096, 4096));
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	CHECK(!sigaction(SIGSEGV, &action, NULL));
	test_copies();
	test_strings();
	test_cmpxchg();
	test_vectors(false);
	test_vectors(true);
	test_bad_vector();
	return 0;
}
