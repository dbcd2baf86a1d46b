/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two questions, their agent, and the timer of the namespace (state/questions.rs,
 * ask.rs, genl/registration.rs). Askers and agent close their sockets at any time,
 * and the family goes. That an agent takes over from a closed one is left out.
 *
 * Times are numbers: question 1 is due at 1, question 2 at 2, and a timer that is
 * set for 0 expires at once. Time passes in one of two ways, which the first step
 * chooses: at any moment, or only when nothing else can happen. The second shows
 * whether the timer is set as it should be when all is still.
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
bool deaf = false;	/* whether SocketWatch is dropped */
bool freed = false;	/* whether the state is */

bool agent_closed = false;
bool asker_closed[N + 1];
bool acked[N + 1];	/* whether the asker has the ACK */
bool ended[N + 1];	/* whether it has an answer or an error */
chan questions = [N] of { byte };	/* the agent's socket */

#define EXISTS assert(!freed)

inline take_lock() { EXISTS; atomic { lock == 0 -> lock = 1 } }
inline give_lock() { lock = 0 }
inline set_timer(at) { EXISTS; atomic { if :: settable -> timer = at :: else fi } }

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

/* Questions::forget(), of all sockets, with the lock held: drops what nobody will read. */
inline forget_all()
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
	EXISTS;
	atomic { if :: has_closed -> has_closed = false; forgets = true :: else -> forgets = false fi }
	if :: forgets -> forgets = false; take_lock(); forget_all() :: else fi
}

/* Questions::socket_closed(), from netlink's notifier, where the lock is taken. */
inline note_closed() { has_closed = true; set_timer(0) }

inline asker_has_closed(i)
{
	asker_closed[i] = true;
	if
	:: atomic { !deaf -> notified++ };
		EXISTS;
		if
		:: atomic { lock == 0 -> lock = 1 } -> pending[i] = false; give_lock()
		:: lock == 1 -> note_closed()
		fi;
		notified--
	:: deaf
	fi
}

inline agent_has_closed()
{
	agent_closed = true;
	if
	:: atomic { !deaf -> notified++ };
		EXISTS;
		if
		:: atomic { lock == 0 -> lock = 1 };
			atomic { if :: agent -> fail_all() :: else fi };
			give_lock()
		:: lock == 1 -> note_closed()
		fi;
		notified--
	:: deaf
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
	atomic { pending[i] = true; is_first = (FIRST == i) };
#ifdef FAULT_SET_AFTER
	give_lock();
	if :: is_first -> is_first = false; set_timer(i) :: else fi;
#else
	if :: is_first -> is_first = false; set_timer(i) :: else fi;
	give_lock();
#endif
#ifdef FAULT_ACK_AFTER
	acked[i] = true;
#endif
#ifndef FAULT_NOT_FORGOTTEN
	forget_closed();
#endif
out:	requests--;
	if
	:: asker_has_closed(i)
	:: true
	fi;
end:	skip
}

/* The agent answers or declines, or gives up. */
active proctype answer()
{
	byte i;

	do
	:: questions?i ->
		if
		:: atomic { !gone -> requests++ }
		:: gone -> break
		fi;
#ifndef FAULT_ANSWER_UNLOCKED
		take_lock();
#endif
		atomic {
			if
			:: pending[i] -> end_question(i)
			:: else -> assert(ended[i] || asker_closed[i])	/* or the refusal is false */
			fi
		}
#ifndef FAULT_ANSWER_UNLOCKED
		give_lock();
#endif
		requests--
	:: break
	od;
	if
	:: agent_has_closed()
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
		/* Entered::new() */
		if
		:: atomic { !gone -> requests++ }
		:: gone -> goto done
		fi;
		do
		:: take_lock();
			if
			:: FIRST <= now -> first = FIRST; end_question(first); first = 0
			:: FIRST > now && FIRST != NEVER -> set_timer(FIRST); now = NEVER
			:: FIRST == NEVER -> now = NEVER
			fi;
			give_lock();
			if :: now == NEVER -> break :: else fi
		od;
		forget_closed();
		requests--;
done:		now = NEVER;
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
	assert(!has_closed);
	/* Whoever waits for an answer has it, or an error. */
	assert(!acked[1] || ended[1] || asker_closed[1]);
	assert(!acked[2] || ended[2] || asker_closed[2])
}

/* Visible, SocketWatch and Pernet are dropped, in this order. */
proctype unload()
{
	atomic { requests == 0 -> gone = true };
#ifdef FAULT_WATCHED_TO_THE_END
	skip;
#else
	atomic { notified == 0 -> deaf = true };
#endif
	atomic { timer = NEVER; settable = false };
	!working;
	take_lock();
	atomic { fail_all() }
	give_lock();
	has_closed = false;
	freed = true
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
