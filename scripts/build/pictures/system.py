# SPDX-License-Identifier: GPL-2.0
"""Pictures of the system's structure: its layers, the path of a request, and the family."""

import re
import sys
import textwrap

from layout import SMALL, Sheet


def layers(sources):
    """The rooms of both sides, from a command down to the state of a namespace."""
    known = sources.layers()
    sheet = Sheet(
        "The layers of parley",
        "User space above the boundary: the commands, the client of the family, the controller's"
        " client and the socket; beside them the device. Below the boundary, the kernel: Linux's"
        " own netlink and files, the layer kmod/genl, the handlers, and the state of a namespace."
        " Each folder lists the folders of its crate that it may import.",
        sources.style(),
    )

    def room(folder, x, y, width, lines=()):
        below = [name for name in known[folder] if name != folder.split("/")[-1]]
        may = (
            "may import: " + ", ".join(below)
            if below
            else "imports no other folder of its crate"
        )
        may = textwrap.wrap(may, int((width - 6) / SMALL))
        return sheet.box(x, y, width, 46, (folder, *lines, *may), "blue")

    left, right, wide, narrow = 24, 506, 448, 230
    sheet.frame(8, 8, 744, 240, "user space: processes")
    y = 32
    for folder in (
        "user/parley/src/commands",
        "user/parley/src/client",
        "user/netlink/src/genl",
        "user/netlink/src/netlink",
    ):
        _, _, _, bottom = room(folder, left, y, wide)
        y = bottom + 7
        if folder != "user/netlink/src/netlink":
            sheet.arrow((left + wide / 2, bottom), (left + wide / 2, y))
    room("user/parley/src/device", right, 85, narrow)
    sheet.box(right + 100, 191, narrow - 100, 46, ("any program", "cat, dd, a shell"))
    sheet.rule(8, 270, 752, 270)
    sheet.text(12, 264, "the boundary: system calls", "small faint")

    sheet.frame(8, 282, 744, 262, "the kernel")
    for name in ("send", "receive"):
        sources.function("user/netlink/src/netlink/sys.rs", name)
    for x, words in ((left + 200, "sendto"), (left + 330, "recvfrom")):
        sheet.arrow(*((x, y) for y in ((237, 306) if words == "sendto" else (306, 237))))
        sheet.text(x + 6, 264, words, "small")
    for x, top, words in ((right + 40, 131, "ioctl, write, read"), (right + 170, 237, "read")):
        sheet.arrow((x, top), (x, 306))
        sheet.text(x + 6, 264, words, "small")
    sheet.box(
        left,
        306,
        wide,
        46,
        (
            "Linux: netlink, Generic Netlink",
            "finds the family, checks the policy and the permission",
        ),
    )
    sheet.box(right, 306, narrow, 46, ("Linux: files", "device files, debugfs"))
    room("kmod/genl", left, 364, wide)
    handlers = sources.handlers()
    names = ", ".join(path.removeprefix("kmod/") for path in handlers)
    sheet.box(left, 422, wide, 46, ("the handlers, in kmod", names), "green")
    sources.says("kmod/device.rs", "debugfs")
    sheet.box(right, 393, narrow, 46, ("kmod/device.rs", "/dev/parley and parley/stats"), "green")
    room("kmod/state", left, 484, 712)
    for top, bottom in ((352, 364), (410, 422), (468, 484)):
        sheet.arrow((left + wide / 2, top), (left + wide / 2, bottom))
    sheet.arrow((right + narrow / 2, 352), (right + narrow / 2, 393))
    sheet.arrow((right + narrow / 2, 439), (right + narrow / 2, 484))
    return sheet


def request(sources):
    """The functions that an echo passes, from the program to the handler and back."""
    code = sources.function
    library, module = "user/netlink/src/", "kmod/"
    sources.says("user/parley/examples/echo.rs", ".echo(")
    sources.says("kmod/echo.rs", "impl DoOp<Echo> for Net")
    sheet = Sheet(
        "The path of one request",
        "An echo passes these functions: in the program echo, call, exchange and send, which ends"
        " in the system call sendto. Within that call, Linux checks the request and calls doit,"
        " which runs the handler. The reply goes into the socket's buffer, from where recvfrom"
        " takes it.",
        sources.style(),
    )
    lanes = (
        ("program", "user/parley"),
        ("library", "user/netlink/src"),
        ("Linux", "the netlink core"),
        ("layer", "kmod/genl"),
        ("handler", "kmod"),
    )
    width, step = 152, 46
    rows = 11
    for place, (name, where) in enumerate(lanes):
        x = place * width + 3
        sheet.frame(x, 8, width - 6, 40 + rows * step, name)
        sheet.text(x + 8, 36, where, "small faint", width - 14)
    sheet.rule(2 * width, 2, 2 * width, 54 + rows * step)

    def stop(lane, row, name, where, colour="blue"):
        x, y = lane * width + 6, 48 + row * step
        return sheet.box(x, y, width - 12, 36, (name, where), colour)

    path = [
        (0, 0, code("user/parley/src/uapi.rs", "echo"), "src/uapi.rs"),
        (1, 1, code(library + "genl/client.rs", "call"), "writes the message"),
        (1, 2, code(library + "netlink/socket.rs", "exchange"), "netlink/socket.rs"),
        (1, 3, code(library + "netlink/sys.rs", "send"), "netlink/sys.rs: sendto"),
        (2, 4, "checks", "policy, permission", ""),
        (3, 5, code(module + "genl/op.rs", "doit"), "genl/op.rs"),
        (4, 6, code(module + "echo.rs", "handle"), "echo.rs: DoOp<Echo>", "green"),
        (3, 7, code(module + "genl/op.rs", "answer"), "writes the reply"),
        (3, 8, code(module + "genl/call.rs", "send"), "genl/call.rs"),
        (2, 9, "receive buffer", "of the socket", ""),
        (1, 9, code(library + "netlink/sys.rs", "receive"), "netlink/sys.rs: recv"),
        (1, 10, code(library + "netlink/socket.rs", "answer"), "by sequence number"),
        (0, 10, code("user/parley/src/uapi.rs", "read"), "EchoReply: src/uapi.rs"),
    ]
    sources.says("user/parley/src/uapi.rs", "EchoReply::read")
    before = None
    for lane, row, name, where, *colour in path:
        left, top, right, bottom = stop(lane, row, name, where, *colour or ("blue",))
        middle = (left + right) / 2
        if before:
            old_lane, old_row, (o_left, o_top, o_right, o_bottom) = before
            o_middle = (o_left + o_right) / 2
            if old_lane == lane:
                sheet.arrow((middle, o_bottom), (middle, top))
            elif old_row == row:
                y = (top + bottom) / 2
                sheet.arrow((o_left, y), (right, y))
            elif lane > old_lane:
                sheet.arrow(
                    (o_right, (o_top + o_bottom) / 2),
                    (middle, (o_top + o_bottom) / 2),
                    (middle, top),
                )
            else:
                sheet.arrow(
                    (o_middle, o_bottom),
                    (o_middle, (top + bottom) / 2),
                    (right, (top + bottom) / 2),
                )
        before = lane, row, (left, top, right, bottom)
    sheet.text(
        2 * width + 8,
        66 + rows * step,
        "the kernel: all of this runs within sendto, up to the buffer",
        "small faint",
    )
    sheet.text(2 * width - 8, 66 + rows * step, "user space", "small faint end")
    return sheet


def families(sources):
    """How a number leads to a family, and the operations of one."""
    operations = sources.operations()
    controller = int(
        sources.find("user/netlink/src/explain/context.rs", r"CONTROLLER: u16 = (0x\w+)")[1], 16
    )
    sheet = Sheet(
        "One protocol for all families",
        f"The type of a message is the number of a family: {controller} is the controller nlctrl,"
        " and parley has a number that the kernel assigned when the module was loaded. The family"
        f" parley has {len(operations)} operations, notifications and events: "
        + ", ".join(f"{op.number} {op.name}" for op in operations)
        + ".",
        sources.style(),
    )
    sheet.box(8, 40, 190, 40, ("a message", "over NETLINK_GENERIC"), "blue")
    rows = (
        (f"{controller}", "nlctrl", "the controller: names"),
        ("N", "parley", "N is assigned at load"),
        ("...", "others", "of other modules"),
    )
    for place, (kind, name, words) in enumerate(rows):
        y = 130 + place * 70
        sheet.box(72, y, 150, 40, (name, words), "green" if name == "parley" else "")
        sheet.text(36, y + 14, kind, "end bold")
        sheet.arrow((40, 80), (40, y + 20), (72, y + 20))
    sheet.text(48, 100, "nlmsg_type: which family", "small faint")
    sheet.text(240, 26, "genlmsghdr.cmd: which operation", "small faint")
    left, top, step = 240, 32, 21
    sheet.frame(left, top, 512, 46 + step * len(operations), "parley")
    sheet.arrow((222, 220), (240, 220))
    for x, words in ((270, "cmd"), (292, "name"), (440, "how"), (530, "who may, or where it goes")):
        sheet.text(x, top + 32, words, "small faint end" if words == "cmd" else "small faint")
    for place, op in enumerate(operations):
        y = top + 52 + place * step
        if op.notify:
            how, who = "notify", f"to the group {op.group}"
        elif op.event:
            how, who = "event", "to the agent's socket"
        else:
            how = ", ".join(op.modes)
            who = "CAP_NET_ADMIN" if "uns-admin-perm" in op.flags else "anyone"
            if op.name == "answer":
                sources.says("kmod/ask.rs", "only the namespace's agent may answer")
                who = "the agent's socket"
        sheet.text(270, y, op.number, "end bold")
        sheet.text(292, y, op.name, "", 146)
        sheet.text(440, y, how, "", 88)
        sheet.text(530, y, who, "", 216)
    return sheet


def handlers(sources):
    """The trait for each part of a spec, and its uses in the module parley."""
    op, dump = "kmod/genl/op.rs", "kmod/genl/dump.rs"
    used, messages = {}, {}
    for pairs in sources.handlers().values():
        for trait, operation in pairs:
            used.setdefault(trait, []).append(operation)
    rows = (
        ("a do", "answered at once", "DoOp", op, ("handle", "replied")),
        ("a do", "answered later", "KeepOp", op, ("handle",)),
        ("a do with pre, post", "of a hook", "GuardedOp", op, ("before", "handle")),
        ("a dump", "a list, buffer by buffer", "DumpOp", dump, ("start", "next")),
        (
            "a notify, an event",
            "to members of a group",
            "call.notify",
            "kmod/genl/notify.rs",
            ("notify",),
        ),
        ("an event", "to one socket", "kept.send", "kmod/genl/kept.rs", ("send",)),
    )
    sheet = Sheet(
        "The spec says what, a handler says how",
        "What the spec lists, the trait that handles it, and the operations of parley that have"
        " one: "
        + "; ".join(f"{what}, {how}: {trait}" for what, how, trait, _, _ in rows)
        + ".",
        sources.style(),
    )
    for x, words in ((8, "in the spec"), (218, "in your module"), (500, "in parley")):
        sheet.text(x, 18, words, "small faint")
    for place, (what, how, trait, path, names) in enumerate(rows):
        y = 28 + place * 62
        sheet.box(8, y, 180, 48, (what, how), "amber")
        names = ", ".join(sources.function(path, name) for name in names)
        if trait.endswith("Op"):
            sources.find(path, rf"^pub\(crate\) trait {trait}<")
            sheet.box(218, y, 252, 48, (f"impl {trait}<..> for Net", f"fn {names}", path), "green")
        else:
            kind, words = {
                "call.notify": ("Notification", "a value whose type names its group"),
                "kept.send": ("Message", "to the sender of a kept request"),
            }[trait]
            sources.find("kmod/genl/payload.rs", rf"^pub\(crate\) trait {kind}\b")
            sheet.box(218, y, 252, 48, (f"{trait}(..)", words, path), "green")
            messages[trait] = re.findall(
                rf"^impl {kind} for (\w+)", sources.read("kmod/parley.rs"), re.M
            )
        sheet.arrow((188, y + 24), (218, y + 24))
        # A message that goes to a group is not one for a single socket.
        which = [
            name
            for name in used.get(trait, messages.get(trait, []))
            if trait != "kept.send" or name not in messages["call.notify"]
        ]
        if not which:
            sources.says("conformance/conformance_main.rs", f"impl {trait}<")
            which = ["only in conformance/"]
        lines = textwrap.wrap(", ".join(which), 40)
        sheet.lines(500, y + 30 - 6.5 * len(lines), lines, "small", 252)
    y = 28 + 62 * len(rows)
    sources.says("kmod/genl/op.rs", "has no handler for")
    sheet.text(
        8,
        y + 8,
        "An operation of the spec without its handler does not compile; the error names it.",
        "small faint",
    )
    return sheet


def life(sources):
    """What a module makes at load, in the order of its fields, and which calls do that."""
    path = "kmod/genl/registration.rs"
    fields = sources.find(path, r"^pub\(crate\) struct Module<.*\{\n((?:.*\n)*?)\}")[1]
    fields = re.findall(r"^    _(\w+): (\w+)", fields, re.M)
    made = re.findall(r"^            _(\w+)(?::| <-)", sources.read(path), re.M)
    if made != [name for name, _ in reversed(fields)]:
        sys.exit(f"pictures: {path} makes {made}, which is not the reverse of the fields' order")

    def calls(*names):
        """The kernel's functions, which the file calls."""
        return ", ".join(sources.says(path, name) for name in names)

    words = {
        "Claim": ("one registration at a time", "", ""),
        "Pernet": (
            "states of namespaces",
            calls("register_pernet_subsys"),
            calls("unregister_pernet_subsys"),
        ),
        "SocketWatch": (
            "notices closed sockets",
            calls("netlink_register_notifier"),
            calls("netlink_unregister_notifier"),
        ),
        "Quiet": ("if init fails", "", "wait for early users"),
        "C": ("/dev/parley, debugfs", sources.says("kmod/device.rs", "MiscDeviceRegistration"), "removes the files"),
        "Visible": (
            "the family",
            calls("genl_register_family"),
            calls("genl_unregister_family"),
        ),
    }
    names = ["Channels" if kind == "C" else kind for _, kind in fields]
    sheet = Sheet(
        "The order of a module's life",
        "insmod makes, one after another: "
        + ", ".join(reversed(names))
        + ". rmmod drops them in the reverse order. Requests arrive only while the first, Visible,"
        " is there.",
        sources.style(),
    )
    top, step = 40, 58
    bottom = top + step * len(fields)
    sheet.text(60, 20, "rmmod: down", "small faint mid")
    sheet.text(700, 20, "insmod: up", "small faint mid")
    for place, ((_, kind), name) in enumerate(zip(fields, names)):
        y = top + place * step
        what, register, unregister = words[kind]
        lines = [name, what]
        sheet.box(290, y, 180, 44, lines, "green" if kind == "Visible" else "blue")
        if unregister:
            sheet.text(276, y + 26, unregister, "small end")
        if register:
            sheet.text(484, y + 26, register, "small")
    sheet.arrow((24, top), (24, bottom - 14))
    sheet.arrow((736, bottom - 14), (736, top))
    sheet.text(
        380,
        bottom + 8,
        "Requests arrive only while Visible exists: it is made last and dropped first.",
        "small faint mid",
    )
    return sheet


def in_c(sources):
    """The calls of a handler in C, by step, and what does that step in Rust."""
    path, here = "bench/twin/parley_twin.c", "kmod/echo.rs"
    body = sources.find(path, r"^static int twin_echo_doit\((?:.*\n)*?\}")[0]

    def calls(*names):
        """The calls in the body, each with how often it is there."""
        found = []
        for name in names:
            times = len(re.findall(rf"\b{name}\b", body))
            if not times:
                sys.exit(f"pictures: twin_echo_doit of {path} has no {name}")
            found.append(name if times == 1 else f"{name} x{times}")
        return textwrap.wrap(", ".join(found), 44)

    def code(words):
        shown = sources.says(here, words)
        return [shown + {"{": " .. }", "(": "..)"}.get(shown[-1], "")]

    rows = (
        ("require", calls("GENL_REQ_ATTR_CHECK"), code("payload().required()?")),
        ("allocate", calls("genlmsg_new", "nla_total_size"), []),
        ("headers", calls("genlmsg_iput"), []),
        (
            "attributes",
            calls("nla_put", "nla_nest_start", "nla_put_uint", "nla_put_u32", "nla_nest_end"),
            code("echo::Reply {") + code("nest::Stamp {"),
        ),
        ("length", calls("genlmsg_end"), []),
        ("count", calls("atomic64_inc", "atomic64_add"), code("self.echoed(")),
        ("send", calls("genlmsg_reply"), code("Ok(")),
        ("on failure", calls("goto free", "nlmsg_free"), []),
    )
    sheet = Sheet(
        "One handler in C and in Rust",
        "The steps of the handler of echo. In C: "
        + "; ".join(f"{step}: {' '.join(left)}" for step, left, _ in rows)
        + ". In Rust the layer does "
        + ", ".join(step for step, _, right in rows if not right)
        + ", and the handler the others.",
        sources.style(),
    )
    sheet.text(100, 18, f"C: {path}", "small faint")
    sheet.text(440, 18, f"Rust: {here}", "small faint")
    y = 28
    for step, left, right in rows:
        height = 20 + 13 * max(len(left), len(right), 1)
        middle = y + height / 2
        sheet.text(88, middle + 4, step, "end")
        for x, lines, colour in (
            (100, left, "amber"),
            (440, right or ["the layer, kmod/genl"], "green" if right else "blue"),
        ):
            sheet.box(x, y, 312, height - 6, (), colour)
            sheet.lines(x + 10, middle - 3 - 6.5 * len(lines) + 10, lines, "small", 296)
        y += height
    return sheet
