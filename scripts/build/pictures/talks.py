# SPDX-License-Identifier: GPL-2.0
"""Pictures of conversations: a dump, a multicast, namespaces, a question."""

import re

from layout import Sheet


def dump(sources):
    """A dump of two buffers, and the cursor between them."""
    names = re.search(
        r"^\$ for name in (.*?); do parley counter set",
        sources.read("docs/course/07-dumps.md"),
        re.M,
    )
    names = names[1].split()
    cursor = sources.find("kmod/counter.rs", r"type Cursor = (.*);")[1]
    code = sources.function
    cut, new = names[-2], "avocado"
    assert (
        names == sorted(names) and names[0] < new < cut
    ), "the new counter must be before the cursor"
    first, later = names[:-1], [name for name in (*names, new) if name != cut]
    later.sort()
    second = [name for name in later if name > cut]
    command = sources.operation("counter-get")
    assert "dump" in command.modes
    sheet = Sheet(
        "A dump and its cursor",
        f"The counters are {', '.join(names)}. The first buffer has {' and '.join(first)}; the"
        f" cursor is the last name, {cut}. Then {new} is created and {cut} is deleted. The second"
        f" buffer goes on behind {cut}, with {', '.join(second)}, flagged DUMP_INTR, and"
        " NLMSG_DONE.",
        sources.style(),
    )

    def row(y, words, counters, marked=None):
        sheet.text(8, y + 20, words, "small faint", 152)
        for place, name in enumerate(counters):
            sheet.box(
                164 + place * 112, y, 104, 32, (name,), "amber" if name == marked else "green"
            )

    def buffer(y, words, messages):
        sheet.text(8, y + 20, words, "small", 152)
        sheet.text(8, y + 34, "sent to the program", "small faint", 152)
        sheet.frame(160, y, 112 * len(messages) + 4, 66, "")
        for place, (name, *flags) in enumerate(messages):
            sheet.box(166 + place * 112, y + 6, 104, 54, (name, *flags), "blue")

    count = len(names)
    row(8, "in order of the name", names)
    sheet.lines(
        180 + 112 * count,
        18,
        (
            f"cmd {command.number} counter-get, NLM_F_DUMP",
            (
                f"the core calls {code('kmod/genl/dump.rs', 'start')}, then "
                f"{code('kmod/genl/dump.rs', 'next')}"
            ),
        ),
        "small",
    )
    for place in range(len(first)):
        sheet.arrow((216 + place * 112, 40), (216 + place * 112, 62))
    buffer(62, "recvfrom: a buffer", [(name, "MULTI") for name in first])
    sheet.lines(
        180 + 112 * count,
        84,
        (f"{code('kmod/genl/dump.rs', 'put')} fails: no room for more", f"the cursor, {cursor}:"),
        "small",
    )
    sheet.box(180 + 112 * count, 104, 150, 30, (f'"{cut}"',), "amber")

    sheet.rule(8, 148, 752, 148)
    sheet.text(
        8,
        166,
        f"Meanwhile: {new} is created, {cut} is deleted, and the generation changes.",
        "",
        740,
    )
    row(178, "the list now", later)
    at = 164 + 112 * sum(name < cut for name in later) - 4
    sheet.rule(at, 172, at, 226)
    sheet.text(at - 4, 226, f'behind "{cut}"', "small end")
    for place, _ in enumerate(second):
        x = 216 + 112 * (sum(name < cut for name in later) + place)
        sheet.arrow((x, 210), (x, 232), (216 + 112 * place, 232), (216 + 112 * place, 238))
    buffer(
        238,
        "recvfrom: the next one",
        [
            *(
                (name, "MULTI", "DUMP_INTR" if place == 0 else "")
                for place, name in enumerate(second)
            ),
            ("NLMSG_DONE", "MULTI"),
        ],
    )
    sheet.lines(
        180 + 112 * count,
        258,
        (
            f"{code('kmod/genl/dump.rs', 'generation')}: the list has changed,",
            "so one message has DUMP_INTR",
            f"{new} is not shown: it is before",
            "the cursor; no other is missed",
        ),
        "small",
    )
    return sheet


def multicast(sources):
    """A change, its notification, and the receivers."""
    group, change = sources.group(), sources.operation("counter-change-ntf")
    cause, read = sources.operation("counter-add"), sources.operation(change.notify)
    notifications = [op for op in sources.operations() if op.group == group]
    sources.says("user/netlink/src/netlink/socket.rs", "ENOBUFS")
    sheet = Sheet(
        "One change, all listeners",
        f"A program sends {cause.name}. The kernel makes the change, replies to the program, and"
        f" multicasts {change.name} to the group {group}. Each member's buffer receives it; where"
        " it is full, the event is dropped and the next receive fails with ENOBUFS. Other sockets"
        " receive nothing.",
        sources.style(),
    )
    sheet.box(8, 60, 170, 50, ("a program", f"sends {cause.name}, cmd {cause.number}"), "blue")
    sheet.box(
        276,
        60,
        186,
        50,
        ("the handler", f"kmod/counter.rs: {sources.function('kmod/counter.rs', 'handle')}"),
        "green",
    )
    sheet.arrow((178, 75), (276, 75))
    sheet.text(227, 70, "request", "small mid")
    sheet.arrow((276, 97), (178, 97))
    sheet.text(227, 110, "reply", "small mid")
    sheet.box(
        276,
        156,
        186,
        50,
        (
            f"call.{sources.function('kmod/genl/notify.rs', 'notify')}",
            f"{change.name}, cmd {change.number}",
        ),
        "green",
    )
    sheet.arrow((369, 110), (369, 156))
    sheet.lines(
        8,
        160,
        (
            "The kernel builds the event once,",
            "and not at all if nobody listens.",
            f"It has the attributes of {read.name}:",
            ", ".join(read.reply) + ".",
        ),
        "small",
        260,
    )
    sheet.frame(508, 24, 244, 196, f"group {group}")
    members = (
        ("a listener", "buffer: the event", "blue"),
        ("a listener", "buffer: the event", "blue"),
        ("a slow listener", "buffer full: ENOBUFS, then dump", "red"),
    )
    for place, (name, words, colour) in enumerate(members):
        y = 48 + place * 56
        sheet.box(520, y, 220, 44, (name, words), colour)
        sheet.arrow((462, 181), (490, 181), (490, y + 22), (520, y + 22), dashed=colour == "red")
    sheet.box(520, 232, 220, 40, ("another socket", "has not joined: no event"))
    sheet.text(8, 250, "The group's notifications, from the spec:", "small faint")
    for place, op in enumerate(notifications):
        sheet.text(28, 270 + place * 17, op.number, "end bold")
        sheet.text(40, 270 + place * 17, op.name)
    return sheet


def namespaces(sources):
    """One module, and a state for each network namespace."""
    body = sources.find("kmod/state.rs", r"pub\(crate\) struct Net \{\n((?:.*\n)*?)\}")[1]
    fields = re.findall(r"^ +(\w+): (.*),$", body, re.M)
    operations = sources.operations()
    admin = [op.name for op in operations if "uns-admin-perm" in op.flags]
    anyone = [
        op.name
        for op in operations
        if op.modes and "event" not in op.modes and op.name not in ("answer", *admin)
    ]
    sources.says("kmod/ask.rs", "only the namespace's agent may answer")
    sheet = Sheet(
        "A family in every network namespace, each with its own state",
        "The module is loaded once, and its family is visible in every network namespace. Each has"
        f" a state of its own: {', '.join(name for name, _ in fields)}; and a group"
        f" {sources.group()} of its own. Anyone may call {', '.join(anyone)}. {', '.join(admin)}"
        " require CAP_NET_ADMIN in the user namespace that owns the network namespace.",
        sources.style(),
    )
    sheet.box(
        180,
        8,
        400,
        40,
        ("the module, loaded once", "the family parley, with one number everywhere"),
        "green",
    )
    for left, name, owner in (
        (8, "a network namespace", "the initial user namespace"),
        (388, "another, such as a container's", "a user's own user namespace"),
    ):
        sheet.frame(left, 72, 364, 228, name)
        sheet.arrow((left + 182, 48), (left + 182, 72))
        sheet.box(left + 12, 98, 160, 40, ("sockets", "of this namespace"), "blue")
        sheet.box(
            left + 12, 160, 160, 40, (f"group {sources.group()}", "members: these sockets"), "blue"
        )
        sheet.text(left + 196, 106, "struct Net, its state", "small faint")
        for place, (field, kind) in enumerate(fields):
            sheet.box(left + 196, 112 + place * 33, 156, 30, (field, kind), "amber")
        sheet.arrow((left + 172, 118), (left + 196, 118))
        sheet.arrow((left + 196, 180), (left + 172, 180))
        sheet.box(left + 12, 252, 340, 40, (owner, "owns it: CAP_NET_ADMIN counts there"))
    sheet.lines(
        8,
        320,
        (
            f"anyone: {', '.join(anyone)}",
            f"CAP_NET_ADMIN: {', '.join(admin)}",
            "the agent's socket: answer",
        ),
        "small",
        744,
    )
    return sheet


def question(sources):
    """The messages of a question, between three sides."""
    ask, event, answer, register = map(
        sources.operation, ("ask", "question", "answer", "agent-register")
    )
    code, path = sources.function, "kmod/state/questions.rs"
    seconds = sources.constant("timeout-ms-default") / 1000
    messages = (
        ("asker", "kernel", f"{ask.name} ({ask.number})", ask.request),
        ("kernel", "agent", f"{event.name} ({event.number})", event.event),
        ("agent", "kernel", f"{answer.name} ({answer.number})", ["id", "answer or declined"]),
        ("kernel", "asker", f"{ask.name} ({ask.number}), in reply to 1", ask.reply),
        ("kernel", "agent", "ACK: NLMSG_ERROR, 0", []),
    )
    assert answer.request == ["id", "answer", "declined"]
    sheet = Sheet(
        "The five messages of a question",
        "An agent has registered its socket. "
        + " ".join(
            f"{place}: {start} to {end}, {what}{' with ' + ', '.join(which) if which else ''}."
            for place, (start, end, what, which) in enumerate(messages, 1)
        ),
        sources.style(),
    )
    lines = {"asker": 90, "kernel": 380, "agent": 670}
    boxes = {
        "asker": ("the asker", "any program"),
        "kernel": ("the module", "no task sleeps in it"),
        "agent": ("the agent", f"{register.name} ({register.number})"),
    }
    for name, x in lines.items():
        width = 164
        sheet.box(x - 82, 8, width, 40, boxes[name], "green" if name == "kernel" else "blue")
    y, marks, notes = (
        84,
        [],
        {
            1: f"{code(path, 'ask')}: keeps the request, sets a timer",
            3: f"{code(path, 'answer')}: finds the request by its id",
        },
    )
    for place, (start, end, what, which) in enumerate(messages, 1):
        x1, x2 = lines[start], lines[end]
        middle, sign = (x1 + x2) / 2, 1 if x2 > x1 else -1
        sheet.text(middle, y - 6, f"{place}. {what}", "bold mid", 270)
        sheet.arrow((x1 + 4 * sign, y), (x2 - 4 * sign, y))
        if which:
            sheet.text(middle, y + 13, ", ".join(which), "small mid", 270)
        y += 42
        if place in notes:
            marks.append((y - 24, notes[place]))
            y += 30
    for x in lines.values():
        sheet.rule(x, 48, x, y - 22)
    for top, words in marks:
        sheet.box(250, top, 260, 24, (), "amber")
        sheet.text(380, top + 16, words, "small mid", 256)
    sources.says(path, "the agent has closed its socket")
    fault = sources.says("kmod/ask.rs", "the namespace has no agent")
    for name in ("time_out", "decline", "socket_closed"):
        code(path, name)
    sheet.lines(
        8,
        y,
        (
            (
                f"Each question ends. Without an answer: after {seconds:g} s, or the asker's"
                " timeout-ms, in time_out();"
            ),
            "if the agent declines, in decline(); and if a socket is closed, in socket_closed().",
            f"Without an agent, the first message is refused: {fault}.",
        ),
        "small faint",
        744,
    )
    return sheet


def conversation(sources):
    """All directions in which user space and the kernel talk."""
    echo, read, event, question, answer = map(
        sources.operation, ("echo", "counter-get", "counter-change-ntf", "question", "answer")
    )
    change = event.name.removeprefix("counter-").removesuffix("-ntf")
    sheet = Sheet(
        "How user space and the kernel talk",
        "User space above, the kernel below. A program sends a request and gets a reply; it asks"
        " for a dump and gets many messages; the module sends an event to all listeners; and it"
        " puts a question to a process, which answers.",
        sources.style(),
    )
    sheet.frame(8, 8, 744, 72, "user space")
    sheet.rule(2, 150, 758, 150)
    sheet.frame(8, 200, 744, 72, "the kernel")
    sheet.box(20, 224, 720, 38, ("the module", f"the family {sources.family()}"), "green")
    # The title, the participants, and the messages in order: the position of each, whether it goes
    # to the kernel, and its name.
    columns = (
        ("request and reply", ("a program",), ((44, True, echo.name), (120, False, echo.name))),
        (
            "dump",
            ("a program",),
            ((24, True, read.name), (104, False, ""), (120, False, ""), (136, False, "DONE")),
        ),
        ("event", ("listener", "listener"), ((40, False, change), (130, False, change))),
        ("question", ("an agent",), ((30, False, question.name), (110, True, answer.name))),
    )
    assert "dump" in read.modes and event.group and question.event
    for place, (title, who, messages) in enumerate(columns):
        left = 20 + place * 182
        width = (174 - 6 * (len(who) - 1)) / len(who)
        for number, name in enumerate(who):
            sheet.box(left + number * (width + 6), 32, width, 38, (name,), "blue")
        sheet.text(left + 87, 97, title, "bold mid", 176)
        for at, is_down, name in messages:
            x = left + at
            sheet.arrow(*((x, y) for y in ((106, 200) if is_down else (200, 106))))
            sheet.text(x + 5, 134 if is_down else 172, name, "small")
    return sheet
