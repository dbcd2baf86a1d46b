// SPDX-License-Identifier: GPL-2.0
/*
 * The family parley in C, to compare the module in Rust with: echo, the counters and
 * their events, in the style of net/psp or net/shaper. It has no questions, no device
 * and no statistics.
 */

#include <linux/capability.h>
#include <linux/mutex.h>
#include <linux/parley.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/sock.h>

#include "counters.h"

/* A dump continues after this name. */
struct twin_dump {
	char last[PARLEY_NAME_MAX + 1];
};

static unsigned int max_counters = 4096;
module_param(max_counters, uint, 0444);
MODULE_PARM_DESC(max_counters, "how many counters a network namespace may have");

static unsigned int twin_net_id;
static struct genl_family twin_family;

static struct twin_net *twin_net(const struct net *net)
{
	return net_generic(net, twin_net_id);
}

/* echo */

static int twin_echo_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct twin_net *tn = twin_net(genl_info_net(info));
	struct nlattr *payload, *stamp;
	struct sk_buff *reply;
	void *hdr;

	if (GENL_REQ_ATTR_CHECK(info, PARLEY_A_ECHO_PAYLOAD))
		return -EINVAL;
	payload = info->attrs[PARLEY_A_ECHO_PAYLOAD];
	reply = genlmsg_new(nla_total_size(nla_len(payload)) +
			    nla_total_size(nla_total_size(sizeof(u64)) +
					   2 * nla_total_size(sizeof(u32))),
			    GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	hdr = genlmsg_iput(reply, info);
	if (!hdr)
		goto free;
	if (nla_put(reply, PARLEY_A_ECHO_PAYLOAD, nla_len(payload), nla_data(payload)))
		goto free;
	stamp = nla_nest_start(reply, PARLEY_A_ECHO_STAMP);
	if (!stamp ||
	    nla_put_uint(reply, PARLEY_A_STAMP_TIME_NS, ktime_get_ns()) ||
	    nla_put_u32(reply, PARLEY_A_STAMP_CPU, raw_smp_processor_id()) ||
	    nla_put_u32(reply, PARLEY_A_STAMP_PORTID, info->snd_portid))
		goto free;
	nla_nest_end(reply, stamp);
	genlmsg_end(reply, hdr);
	atomic64_inc(&tn->echoes);
	atomic64_add(nla_len(payload), &tn->echo_bytes);
	return genlmsg_reply(reply, info);

free:
	nlmsg_free(reply);
	return -EMSGSIZE;
}

/* The counters */

/* Notifies the listeners. The counters are locked, so events are sent in order. */
static void twin_notify(struct twin_net *tn, struct genl_info *info, u8 cmd,
			const struct twin_counter *counter)
{
	struct net *net = genl_info_net(info);
	struct sk_buff *skb;
	void *hdr;

	if (!genl_has_listeners(&twin_family, net, 0) &&
	    !(info->nlhdr->nlmsg_flags & NLM_F_ECHO))
		return;
	skb = genlmsg_new(twin_room(counter->name), GFP_KERNEL);
	if (!skb)
		goto lost;
	hdr = genlmsg_put(skb, 0, 0, &twin_family, 0, cmd);
	if (!hdr || twin_fill(skb, counter))
		goto free;
	genlmsg_end(skb, hdr);
	genl_notify(&twin_family, skb, info, 0, GFP_KERNEL);
	tn->notifications++;
	return;

free:
	nlmsg_free(skb);
lost:
	genl_set_err(&twin_family, net, 0, 0, -ENOBUFS);
}

static int twin_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct twin_net *tn = twin_net(genl_info_net(info));
	struct twin_counter *counter;
	struct sk_buff *reply;
	const char *name;
	int err = -EMSGSIZE;
	void *hdr;

	if (GENL_REQ_ATTR_CHECK(info, PARLEY_A_COUNTER_NAME))
		return -EINVAL;
	name = nla_data(info->attrs[PARLEY_A_COUNTER_NAME]);
	reply = genlmsg_new(twin_room(name), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	hdr = genlmsg_iput(reply, info);
	if (!hdr)
		goto free;
	mutex_lock(&tn->lock);
	counter = twin_find(tn, name);
	err = counter ? twin_fill(reply, counter) : -ENOENT;
	mutex_unlock(&tn->lock);
	if (err == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PARLEY_A_COUNTER_NAME],
				    "no such counter");
	if (err)
		goto free;
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);

free:
	nlmsg_free(reply);
	return err;
}

static int twin_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct twin_net *tn = twin_net(sock_net(skb->sk));
	struct nlattr *prefix = info->attrs[PARLEY_A_COUNTER_PREFIX];
	struct twin_dump *ctx = (void *)cb->ctx;
	struct twin_counter *counter;
	struct rb_node *at;
	size_t len = 0;
	int err = 0;

	NL_ASSERT_CTX_FITS(struct twin_dump);
	if (prefix)
		len = strlen(nla_data(prefix));
	mutex_lock(&tn->lock);
	cb->seq = tn->generation;
	counter = twin_lower_bound(tn, ctx->last[0] ? ctx->last :
				   prefix ? nla_data(prefix) : "");
	if (counter && ctx->last[0] && !strcmp(counter->name, ctx->last)) {
		at = rb_next(&counter->node);
		counter = rb_entry_safe(at, struct twin_counter, node);
	}
	while (counter) {
		void *hdr;

		if (len && strncmp(counter->name, nla_data(prefix), len))
			break;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &twin_family, NLM_F_MULTI, PARLEY_CMD_COUNTER_GET);
		if (!hdr) {
			err = -EMSGSIZE;
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		if (twin_fill(skb, counter)) {
			genlmsg_cancel(skb, hdr);
			err = -EMSGSIZE;
			break;
		}
		genlmsg_end(skb, hdr);
		memcpy(ctx->last, counter->name, sizeof(ctx->last));
		at = rb_next(&counter->node);
		counter = rb_entry_safe(at, struct twin_counter, node);
	}
	mutex_unlock(&tn->lock);
	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

static struct twin_counter *twin_new(struct genl_info *info)
{
	struct twin_counter *new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);

	if (new)
		strscpy(new->name, nla_data(info->attrs[PARLEY_A_COUNTER_NAME]));
	return new;
}

static int twin_full(struct twin_net *tn, struct genl_info *info)
{
	if (tn->count < max_counters)
		return 0;
	NL_SET_ERR_MSG(info->extack, "max_counters allows no more counters");
	return -ENOSPC;
}

static int twin_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct twin_net *tn = twin_net(genl_info_net(info));
	struct twin_counter *counter, *new = NULL;
	struct nlattr *name, *exclusive;
	bool create;
	int err = 0;

	if (GENL_REQ_ATTR_CHECK(info, PARLEY_A_COUNTER_NAME) ||
	    GENL_REQ_ATTR_CHECK(info, PARLEY_A_COUNTER_VALUE))
		return -EINVAL;
	name = info->attrs[PARLEY_A_COUNTER_NAME];
	create = nla_get_flag(info->attrs[PARLEY_A_COUNTER_CREATE]);
	exclusive = info->attrs[PARLEY_A_COUNTER_EXCLUSIVE];
	if (exclusive && !create) {
		NL_SET_ERR_MSG_ATTR(info->extack, exclusive, "exclusive is only valid with create");
		return -EINVAL;
	}
	if (create) {
		new = twin_new(info);
		if (!new)
			return -ENOMEM;
	}
	mutex_lock(&tn->lock);
	counter = twin_find(tn, nla_data(name));
	if (counter && exclusive) {
		NL_SET_ERR_MSG_ATTR(info->extack, name, "counter exists");
		err = -EEXIST;
	} else if (!counter && !new) {
		NL_SET_ERR_MSG_ATTR(info->extack, name, "no such counter");
		err = -ENOENT;
	} else if (!counter) {
		err = twin_full(tn, info);
	}
	if (!err) {
		u8 cmd = PARLEY_CMD_COUNTER_CHANGE_NTF;

		if (!counter) {
			swap(counter, new);
			twin_insert(tn, counter);
			tn->count++;
			tn->generation++;
			cmd = PARLEY_CMD_COUNTER_NEW_NTF;
		}
		counter->value = nla_get_uint(info->attrs[PARLEY_A_COUNTER_VALUE]);
		counter->updates++;
		twin_notify(tn, info, cmd, counter);
	}
	mutex_unlock(&tn->lock);
	kfree(new);
	return err;
}

static int twin_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct twin_net *tn = twin_net(genl_info_net(info));
	struct twin_counter *counter, *new = NULL;
	struct nlattr *name, *delta;
	struct sk_buff *reply;
	u8 cmd = PARLEY_CMD_COUNTER_CHANGE_NTF;
	int err = -EMSGSIZE;
	u64 sum;
	void *hdr;
	s64 add;

	if (GENL_REQ_ATTR_CHECK(info, PARLEY_A_COUNTER_NAME) ||
	    GENL_REQ_ATTR_CHECK(info, PARLEY_A_COUNTER_DELTA))
		return -EINVAL;
	name = info->attrs[PARLEY_A_COUNTER_NAME];
	delta = info->attrs[PARLEY_A_COUNTER_DELTA];
	add = nla_get_sint(delta);
	reply = genlmsg_new(twin_room(nla_data(name)), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	hdr = genlmsg_iput(reply, info);
	if (!hdr)
		goto free;
	if (nla_get_flag(info->attrs[PARLEY_A_COUNTER_CREATE])) {
		new = twin_new(info);
		if (!new) {
			err = -ENOMEM;
			goto free;
		}
	}
	mutex_lock(&tn->lock);
	counter = twin_find(tn, nla_data(name));
	if (!counter && !new) {
		NL_SET_ERR_MSG_ATTR(info->extack, name, "no such counter");
		err = -ENOENT;
		goto unlock;
	}
	if (!counter) {
		err = twin_full(tn, info);
		if (err)
			goto unlock;
	}
	sum = (counter ? counter->value : 0) + (u64)add;
	if (add < 0 ? sum > (counter ? counter->value : 0) :
		      sum < (counter ? counter->value : 0)) {
		NL_SET_ERR_MSG_ATTR(info->extack, delta, "counter would leave its range");
		err = -ERANGE;
		goto unlock;
	}
	if (!counter) {
		swap(counter, new);
		twin_insert(tn, counter);
		tn->count++;
		tn->generation++;
		cmd = PARLEY_CMD_COUNTER_NEW_NTF;
	}
	counter->value = sum;
	counter->updates++;
	twin_notify(tn, info, cmd, counter);
	err = twin_fill(reply, counter);
unlock:
	mutex_unlock(&tn->lock);
	kfree(new);
	if (err)
		goto free;
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);

free:
	nlmsg_free(reply);
	return err;
}

static int twin_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct twin_net *tn = twin_net(genl_info_net(info));
	struct twin_counter *counter;

	if (GENL_REQ_ATTR_CHECK(info, PARLEY_A_COUNTER_NAME))
		return -EINVAL;
	mutex_lock(&tn->lock);
	counter = twin_find(tn, nla_data(info->attrs[PARLEY_A_COUNTER_NAME]));
	if (counter) {
		rb_erase(&counter->node, &tn->counters);
		tn->count--;
		tn->generation++;
		twin_notify(tn, info, PARLEY_CMD_COUNTER_DEL_NTF, counter);
	}
	mutex_unlock(&tn->lock);
	if (!counter) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[PARLEY_A_COUNTER_NAME],
				    "no such counter");
		return -ENOENT;
	}
	kfree(counter);
	return 0;
}

/* The family */

#define TWIN_NAME { .type = NLA_NUL_STRING, .len = PARLEY_NAME_MAX }

static const struct netlink_range_validation twin_payload = {
	.max = PARLEY_PAYLOAD_MAX,
};

static const struct nla_policy twin_echo_policy[PARLEY_A_ECHO_PAYLOAD + 1] = {
	[PARLEY_A_ECHO_PAYLOAD] = NLA_POLICY_FULL_RANGE(NLA_BINARY, &twin_payload),
};

static const struct nla_policy twin_name_policy[PARLEY_A_COUNTER_NAME + 1] = {
	[PARLEY_A_COUNTER_NAME] = TWIN_NAME,
};

static const struct nla_policy twin_list_policy[PARLEY_A_COUNTER_PREFIX + 1] = {
	[PARLEY_A_COUNTER_PREFIX] = TWIN_NAME,
};

static const struct nla_policy twin_set_policy[PARLEY_A_COUNTER_EXCLUSIVE + 1] = {
	[PARLEY_A_COUNTER_NAME] = TWIN_NAME,
	[PARLEY_A_COUNTER_VALUE] = { .type = NLA_UINT },
	[PARLEY_A_COUNTER_CREATE] = { .type = NLA_FLAG },
	[PARLEY_A_COUNTER_EXCLUSIVE] = { .type = NLA_FLAG },
};

static const struct nla_policy twin_add_policy[PARLEY_A_COUNTER_CREATE + 1] = {
	[PARLEY_A_COUNTER_NAME] = TWIN_NAME,
	[PARLEY_A_COUNTER_DELTA] = { .type = NLA_SINT },
	[PARLEY_A_COUNTER_CREATE] = { .type = NLA_FLAG },
};

#define TWIN_DO(_cmd, _policy, _doit, _flags) {				\
	.cmd = (_cmd), .policy = (_policy), .doit = (_doit),		\
	.maxattr = ARRAY_SIZE(_policy) - 1,				\
	.flags = (_flags) | GENL_CMD_CAP_DO }

static const struct genl_split_ops twin_ops[] = {
	TWIN_DO(PARLEY_CMD_ECHO, twin_echo_policy, twin_echo_doit, 0),
	TWIN_DO(PARLEY_CMD_COUNTER_GET, twin_name_policy, twin_get_doit, 0),
	{
		.cmd = PARLEY_CMD_COUNTER_GET,
		.policy = twin_list_policy,
		.dumpit = twin_get_dumpit,
		.maxattr = ARRAY_SIZE(twin_list_policy) - 1,
		.flags = GENL_CMD_CAP_DUMP,
	},
	TWIN_DO(PARLEY_CMD_COUNTER_SET, twin_set_policy, twin_set_doit, GENL_UNS_ADMIN_PERM),
	TWIN_DO(PARLEY_CMD_COUNTER_ADD, twin_add_policy, twin_add_doit, GENL_UNS_ADMIN_PERM),
	TWIN_DO(PARLEY_CMD_COUNTER_DEL, twin_name_policy, twin_del_doit, GENL_UNS_ADMIN_PERM),
};

static const struct genl_multicast_group twin_groups[] = {
	{ .name = PARLEY_MCGRP_EVENTS },
};

static struct genl_family twin_family __ro_after_init = {
	.name = PARLEY_FAMILY_NAME,
	.version = PARLEY_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.split_ops = twin_ops,
	.n_split_ops = ARRAY_SIZE(twin_ops),
	.mcgrps = twin_groups,
	.n_mcgrps = ARRAY_SIZE(twin_groups),
};

static int __net_init twin_net_init(struct net *net)
{
	struct twin_net *tn = twin_net(net);

	mutex_init(&tn->lock);
	tn->counters = RB_ROOT;
	return 0;
}

static void __net_exit twin_net_exit(struct net *net)
{
	struct twin_counter *counter, *next;

	rbtree_postorder_for_each_entry_safe(counter, next, &twin_net(net)->counters, node)
		kfree(counter);
}

static struct pernet_operations twin_net_ops = {
	.init = twin_net_init,
	.exit = twin_net_exit,
	.id = &twin_net_id,
	.size = sizeof(struct twin_net),
};

static int __init twin_init(void)
{
	int err = register_pernet_subsys(&twin_net_ops);

	if (err)
		return err;
	err = genl_register_family(&twin_family);
	if (err)
		unregister_pernet_subsys(&twin_net_ops);
	return err;
}

static void __exit twin_exit(void)
{
	genl_unregister_family(&twin_family);
	unregister_pernet_subsys(&twin_net_ops);
}

module_init(twin_init);
module_exit(twin_exit);
MODULE_DESCRIPTION("The family parley in C, to measure against");
MODULE_LICENSE("GPL");
