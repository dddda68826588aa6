// sources:
// includes: ../../time/include ../../base/include
/* KVM's paravirtual clock: rates and times from the structures as KVM makes them. */
#include "../src/pvclock.h"
#include <assert.h>

/* As KVM computes it (kvm_get_time_scale): the multiplier as large as it fits. */
static struct pvclock_time made_for(uint64_t hz)
{
	struct pvclock_time time = { .version = 2 };
	uint64_t scaled = RR_NSEC_PER_SEC, base = hz;
	int shift = 0;
	while (base > scaled * 2 || base >> 32) {
		base >>= 1;
		shift--;
	}
	while (base <= scaled >> 1) {
		base <<= 1;
		shift++;
	}
	/* now 1/2 < scaled / base: as a fraction of 2^32 */
	while (scaled >= base) {
		scaled >>= 1;
		shift++;
	}
	time.tsc_shift = shift;
	time.tsc_to_system_mul = (unsigned __int128)scaled * (1ul << 32) / base;
	return time;
}

static void rates(void)
{
	static const uint64_t all[] = { 1000000, 19200000, 100000000, 999999999, 1000000000, 1000000001, 2599999000, 3400000000, 5800000000 };
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct pvclock_time time = made_for(all[i]);
		uint64_t hz = pvclock_hz(&time), wrong = hz > all[i] ? hz - all[i] : all[i] - hz;
		assert(wrong <= all[i] / 100000000 + 1);
		time.tsc_timestamp = 5000000000;
		time.system_time = 7000000000;
		/* a second later, a second before */
		uint64_t later = pvclock_system_time(&time, 5000000000 + all[i]), before = pvclock_system_time(&time, 5000000000 - (all[i] < 5000000000 ? all[i] : 0));
		assert(later > 7999999900 && later < 8000000100);
		assert(all[i] >= 5000000000 || (before > 5999999900 && before < 6000000100));
		assert(pvclock_system_time(&time, 5000000000) == 7000000000);
	}
}

static void nonsense(void)
{
	struct pvclock_time time = { .version = 2 };
	assert(pvclock_hz(&time) == 0);
	time.tsc_to_system_mul = UINT32_MAX;
	for (int shift = -128; shift < 128; shift++) {
		time.tsc_shift = shift;
		uint64_t hz = pvclock_hz(&time);
		assert(hz == 0 || (hz >= 900000 && hz <= 70000000000));
	}
	time.tsc_to_system_mul = 1;
	for (int shift = -128; shift < 128; shift++) {
		time.tsc_shift = shift;
		uint64_t hz = pvclock_hz(&time);
		assert(hz == 0 || (hz >= 900000 && hz <= 70000000000));
	}
}

int main(void)
{
	rates();
	nonsense();
	return 0;
}
