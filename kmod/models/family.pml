/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A family's life: the module's init, which may fail, and its exit, beside a
 * request, a dump and an open file, of which the last two may be kept for ever
 * (genl/registration.rs, genl/users.rs, device.rs). The states here are those of
 * all namespaces; their timers and the watch of sockets are in questions.pml.
 *
 * A reference to the module keeps rmmod away, but the kernel frees a module whose
 * init fails whatever refers to it. The family may also go without its module, as
 * in the KUnit suites; that does not end an open dump.
 */

mtype = { COMING, LIVE, GOING, FREED };

mtype module = COMING;
byte refs = 1;		/* of the module; one is the loader's */
bool channel = false;	/* whether there is a file to open */
bool visible = false;	/* whether requests find the family */
bool admitted = false;	/* Users::visible */
bool closed = true;	/* Users::CLOSED in Users::count */
byte users = 0;		/* the rest of Users::count */
bool state = false;	/* whether the namespaces have their states */
byte requests = 0;	/* that hold cb_lock for reading */

#define RUNS assert(module != FREED)

inline module_get(got)
{
	atomic {
		if
		:: module == COMING || module == LIVE -> refs++; got = true
		:: else -> got = false
		fi
	}
}

/* Users::enter() */
inline enter(got)
{
	RUNS;
	atomic {
		if
		:: !closed -> users++; got = true
		:: else -> got = false
		fi
	}
}

inline leave()
{
	RUNS;
	users--
}

/* Visible::new(), which the core may refuse. */
inline register(done)
{
	closed = false;
	if
	:: visible = true; admitted = true; done = true
	:: closed = true; users == 0; done = false
	fi
}

/* Drops Visible: genl_unregister_family() takes cb_lock for writing. */
inline unregister()
{
	admitted = false;
	closed = true;
	users == 0;
#ifdef FAULT_STATE_FIRST
	state = false;
#endif
	atomic { requests == 0 -> visible = false }
}

active proctype load()
{
	bool done;

	state = true;
#ifdef FAULT_VISIBLE_EARLY
	register(done);
	if
	:: !done -> goto failed
	:: channel = true
	:: true -> unregister(); goto failed
	fi;
#else
	if
	:: channel = true
	:: goto failed
	fi;
	register(done);
	if
	:: !done -> channel = false; goto failed
	:: else
	fi;
#endif
	module = LIVE;
	refs--;
	/* KUnit's tests register a family, and unregister it again. */
	if
	:: unregister(); channel = false; state = false
	:: true
	fi;
	/* rmmod: try_stop_module(). It may wait for ever. */
end_rmmod:
	atomic { refs == 0 -> module = GOING };
	if
	:: visible -> unregister()
	:: else
	fi;
	channel = false;
	state = false;
	module = FREED;
	goto end;
failed:
#ifndef FAULT_NO_WAIT
	/* Quiet. Nobody may keep init waiting for ever. */
	refs == 1;
#endif
	state = false;
	module = FREED;
end:	skip
}

/* A request with one answer. */
active proctype request()
{
	if
	:: atomic { visible -> requests++ };
		RUNS;
		assert(state);
		requests--
	:: true
	fi
}

/* A dump of two buffers, which its requester may give up, or never read to its end. */
active proctype dump()
{
	bool got, in;
	byte buffers = 2;

	/* genl_rcv() */
	if
	:: atomic { visible -> requests++ }
	:: goto end
	fi;
	module_get(got);
	if
	:: got ->
		enter(in);
		if
		:: in -> assert(state); leave()
		:: else
		fi
	:: else -> in = false
	fi;
	requests--;
	if
	:: got && !in -> refs--; goto end
	:: !got -> goto end
	:: else
	fi;
	do
	:: buffers > 0 ->
		RUNS;
#ifdef FAULT_NO_USERS
		in = true;
#else
		enter(in);
#endif
		if
		:: in ->
			assert(state);
#ifndef FAULT_NO_USERS
			leave();
#endif
			buffers--
		:: else -> break
		fi
	:: break
	:: goto end
	od;
	/* done() */
	RUNS;
	refs--;
end:	skip
}

/* A file of the module's own, such as /dev/parley. */
active proctype file()
{
	bool got, in;

	/* misc_open() and debugfs look for the file, and take the reference, in one step. */
	if
#ifdef FAULT_NO_OWNER
	:: atomic { channel -> got = true }
#else
	:: atomic { channel -> module_get(got) }
#endif
	:: goto end
	fi;
	if
	:: !got -> goto end
	:: else
	fi;
	/* open(): Users::enter_visible() */
	enter(in);
#ifndef FAULT_NOT_ADMITTED
	if
	:: in && !admitted -> leave(); in = false
	:: else
	fi;
#endif
	if
	:: in ->
		assert(state);
		leave();
		/* ioctl() */
		enter(in);
		if
		:: in -> assert(state); leave()
		:: else
		fi;
		if
		:: goto end
		:: true
		fi
	:: else
	fi;
	/* The kernel reads the module's memory once more, to drop its reference. */
	RUNS;
#ifndef FAULT_NO_OWNER
	refs--;
#endif
end:	skip
}
