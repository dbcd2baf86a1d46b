/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of a network namespace: a tree ordered by name, and their form in messages. */

#ifndef TWIN_COUNTERS_H
#define TWIN_COUNTERS_H

#include <linux/mutex.h>
#include <linux/parley.h>
#include <linux/rbtree.h>
#include <net/netlink.h>

struct twin_counter {
	struct rb_node node;
	char name[PARLEY_NAME_MAX + 1];
	u64 value;
	u64 updates;
};

struct twin_net {
	struct mutex lock;	/* guards everything but the two counts of echoes */
	struct rb_root counters;
	u64 count;
	u64 notifications;
	unsigned int generation;
	atomic64_t echoes;
	atomic64_t echo_bytes;
};

static struct twin_counter *twin_find(struct twin_net *tn, const char *name)
{
	struct rb_node *at = tn->counters.rb_node;

	while (at) {
		struct twin_counter *counter = rb_entry(at, struct twin_counter, node);
		int order = strcmp(name, counter->name);

		if (!order)
			return counter;
		at = order < 0 ? at->rb_left : at->rb_right;
	}
	return NULL;
}

/* The first counter whose name is not before @name. */
static struct twin_counter *twin_lower_bound(struct twin_net *tn, const char *name)
{
	struct rb_node *at = tn->counters.rb_node;
	struct twin_counter *found = NULL;

	while (at) {
		struct twin_counter *counter = rb_entry(at, struct twin_counter, node);

		if (strcmp(name, counter->name) <= 0) {
			found = counter;
			at = at->rb_left;
		} else {
			at = at->rb_right;
		}
	}
	return found;
}

static void twin_insert(struct twin_net *tn, struct twin_counter *new)
{
	struct rb_node **link = &tn->counters.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (strcmp(new->name, rb_entry(parent, struct twin_counter, node)->name) < 0)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&new->node, parent, link);
	rb_insert_color(&new->node, &tn->counters);
}

static int twin_fill(struct sk_buff *skb, const struct twin_counter *counter)
{
	if (nla_put_string(skb, PARLEY_A_COUNTER_NAME, counter->name) ||
	    nla_put_uint(skb, PARLEY_A_COUNTER_VALUE, counter->value) ||
	    nla_put_uint(skb, PARLEY_A_COUNTER_UPDATES, counter->updates))
		return -EMSGSIZE;
	return 0;
}

static size_t twin_room(const char *name)
{
	return nla_total_size(strlen(name) + 1) + 2 * nla_total_size(sizeof(u64));
}

#endif
