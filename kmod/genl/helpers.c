// SPDX-License-Identifier: GPL-2.0
/*
 * Inline functions and macros of the C side that bindgen cannot see, as
 * functions for the files beside this one.
 */

#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

/*
 * A new message with its headers, and room for @payload bytes of attributes,
 * whose first byte is returned in @tail. NULL where there is no memory.
 */
struct sk_buff *genl_helper_msg_new(const struct genl_family *family, u32 portid,
				    u32 seq, u8 cmd, size_t payload,
				    void **tail)
{
	struct sk_buff *skb = genlmsg_new(payload, GFP_KERNEL);

	if (unlikely(!skb))
		return NULL;
	if (unlikely(!genlmsg_put(skb, portid, seq, family, 0, cmd))) {
		nlmsg_free(skb);
		return NULL;
	}
	*tail = skb_tail_pointer(skb);
	return skb;
}

/* Takes the @len bytes written behind the headers into the message. */
void genl_helper_msg_end(struct sk_buff *skb, unsigned int len)
{
	skb_put(skb, len);
	nlmsg_end(skb, (struct nlmsghdr *)skb->data);
}

/* Where the next message of a dump goes, and how much @room there is. */
void *genl_helper_dump_tail(struct sk_buff *skb, unsigned int *room)
{
	*room = skb_tailroom(skb);
	return skb_tail_pointer(skb);
}

/* Takes the @len bytes written there into the dump; how much it holds now. */
unsigned int genl_helper_dump_put(struct sk_buff *skb, unsigned int len)
{
	skb_put(skb, len);
	return skb->len;
}

void genl_helper_msg_free(struct sk_buff *skb)
{
	nlmsg_free(skb);
}

int genl_helper_reply(struct sk_buff *skb, struct genl_info *info)
{
	return genlmsg_reply(skb, info);
}

bool genl_helper_has_listeners(const struct genl_info *info, unsigned int group)
{
	/* An error is no listener. */
	return genl_has_listeners(info->family, genl_info_net(info), group) > 0;
}

/* Tells the listeners that they have missed something. */
void genl_helper_lost(const struct genl_info *info, unsigned int group)
{
	genl_set_err(info->family, genl_info_net(info), 0, group, ENOBUFS);
}

void *genl_helper_net_state(const struct genl_info *info, unsigned int id)
{
	return net_generic(genl_info_net(info), id);
}

void *genl_helper_net_generic(const struct net *net, unsigned int id)
{
	return net_generic(net, id);
}

/* What NL_SET_ERR_MSG does, for a message that is no literal of C. */
void genl_helper_set_err_msg(struct netlink_ext_ack *extack, const char *msg)
{
	do_trace_netlink_extack(msg);
	extack->_msg = msg;
}
