/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two questions, their agent, and the timer of the namespace (state/questions.rs,
 * ask.rs). Askers and agent close their sockets at any time, and the family goes.
 *
 * Times are numbers: the question N is due at N, and a timer that is set for 0
 * expires at once. Time passes in one of two ways, which the first step chooses:
 * at any moment, or only when nothing else can happen. The second shows whether
 * the timer is set as it should be when all is still.
 *
 * What is done with the lock held is one step, but others see the lock taken before
 * and after it.
 */

#define N 2
#define NEVER 255

bool still;		/* how time passes */
byte lock = 0;		/* Questions::table */
bool agent = true;	/* Table::agent */
bool pending[N + 1];	/* Table::pending; question 0 does not exist */
bool has_closed = false;	/* Questions::has_closed */
byte timer = NEVER;	/* when the timer expires */
bool settable = true;	/* false after disable_delayed_work_sync() */
bool working = false;	/* whether the timer's function runs */
byte requests = 0;	/* that are being handled */
byte notified = 0;	/* notifier calls that run */
bool gone = false;	/* whether the family is unregistered */

bool agent_closed = false;
bool asker_closed[N + 1];
bool acked[N + 1];	/* whether the asker has the ACK */
bool ended[N + 1];	/* whether it has an answer or an error */
chan questions = [N] of { byte };	/* the agent's socket */

inline take_lock() { atomic { lock == 0 -> lock = 1 } }
inline give_lock() { lock = 0 }
inline set_timer(at) { atomic { if :: settable -> timer = at :: else fi } }

/* The deadline of the first pending question. */
#define FIRST (pending[1] -> 1 : (pending[2] -> 2 : NEVER))

/*
 * Takes a question out of the table and ends it. The answer or the error is sent
 * after the lock is given back; to whom is the matter of ports.pml.
 */
inline end_question(i)
{
	d_step {
		pending[i] = false;
		assert(!ended[i]);
		assert(acked[i]);
		ended[i] = true
	}
}

/* Table::remove_agent() and fail_all() */
inline fail_all()
{
	agent = false;
	if :: pending[1] -> end_question(1) :: else fi;
	if :: pending[2] -> end_question(2) :: else fi
}

/* Questions::forget(), with the lock held; drops what nobody will read. */
inline forget()
{
	atomic {
		if
		:: agent && agent_closed -> fail_all()
		:: else ->
			pending[1] = pending[1] && !asker_closed[1];
			pending[2] = pending[2] && !asker_closed[2]
		fi
	}
	give_lock()
}

inline forget_closed()
{
	atomic { if :: has_closed -> has_closed = false; forgets = true :: else -> forgets = false fi }
	if :: forgets -> forgets = false; take_lock(); forget() :: else fi
}

/* Questions::socket_closed(), from netlink's notifier. */
inline socket_closed()
{
	if
	:: atomic { !gone -> notified++ };
		if
		:: atomic { lock == 0 -> lock = 1 } -> forget()
		:: lock == 1 -> has_closed = true; set_timer(0)
		fi;
		notified--
	:: gone
	fi
}

/* Questions::ask(), of the question that is due at i. */
proctype ask(byte i)
{
	bool is_first, forgets;

	if
	:: atomic { !gone -> requests++ }
	:: gone -> goto end
	fi;
#ifdef FAULT_SENT_BEFORE
	questions!i;
	acked[i] = true;
#endif
	take_lock();
	atomic {
		if
		:: !agent || agent_closed -> give_lock(); goto out
		:: else
		fi;
#ifndef FAULT_SENT_BEFORE
		questions!i;
#ifndef FAULT_ACK_AFTER
		acked[i] = true;
#endif
#endif
		pending[i] = true;
		is_first = (FIRST == i);
#ifndef FAULT_SET_AFTER
		if :: is_first -> is_first = false; set_timer(i) :: else fi
#endif
	}
	give_lock();
#ifdef FAULT_SET_AFTER
	if :: is_first -> set_timer(i) :: else fi;
#endif
#ifdef FAULT_ACK_AFTER
	acked[i] = true;
#endif
#ifndef FAULT_NOT_FORGOTTEN
	forget_closed();
#endif
out:	requests--;
	if
	:: asker_closed[i] = true; socket_closed()
	:: true
	fi;
end:	skip
}

/* The agent answers or declines, or gives up. */
active proctype answer()
{
	bool forgets;
	byte i;

	do
	:: questions?i ->
		if
		:: atomic { !gone -> requests++ }
		:: gone -> break
		fi;
		take_lock();
		atomic {
			if
			:: pending[i] -> end_question(i)
			:: else -> assert(ended[i] || asker_closed[i])	/* or the refusal is false */
			fi
		}
		give_lock();
		requests--
	:: break
	od;
	if
	:: agent_closed = true; socket_closed()
	:: true
	fi
}

/* Questions::time_out(), which is the timer's function. */
active proctype time_out()
{
	bool forgets;
	byte now = NEVER, first;

	do
	:: atomic { timer != NEVER && (!still || timer == 0) ->
		now = timer; timer = NEVER; working = true };
expired:
		do
		:: take_lock();
			if
			:: FIRST <= now -> first = FIRST; end_question(first)
			:: FIRST > now && FIRST != NEVER -> set_timer(FIRST); now = NEVER
			:: FIRST == NEVER -> now = NEVER
			fi;
			give_lock();
			if :: now == NEVER -> break :: else fi
		od;
		forget_closed();
		working = false
	:: atomic { timeout -> assert(still || timer == NEVER);
		if
		:: timer == NEVER -> break
		:: else
		fi;
		/* All is still: the next question is the timer's, and no close is forgotten. */
		assert(timer <= FIRST);
		assert(!has_closed);
		now = timer; timer = NEVER; working = true };
		goto expired
	od;
	/* Nothing happens any more. */
	assert(!pending[1] && !pending[2]);
	assert(!has_closed)
}

/* Visible, SocketWatch and Pernet are dropped: see family.pml. */
proctype unload()
{
	atomic { requests == 0 -> gone = true };
	notified == 0;
	atomic { timer = NEVER; settable = false };
	!working;
	take_lock();
	atomic { fail_all() }
	give_lock();
	has_closed = false
}

init
{
	atomic {
		if
		:: still = true; run ask(1); run ask(2)
		:: run ask(1); run ask(2)
		:: run ask(1); run unload()
		fi
	}
}
