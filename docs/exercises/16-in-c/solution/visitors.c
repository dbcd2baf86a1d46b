// SPDX-License-Identifier: GPL-2.0
/* A family in C: greet takes a name, counts the visit, and replies with both. */

#include <linux/atomic.h>
#include <linux/module.h>
#include <net/genetlink.h>

#define NAME_MAX_LEN 15

enum { VISITORS_CMD_GREET = 1 };
enum { VISITORS_A_NAME = 1, VISITORS_A_VISITS };

static atomic_t visits;

static const struct nla_policy greet_policy[VISITORS_A_NAME + 1] = {
	[VISITORS_A_NAME] = { .type = NLA_NUL_STRING, .len = NAME_MAX_LEN },
};

static int visitors_greet(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *reply;
	void *header;

	if (GENL_REQ_ATTR_CHECK(info, VISITORS_A_NAME))
		return -EINVAL;

	reply = genlmsg_new(nla_total_size(NAME_MAX_LEN + 1) + nla_total_size(sizeof(u32)), GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, info->family, 0, VISITORS_CMD_GREET);
	if (!header)
		goto no_room;
	if (nla_put_string(reply, VISITORS_A_NAME, nla_data(info->attrs[VISITORS_A_NAME])) ||
	    nla_put_u32(reply, VISITORS_A_VISITS, atomic_inc_return(&visits)))
		goto no_room;
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);

no_room:
	nlmsg_free(reply);
	return -EMSGSIZE;
}

static const struct genl_split_ops operations[] = {
	{
		.cmd = VISITORS_CMD_GREET,
		.doit = visitors_greet,
		.policy = greet_policy,
		.maxattr = VISITORS_A_NAME,
		.flags = GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};

static struct genl_family family __ro_after_init = {
	.name = "visitors",
	.version = 1,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.split_ops = operations,
	.n_split_ops = ARRAY_SIZE(operations),
};

static int __init visitors_init(void)
{
	return genl_register_family(&family);
}

static void __exit visitors_exit(void)
{
	genl_unregister_family(&family);
}

module_init(visitors_init);
module_exit(visitors_exit);
MODULE_DESCRIPTION("Exercise 16: a family in C");
MODULE_LICENSE("GPL");
