/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kept request, and the port of the socket that sent it (genl/helpers_kept.c,
 * genl/kept.rs). netlink finds sockets by port, and another socket may take a
 * port as soon as the one that had it is released.
 *
 * The socket A has sent a request that is kept. A is closed at any time; B then
 * takes the port, and perhaps the memory, of A. Meanwhile the module answers the
 * request, and B calls, as A would.
 */

mtype = { NOBODY, A, B };

mtype port = A;		/* whom netlink finds by the port */
mtype memory = A;	/* whose struct sock is at A's address */
byte file_refs = 1;	/* of A's file: its descriptor */
byte sock_refs = 2;	/* of A's struct sock: its socket, and the kept request */
bool kept_sk = true;	/* whether the request still refers to A */
bool released = false;
byte lock = 0;		/* the store's */

inline take() { atomic { lock == 0 -> lock = 1 } }
inline give() { lock = 0 }

inline put_sock()
{
	atomic {
		sock_refs--;
		if
		:: sock_refs == 0 -> memory = NOBODY
		:: else
		fi
	}
}

/* netlink_release(), and the notifier's call of genl_helper_store_sever(). */
proctype release()
{
	port = NOBODY;
#ifndef FAULT_NOT_SEVERED
	take();
	if
	:: kept_sk -> kept_sk = false; put_sock()
	:: else
	fi;
	give();
#endif
	put_sock();
	released = true
}

inline put_file()
{
	atomic {
		file_refs--;
		if
		:: file_refs == 0 -> run release()
		:: else
		fi
	}
}

active proctype close_a()
{
	put_file()
}

/* genl_helper_kept_answer() */
active proctype answer()
{
	bool sends;

	take();
#ifdef FAULT_BY_PORT
	sends = kept_sk;
#else
	if
	:: atomic { kept_sk && file_refs > 0 -> file_refs++; sends = true }
	:: else -> sends = false
	fi;
#endif
	give();
	if
	:: sends ->
		/* Who gets it, if anybody. */
		assert(port != B);
#ifndef FAULT_BY_PORT
		put_file()
#endif
	:: else
	fi
}

/* Another socket takes the port, and memory that is free, and sends a request. */
active proctype open_b()
{
	bool is_a;

	port == NOBODY -> port = B;
	if
	:: atomic { memory == NOBODY -> memory = B }
	:: true
	fi;
	/* genl_helper_kept_is_from(): compares addresses. */
#ifdef FAULT_SENDER_BY_PORT
	is_a = true;
#else
	is_a = kept_sk && memory == B;
#endif
	assert(!is_a)
}

/* Whatever the owner of the request does, a closed socket is held by nobody. */
active proctype check()
{
	timeout;
	assert(!released || sock_refs == 0)
}
