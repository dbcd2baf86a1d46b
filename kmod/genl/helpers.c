// SPDX-License-Identifier: GPL-2.0
/*
 * Inline functions and macros of the C side that bindgen cannot see, as
 * functions for the files beside this one.
 */

#include <linux/capability.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/sock.h>

/*
 * Frees the memory of a vmalloc()ed message that no socket has taken. A socket that
 * takes it sets netlink's own destructor, netlink_skb_destructor(), which does the same.
 */
static void genl_helper_large_free(struct sk_buff *skb)
{
	/* A clone, such as a network monitor makes of a dropped message, shares it. */
	if (!skb->cloned || !atomic_dec_return(&skb_shinfo(skb)->dataref))
		kvfree_atomic(skb->head);
	skb->head = NULL;
}

/*
 * An empty message with a head of @size bytes in vmalloc memory. There is no
 * exported way to build one: build_skb() is for page fragments only.
 */
static struct sk_buff *genl_helper_vmalloc_skb(size_t size)
{
	size_t head_size = SKB_HEAD_ALIGN(size);
	struct skb_shared_info *shinfo;
	struct sk_buff *skb;
	void *data;

	data = vmalloc(head_size);
	if (!data)
		return NULL;
	skb = alloc_skb(0, GFP_KERNEL);
	if (!skb) {
		vfree(data);
		return NULL;
	}
	/* From here on as __build_skb(). */
	kfree(skb->head);
	skb->head = data;
	skb->data = data;
	skb_reset_tail_pointer(skb);
	skb_set_end_offset(skb, SKB_WITH_OVERHEAD(head_size));
	skb->truesize = SKB_TRUESIZE(SKB_WITH_OVERHEAD(head_size));
	shinfo = skb_shinfo(skb);
	memset(shinfo, 0, offsetof(struct skb_shared_info, dataref));
	atomic_set(&shinfo->dataref, 1);
	skb->destructor = genl_helper_large_free;
	return skb;
}

/*
 * A message of @size bytes for one socket. Beyond what the page allocator gives
 * out readily, the memory need not be contiguous. This is netlink_alloc_large_skb(),
 * on which nlmsg_new_large() is built and which is not exported to modules.
 */
static struct sk_buff *genl_helper_unicast_skb(size_t size)
{
	size_t head_size = SKB_HEAD_ALIGN(size);
	struct sk_buff *skb;
	void *data;

	if (likely(head_size <= PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER))
		return alloc_skb(size, GFP_KERNEL);
	data = kmalloc(head_size, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (!data)
		return genl_helper_vmalloc_skb(size);
	skb = slab_build_skb(data);
	if (!skb)
		kfree(data);
	return skb;
}

/*
 * A new message with its two headers, and room for @payload bytes: the family's own
 * header, if it has one, and attributes. The first byte is returned in @tail. Only
 * a message that is not @unicast may be multicast. NULL if there is no memory.
 */
struct sk_buff *genl_helper_msg_new(const struct genl_family *family, u32 portid,
				    u32 seq, u8 cmd, size_t payload,
				    bool unicast, void **tail)
{
	size_t size = nlmsg_total_size(genlmsg_msg_size(payload));
	struct sk_buff *skb;

	if (unicast)
		skb = genl_helper_unicast_skb(size);
	else
		skb = alloc_skb(size, GFP_KERNEL);
	if (unlikely(!skb))
		return NULL;
	if (unlikely(!genlmsg_put(skb, portid, seq, family, 0, cmd))) {
		nlmsg_free(skb);
		return NULL;
	}
	if (family->hdrsize)
		skb_trim(skb, nlmsg_total_size(GENL_HDRLEN));
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

struct genl_helper_audience {
	const struct net *net;
	/* The requester, if it gets a message of its own. */
	const struct sock *requester;
	/* Length of the message. */
	unsigned int len;
	/* Whether a listener in @net was offered the message. */
	bool listened;
};

/* Called for each listener before its copy goes through its socket's filter. */
static int genl_helper_note_listener(struct sock *dsk, struct sk_buff *skb,
				     void *data)
{
	struct genl_helper_audience *audience = data;

	if (dsk == audience->requester)
		return 1;
	/*
	 * The filter of the listener before this one may have trimmed the buffer that
	 * both share. What it has cut off is still there, and no queue holds this one.
	 */
	if (unlikely(skb->len < audience->len))
		skb_put(skb, audience->len - skb->len);
	if (net_eq(sock_net(dsk), audience->net))
		audience->listened = true;
	return 0;
}

/*
 * Multicasts the message and sends it to @requester too, unless that is NULL. Returns
 * whether a listener of this namespace was offered it. The result depends on nothing
 * else, because it must not reveal listeners of other namespaces: neither on the core's
 * own result, which covers all namespaces, nor on listeners to all namespaces
 * (NETLINK_LISTEN_ALL_NSID). The requester does not count.
 *
 * The core could leave the requester out itself, but it compares ports, and a socket in
 * another namespace may have the same.
 */
bool genl_helper_notify(const struct genl_family *family, struct net *net,
			struct sk_buff *skb, u32 portid, unsigned int group,
			struct sock *requester)
{
	struct genl_helper_audience audience = {
		.net = net,
		.requester = requester,
		.len = skb->len,
	};

	if (requester)
		skb_get(skb);
	genlmsg_multicast_netns_filtered(family, net, skb, 0, group, GFP_KERNEL,
					 genl_helper_note_listener, &audience);
	if (requester)
		genlmsg_unicast(net, skb, portid);
	return audience.listened;
}

/*
 * Reports ENOBUFS to the listeners of a group, for a message that could not be
 * built, and to the requester @sk unless that is NULL.
 */
void genl_helper_lost(const struct genl_family *family, struct net *net,
		      unsigned int group, struct sock *sk)
{
	genl_set_err(family, net, 0, group, -ENOBUFS);
	if (sk) {
		/* As netlink_ack() does for an ACK that it cannot build. */
		WRITE_ONCE(sk->sk_err, ENOBUFS);
		sk_error_report(sk);
	}
}

/* The sender of a request that is being handled. */
struct sock *genl_helper_sender(const struct sk_buff *skb)
{
	return NETLINK_CB(skb).sk;
}

/* What the family with the number @id keeps in the namespace of a request. */
void *genl_helper_info_generic(const struct genl_info *info, unsigned int id)
{
	return net_generic(genl_info_net(info), id);
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
 * Whether both the task and the opener of @file may administer the namespace. netlink
 * asks the same of the task and the opener of its socket, except that it trusts the
 * task alone if that has named the destination of its message.
 */
bool genl_helper_net_admin(const struct net *net, const struct file *file)
{
	return file_ns_capable(file, net->user_ns, CAP_NET_ADMIN) &&
	       ns_capable(net->user_ns, CAP_NET_ADMIN);
}

/* Prepares the timer of a namespace. */
void genl_helper_timer_init(struct delayed_work *timer, work_func_t func)
{
	INIT_DELAYED_WORK(timer, func);
}

/* Waits for @done, and says so if that takes long. */
void genl_helper_wait_for_users(struct completion *done, const char *family)
{
	while (!wait_for_completion_timeout(done, 10 * HZ))
		pr_warn("family %s: waiting for users of its state\n", family);
}

/*
 * Waits until @module, whose init is failing, is referenced by its loader only.
 * The kernel frees it after that without looking.
 */
void genl_helper_wait_unreferenced(struct module *module)
{
	unsigned long said = jiffies;

	if (!module || module->state != MODULE_STATE_COMING)
		return;
	while (module_refcount(module) > 1) {
		if (time_after(jiffies, said + 10 * HZ)) {
			pr_warn("module %s: init failed; waiting for users\n",
				module->name);
			said = jiffies;
		}
		fsleep(1000);
	}
}

/* Expires in @ns nanoseconds, or a little later, in place of what was set. */
void genl_helper_timer_set(struct delayed_work *timer, u64 ns)
{
	mod_delayed_work(system_dfl_wq, timer, nsecs_to_jiffies(ns) + 1);
}

/* What NL_SET_ERR_MSG does, for a message that is no literal of C. */
void genl_helper_set_err_msg(struct netlink_ext_ack *extack, const char *msg)
{
	do_trace_netlink_extack(msg);
	extack->_msg = msg;
}
