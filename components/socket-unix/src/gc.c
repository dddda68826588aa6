/*
 * Sockets that only messages refer to, which only such sockets hold, cannot be reached by anybody: they would stay for ever. Found as Linux does: sockets
 * whose every reference is on its way are suspects; what messages of suspects refer to is explained by them; a suspect with a reference left over is in
 * a message somebody can still receive, and so is all that its messages refer to. The rest is let go of.
 */
#include "unix.h"

static struct unix_socket *of_link(struct rr_list *link) { return rr_list_entry(link, struct unix_socket, flight_link); }

typedef void visitor(struct unix_socket *socket);

static void visit_queue(struct unix_socket *socket, visitor *visit)
{
	rr_list_for_each(node, &socket->queue) {
		struct unix_rights *rights = rr_list_entry(node, struct unix_message, link)->rights;
		for (unsigned i = 0; rights && i < rights->count; i++) {
			struct unix_socket *other = unix_of_file(rights->files[i]);
			if (other)
				visit(other);
		}
	}
}

/* All sockets that messages in a socket's queue refer to, or in those of connections nobody has accepted yet. */
static void visit_children(struct unix_socket *socket, visitor *visit)
{
	if (socket->state != UNIX_LISTENING) {
		visit_queue(socket, visit);
		return;
	}
	rr_list_for_each(node, &socket->queue)
		visit_queue(rr_list_entry(node, struct unix_socket, pending), visit);
}

static void explain(struct unix_socket *socket) { socket->unexplained--; }

/* Spared ones go to the end of the list, where the loop comes by to see to their children. */
static void spare(struct unix_socket *socket)
{
	if (socket->verdict != UNIX_SUSPECT)
		return;
	socket->verdict = UNIX_SPARED;
	rr_list_remove(&socket->flight_link);
	rr_list_push_back(&unix_flying, &socket->flight_link);
}

static void suspect_all(void)
{
	rr_list_for_each(node, &unix_flying) {
		struct unix_socket *socket = of_link(node);
		socket->unexplained = socket->in_flight;
		socket->verdict = socket->base.file->refs == socket->in_flight ? UNIX_SUSPECT : UNIX_REACHABLE;
	}
	rr_list_for_each(node, &unix_flying)
		if (of_link(node)->verdict == UNIX_SUSPECT)
			visit_children(of_link(node), explain);
}

static void spare_reachable(void)
{
	rr_list_for_each_safe(node, &unix_flying)
		if (of_link(node)->unexplained)
			spare(of_link(node));
	rr_list_for_each(node, &unix_flying)
		if (of_link(node)->verdict == UNIX_SPARED)
			visit_children(of_link(node), spare);
}

/* Take the rights out of a socket's messages and put them before `list`. */
static void take_rights(struct unix_socket *socket, struct unix_rights **list)
{
	rr_list_for_each(node, &socket->queue) {
		struct unix_message *message = rr_list_entry(node, struct unix_message, link);
		if (!message->rights)
			continue;
		message->rights->next = *list;
		*list = message->rights;
		message->rights = NULL;
	}
}

static struct unix_rights *take_unreachable(void)
{
	struct unix_rights *list = NULL;
	rr_list_for_each(node, &unix_flying) {
		struct unix_socket *socket = of_link(node);
		if (socket->verdict != UNIX_SUSPECT)
			continue;
		if (socket->state != UNIX_LISTENING)
			take_rights(socket, &list);
		else
			rr_list_for_each(pending, &socket->queue)
				take_rights(rr_list_entry(pending, struct unix_socket, pending), &list);
	}
	return list;
}

void unix_collect(void)
{
	suspect_all();
	spare_reachable();
	struct unix_rights *next, *list = take_unreachable();
	/* All land before any is dropped, which closes sockets. */
	for (struct unix_rights *rights = list; rights; rights = rights->next)
		unix_rights_land(rights);
	for (; list; list = next) {
		next = list->next;
		unix_rights_drop(list);
	}
}
