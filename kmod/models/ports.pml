/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kept request, and the port of the socket that sent it (genl/helpers_kept.c,
 * genl/kept.rs). netlink finds sockets by port, and another socket may take a
 * port as soon as the one that had it is released.
 *
 * The socket A has sent a request that is kept. A is closed at any time; B then
 * takes the port of A, and perhaps its memory, and sends a request as A would.
 * Meanwhile the module answers the kept request, or never does.
 */

mtype = { NOBODY, A, B };

mtype port = A;		/* whom netlink finds by the port */
mtype memory = A;	/* whose struct sock is at A's address */
byte file_refs = 1;	/* of A's file: its descriptor */
byte sock_refs = 2;	/* of A's struct sock: its socket, and the kept request */
bool kept = true;	/* whether the request is kept */
bool kept_sk = true;	/* whether it still refers to A */
bool released = false;
byte lock = 0;		/* the store's */

#ifdef FAULT_UNLOCKED
inline take() { skip }
inline give() { skip }
#else
inline take() { atomic { lock == 0 -> lock = 1 } }
inline give() { lock = 0 }
#endif

inline put_sock()
{
	atomic {
		assert(sock_refs > 0);
		sock_refs--;
		if
		:: sock_refs == 0 -> memory = NOBODY
		:: else
		fi
	}
}

/* Lets go of A, if the request still refers to it. */
inline sever()
{
	take();
	if
	:: kept_sk -> kept_sk = false; give(); put_sock()
	:: else -> give()
	fi
}

/* netlink_release(), and the notifier's call of genl_helper_store_sever(). */
proctype release()
{
	port = NOBODY;
#ifndef FAULT_NOT_SEVERED
	sever();
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

	if
	:: true
	:: goto out
	fi;
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
	fi;
	sever();
	kept = false;
out:	skip
}

/* Another socket takes the port, and memory that is free, and sends a request. */
active proctype open_b()
{
	port == NOBODY -> port = B;
	if
	:: atomic { memory == NOBODY -> memory = B }
	:: true
	fi;
	/* Whether it is taken for the sender of the kept request. */
#ifdef FAULT_SENDER_BY_PORT
	assert(!kept)
#else
	/* genl_helper_kept_is_from(): compares addresses. */
	assert(!kept_sk || memory != B)
#endif
}

/* Whatever the owner of the request does, a closed socket is held by nobody. */
active proctype check()
{
	timeout;
	assert(!released || sock_refs == 0)
}
