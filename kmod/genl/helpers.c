// SPDX-License-Identifier: GPL-2.0
/*
 * Inline functions and macros of the C side that bindgen cannot see, as
 * functions for the files beside this one.
 */

#include <linux/capability.h>
#include <linux/nsproxy.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/sock.h>

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

int genl_helper_unicast(struct net *net, struct sk_buff *skb, u32 portid)
{
	return genlmsg_unicast(net, skb, portid);
}

void genl_helper_multicast(const struct genl_family *family, struct net *net,
			   struct sk_buff *skb, unsigned int group)
{
	genlmsg_multicast_netns(family, net, skb, 0, group, GFP_KERNEL);
}

bool genl_helper_has_listeners(const struct genl_family *family,
			       struct net *net, unsigned int group)
{
	/* An error is no listener. */
	return genl_has_listeners(family, net, group) > 0;
}

/* Tells the listeners that they have missed something. */
void genl_helper_lost(const struct genl_family *family, struct net *net,
		      unsigned int group)
{
	genl_set_err(family, net, 0, group, -ENOBUFS);
}

struct net *genl_helper_info_net(const struct genl_info *info)
{
	return genl_info_net(info);
}

void *genl_helper_net_generic(const struct net *net, unsigned int id)
{
	return net_generic(net, id);
}

/*
 * The namespace of the calling task, or the initial one, with a reference.
 */
struct net *genl_helper_net_current(void)
{
	return get_net(current->nsproxy->net_ns);
}

struct net *genl_helper_net_initial(void)
{
	return get_net(&init_net);
}

/* Takes a reference, unless the namespace is on its way out. */
bool genl_helper_net_try_get(struct net *net)
{
	return maybe_get_net(net);
}

void genl_helper_net_put(struct net *net)
{
	put_net(net);
}

/*
 * Whether both the task and who opened @file may administer the namespace, as
 * netlink asks of the task and of who opened the socket.
 */
bool genl_helper_net_admin(const struct net *net, const struct file *file)
{
	return file_ns_capable(file, net->user_ns, CAP_NET_ADMIN) &&
	       ns_capable(net->user_ns, CAP_NET_ADMIN);
}

/*
 * The sender of a request, with a reference. NULL for a socket that does not
 * hold its namespace, which are those of the kernel's own.
 */
struct sock *genl_helper_peer_get(const struct sk_buff *skb)
{
	struct sock *sk = NETLINK_CB(skb).sk;

	if (!sk || !sk->sk_net_refcnt)
		return NULL;
	sock_hold(sk);
	return sk;
}

void genl_helper_peer_put(struct sock *sk)
{
	sock_put(sk);
}

bool genl_helper_peer_is_closed(const struct sock *sk)
{
	return sock_flag(sk, SOCK_DEAD);
}

struct net *genl_helper_peer_net(const struct sock *sk)
{
	return sock_net(sk);
}

/*
 * A copy of the request @nlh, on the account of the sender's control group,
 * from which its end can be told later. The sender's socket must outlive it.
 */
struct sk_buff *genl_helper_request_keep(const struct sk_buff *in,
					 const struct nlmsghdr *nlh)
{
	struct sk_buff *skb = alloc_skb(nlh->nlmsg_len, GFP_KERNEL_ACCOUNT);

	if (unlikely(!skb))
		return NULL;
	skb_put_data(skb, nlh, nlh->nlmsg_len);
	NETLINK_CB(skb).portid = NETLINK_CB(in).portid;
	NETLINK_CB(skb).sk = NETLINK_CB(in).sk;
	return skb;
}

void genl_helper_request_ids(const struct sk_buff *skb, u32 *seq, u8 *cmd)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(skb);

	*seq = nlh->nlmsg_seq;
	*cmd = ((const struct genlmsghdr *)nlmsg_data(nlh))->cmd;
}

/* Tells the sender of the kept request @skb that it ended with @err. */
void genl_helper_request_refuse(const struct net *net, struct sk_buff *skb,
				int err, const char *msg)
{
	struct netlink_ext_ack extack = { ._msg = msg };

	do_trace_netlink_extack(msg);
	/* What the core reads of a request's skb: who it went to. */
	skb->sk = net->genl_sock;
	netlink_ack(skb, nlmsg_hdr(skb), err, &extack);
	skb->sk = NULL;
}

void genl_helper_alarm_init(struct delayed_work *alarm, work_func_t func)
{
	INIT_DELAYED_WORK(alarm, func);
}

/* Rings in @ns nanoseconds, or a little later, in place of what was set. */
void genl_helper_alarm_set(struct delayed_work *alarm, u64 ns)
{
	mod_delayed_work(system_dfl_wq, alarm, nsecs_to_jiffies(ns) + 1);
}

/* What NL_SET_ERR_MSG does, for a message that is no literal of C. */
void genl_helper_set_err_msg(struct netlink_ext_ack *extack, const char *msg)
{
	do_trace_netlink_extack(msg);
	extack->_msg = msg;
}
