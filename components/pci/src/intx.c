#include <rr/abi/errno.h>
#include <rr/pci.h>

#define LINES 16
/* A line that stays raised without a cause that goes away must not hang the machine. */
#define ROUNDS 16

static struct rr_list lines[LINES];

static void interrupt(void *argument)
{
	struct rr_list *line = argument;
	bool any = true;
	for (unsigned i = 0; any && i < ROUNDS; i++) {
		any = false;
		rr_list_for_each(node, line) {
			struct rr_pci_sharer *sharer = rr_list_entry(node, struct rr_pci_sharer, node);
			any |= sharer->handler(sharer->argument);
		}
	}
}

int rr_pci_intx_attach(const struct rr_pci_function *function, struct rr_pci_sharer *sharer)
{
	unsigned number = rr_pci_read8(function, RR_PCI_INTERRUPT_LINE);
	if (number >= LINES)
		return -ENODEV;
	struct rr_list *line = &lines[number];
	if (!line->next) {
		rr_list_init(line);
		int error = rr_irq_attach(number, interrupt, line);
		if (error) {
			line->next = NULL;
			return error;
		}
	}
	rr_list_push_back(line, &sharer->node);
	return 0;
}
