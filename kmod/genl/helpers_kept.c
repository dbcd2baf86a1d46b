// SPDX-License-Identifier: GPL-2.0
/*
 * Kept requests: copies of requests, from which they can be answered later, in a
 * store per namespace. Each holds a reference to its sender's socket, and so to
 * the socket's namespace, for as long as that socket is open and no longer.
 *
 * A kept request may outlive its namespace, so the store is counted.
 */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

struct genl_helper_store {
	refcount_t refs;
	/* Guards the list, and @sk of its members. */
	spinlock_t lock;
	struct list_head kept;
};

struct genl_helper_kept {
	struct genl_helper_store *store;
	/* In the store's list while @sk is not NULL. */
	struct list_head list;
	struct sock *sk;
	u32 portid;
	struct nlmsghdr request[];
};

struct genl_helper_store *genl_helper_store_new(void)
{
	struct genl_helper_store *store = kmalloc_obj(*store, GFP_KERNEL_ACCOUNT);

	if (!store)
		return NULL;
	refcount_set(&store->refs, 1);
	spin_lock_init(&store->lock);
	INIT_LIST_HEAD(&store->kept);
	return store;
}

void genl_helper_store_put(struct genl_helper_store *store)
{
	if (refcount_dec_and_test(&store->refs))
		kfree(store);
}

/*
 * Lets go of the sockets in the store that are closed or, with @all, of every
 * one. The requests stay with their owners, as requests of closed sockets.
 */
void genl_helper_store_sever(struct genl_helper_store *store, bool all)
{
	struct genl_helper_kept *kept, *next;

	spin_lock_bh(&store->lock);
	list_for_each_entry_safe(kept, next, &store->kept, list) {
		struct sock *sk = kept->sk;

		if (!all && !sock_flag(sk, SOCK_DEAD))
			continue;
		list_del_init(&kept->list);
		WRITE_ONCE(kept->sk, NULL);
		sock_put(sk);
	}
	spin_unlock_bh(&store->lock);
}

/*
 * Keeps a copy of the request @nlh in @store, charged to the sender's memory
 * cgroup. -EOPNOTSUPP for a socket that does not hold its namespace, as the
 * kernel's own do not.
 */
struct genl_helper_kept *genl_helper_keep(struct genl_helper_store *store,
					  const struct sk_buff *in,
					  const struct nlmsghdr *nlh)
{
	struct sock *sk = NETLINK_CB(in).sk;
	struct genl_helper_kept *kept;

	if (!sk || !sk->sk_net_refcnt)
		return ERR_PTR(-EOPNOTSUPP);
	kept = kmalloc(sizeof(*kept) + nlh->nlmsg_len, GFP_KERNEL_ACCOUNT);
	if (unlikely(!kept))
		return ERR_PTR(-ENOMEM);
	refcount_inc(&store->refs);
	kept->store = store;
	kept->portid = NETLINK_CB(in).portid;
	memcpy(kept->request, nlh, nlh->nlmsg_len);
	sock_hold(sk);
	kept->sk = sk;
	spin_lock_bh(&store->lock);
	list_add_tail(&kept->list, &store->kept);
	spin_unlock_bh(&store->lock);
	return kept;
}

/*
 * The file of the socket that @kept came from, with a reference, or NULL if that
 * is closed. While the file is held, the socket keeps its port.
 *
 * netlink finds a socket by its port, and a port is free for another socket when
 * its socket is closed; netlink_sendskb(), which takes the socket itself, is not
 * exported. But a socket is released only when its file has no reference left.
 */
static struct file *genl_helper_kept_file(const struct genl_helper_kept *kept)
{
	struct file *file = NULL;
	struct sock *sk;

	spin_lock_bh(&kept->store->lock);
	sk = kept->sk;
	if (sk) {
		/* Releasing the socket waits for this lock before the file goes. */
		read_lock_bh(&sk->sk_callback_lock);
		if (sk->sk_socket)
			file = get_file_active(&sk->sk_socket->file);
		read_unlock_bh(&sk->sk_callback_lock);
	}
	spin_unlock_bh(&kept->store->lock);
	return file;
}

/*
 * Lets go of @file. Never in the calling task: if this is the last reference, the
 * socket is to be released whatever that task does next, such as wait.
 */
static void genl_helper_file_put(struct file *file)
{
	local_bh_disable();
	fput(file);
	local_bh_enable();
}

/* Drops @kept, without an answer. */
void genl_helper_kept_drop(struct genl_helper_kept *kept)
{
	struct sock *sk;

	spin_lock_bh(&kept->store->lock);
	sk = kept->sk;
	WRITE_ONCE(kept->sk, NULL);
	list_del_init(&kept->list);
	spin_unlock_bh(&kept->store->lock);
	if (sk)
		sock_put(sk);
	genl_helper_store_put(kept->store);
	kfree(kept);
}

bool genl_helper_kept_is_closed(const struct genl_helper_kept *kept)
{
	const struct socket *sock;
	bool closed = true;
	struct sock *sk;

	spin_lock_bh(&kept->store->lock);
	sk = kept->sk;
	if (sk) {
		read_lock_bh(&sk->sk_callback_lock);
		sock = sk->sk_socket;
		closed = !sock || !sock->file || !file_count(sock->file);
		read_unlock_bh(&sk->sk_callback_lock);
	}
	spin_unlock_bh(&kept->store->lock);
	return closed;
}

/*
 * Whether @kept came from the socket @sk, which the caller holds. While @kept
 * refers to a socket, no other has the same address.
 */
bool genl_helper_kept_is_from(const struct genl_helper_kept *kept,
			      const struct sock *sk)
{
	return sk && READ_ONCE(kept->sk) == sk;
}

/* Whether both came from the same socket, which is still open. */
bool genl_helper_kept_is_from_same(const struct genl_helper_kept *a,
				   const struct genl_helper_kept *b)
{
	return genl_helper_kept_is_from(a, READ_ONCE(b->sk));
}

u32 genl_helper_kept_portid(const struct genl_helper_kept *kept)
{
	return kept->portid;
}

/* The socket whose @file is held. */
static struct sock *genl_helper_file_sock(struct file *file)
{
	return sock_from_file(file)->sk;
}

/* Sends @skb, which it consumes, to the sender of @kept, as its own message. */
int genl_helper_kept_send(const struct genl_helper_kept *kept,
			  struct sk_buff *skb)
{
	struct file *file = genl_helper_kept_file(kept);
	int err;

	if (!file) {
		nlmsg_free(skb);
		return -ECONNREFUSED;
	}
	err = genlmsg_unicast(sock_net(genl_helper_file_sock(file)), skb,
			      kept->portid);
	genl_helper_file_put(file);
	return err;
}

/* Answers @kept with @skb: consumes both. */
int genl_helper_kept_answer(struct genl_helper_kept *kept, struct sk_buff *skb)
{
	struct nlmsghdr *reply = nlmsg_hdr(skb);
	int err;

	reply->nlmsg_pid = kept->portid;
	reply->nlmsg_seq = kept->request->nlmsg_seq;
	err = genl_helper_kept_send(kept, skb);
	genl_helper_kept_drop(kept);
	return err;
}

/*
 * Ends @kept, which it consumes, with @err and the words for it. -ECONNREFUSED if
 * the sender's socket is closed.
 */
int genl_helper_kept_refuse(struct genl_helper_kept *kept, int err,
			    const char *msg)
{
	struct netlink_ext_ack extack = { ._msg = msg };
	struct file *file = genl_helper_kept_file(kept);
	struct sk_buff *skb;
	struct sock *sk;

	if (!file) {
		genl_helper_kept_drop(kept);
		return -ECONNREFUSED;
	}
	do_trace_netlink_extack(msg);
	sk = genl_helper_file_sock(file);
	skb = alloc_skb(kept->request->nlmsg_len, GFP_KERNEL);
	if (skb) {
		/* What the core reads of a request: its sender, and whom it went to. */
		skb_put_data(skb, kept->request, kept->request->nlmsg_len);
		NETLINK_CB(skb).portid = kept->portid;
		NETLINK_CB(skb).sk = sk;
		skb->sk = sock_net(sk)->genl_sock;
		netlink_ack(skb, nlmsg_hdr(skb), err, &extack);
		skb->sk = NULL;
		nlmsg_free(skb);
	} else {
		/* As netlink_ack() does. */
		WRITE_ONCE(sk->sk_err, ENOBUFS);
		sk_error_report(sk);
	}
	genl_helper_file_put(file);
	genl_helper_kept_drop(kept);
	return 0;
}

#ifdef CONFIG_PARLEY_KUNIT_TEST
#include <kunit/test.h>

/* A request in a store, from a socket that belongs to the test. */
struct fixture {
	struct genl_helper_store *store;
	struct sock *sk;
	struct socket socket;
	struct file file;
	struct sk_buff *in;
	struct genl_helper_kept *kept;
};

static int parley_kept_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->sk = kunit_kzalloc(test, sizeof(*f->sk), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->sk);
	refcount_set(&f->sk->sk_refcnt, 1);
	rwlock_init(&f->sk->sk_callback_lock);
	f->sk->sk_net_refcnt = 1;
	file_ref_init(&f->file.f_ref, 1);
	f->socket.file = &f->file;
	f->sk->sk_socket = &f->socket;
	f->store = genl_helper_store_new();
	KUNIT_ASSERT_NOT_NULL(test, f->store);
	f->in = nlmsg_new(64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->in);
	NETLINK_CB(f->in).sk = f->sk;
	KUNIT_ASSERT_NOT_NULL(test, nlmsg_put(f->in, 7, 1, NLMSG_MIN_TYPE, 32, 0));
	f->kept = genl_helper_keep(f->store, f->in, nlmsg_hdr(f->in));
	KUNIT_ASSERT_FALSE(test, IS_ERR(f->kept));
	return 0;
}

static void parley_kept_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	if (!IS_ERR_OR_NULL(f->kept))
		genl_helper_kept_drop(f->kept);
	if (f->store)
		genl_helper_store_put(f->store);
	kfree_skb(f->in);
}

static int sends(struct fixture *f)
{
	struct sk_buff *skb = nlmsg_new(16, GFP_KERNEL);

	return skb ? genl_helper_kept_send(f->kept, skb) : -ENOMEM;
}

/* A family need not do anything for this: the layer calls it for each socket. */
static void a_closed_socket_is_not_held(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, refcount_read(&f->sk->sk_refcnt), 2);
	genl_helper_store_sever(f->store, false);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->sk->sk_refcnt), 2);
	KUNIT_EXPECT_TRUE(test, genl_helper_kept_is_from(f->kept, f->sk));

	sock_set_flag(f->sk, SOCK_DEAD);
	genl_helper_store_sever(f->store, false);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->sk->sk_refcnt), 1);
	KUNIT_EXPECT_TRUE(test, genl_helper_kept_is_closed(f->kept));
	KUNIT_EXPECT_FALSE(test, genl_helper_kept_is_from(f->kept, f->sk));
	KUNIT_EXPECT_EQ(test, sends(f), -ECONNREFUSED);
}

/*
 * close() has dropped the last reference to the file, and another socket may have the
 * port, but the release was not announced yet. Nothing must be sent to the port.
 */
static void a_socket_that_is_being_released_is_sent_nothing(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_FALSE(test, genl_helper_kept_is_closed(f->kept));
	KUNIT_ASSERT_TRUE(test, file_ref_put_close(&f->file.f_ref));
	KUNIT_EXPECT_TRUE(test, genl_helper_kept_is_closed(f->kept));
	KUNIT_EXPECT_EQ(test, sends(f), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, genl_helper_kept_refuse(f->kept, -EPIPE, "test"), -ECONNREFUSED);
	f->kept = NULL;
}

static void no_socket_is_held_when_the_namespace_goes(struct kunit *test)
{
	struct fixture *f = test->priv;

	genl_helper_store_sever(f->store, true);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->sk->sk_refcnt), 1);
	/* The request outlives its namespace, and the store with it. */
	genl_helper_store_put(f->store);
	f->store = NULL;
	KUNIT_EXPECT_EQ(test, sends(f), -ECONNREFUSED);
}

static void a_dropped_request_holds_nothing(struct kunit *test)
{
	struct fixture *f = test->priv;

	genl_helper_kept_drop(f->kept);
	f->kept = NULL;
	KUNIT_EXPECT_EQ(test, refcount_read(&f->sk->sk_refcnt), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&f->store->kept));
}

/* Such a socket goes with its namespace, without a word to the notifier. */
static void a_socket_of_the_kernels_own_is_not_kept(struct kunit *test)
{
	struct fixture *f = test->priv;

	f->sk->sk_net_refcnt = 0;
	KUNIT_EXPECT_EQ(test, PTR_ERR(genl_helper_keep(f->store, f->in, nlmsg_hdr(f->in))),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->sk->sk_refcnt), 2);
}

static struct kunit_case parley_kept_cases[] = {
	KUNIT_CASE(a_closed_socket_is_not_held),
	KUNIT_CASE(a_socket_that_is_being_released_is_sent_nothing),
	KUNIT_CASE(no_socket_is_held_when_the_namespace_goes),
	KUNIT_CASE(a_dropped_request_holds_nothing),
	KUNIT_CASE(a_socket_of_the_kernels_own_is_not_kept),
	{}
};

static struct kunit_suite parley_kept = {
	.name = "parley_kept",
	.init = parley_kept_init,
	.exit = parley_kept_exit,
	.test_cases = parley_kept_cases,
};

kunit_test_suite(parley_kept);
#endif
