// SPDX-License-Identifier: MIT OR Apache-2.0

//! What the pages of `parley man` show and refer to.

#![forbid(unsafe_code)]

/// What a command line does, and the command line.
type Example = (&'static str, &'static str);

/// The examples on a command's page.
pub(super) fn of(command: &str) -> &'static [Example] {
    match command {
        "parley" => &[
            (
                "Is the module there, and does it answer?",
                "parley echo hello",
            ),
            (
                "The same, with each system call and message on standard error.",
                "parley --explain echo hello",
            ),
            (
                "Keep the messages for Wireshark.",
                "parley --pcap set.pcap counter set visitors 40 --create",
            ),
            (
                "Follow the routes of the network namespace blue, as JSON.",
                "parley --netns blue --json monitor routes",
            ),
        ],
        "echo" => &[
            ("Bytes there and back.", "parley echo hello"),
            (
                "A thousand round trips, 32 requests in a datagram.",
                "parley echo hello --repeat 1000 --batch 32",
            ),
            (
                "A file, as it comes back.",
                "parley echo --file /etc/hostname --raw",
            ),
        ],
        "counter" => &[
            (
                "Create a counter, or overwrite it.",
                "parley counter set visitors 40 --create",
            ),
            ("Take one away.", "parley counter add visitors -1"),
            ("Those that begin so.", "parley counter list --prefix vis"),
        ],
        "monitor" => &[
            (
                "What becomes of the counters, until it is stopped.",
                "parley monitor",
            ),
            (
                "The next change of a link, for at most a minute.",
                "parley monitor links --count 1 --timeout 60",
            ),
        ],
        "show" => &[
            (
                "The routes of IPv6, of all tables.",
                "parley show routes --family 6",
            ),
            (
                "The firewall, as nft -j has it.",
                "parley show firewall --json",
            ),
        ],
        "agent" => &[
            (
                "Answer in capitals. The question is on the command's standard input.",
                "parley agent --exec 'tr a-z A-Z'",
            ),
            (
                "Answer one question, and end.",
                "parley agent --reply yes --count 1",
            ),
        ],
        "ask" => &[(
            "Ask, and wait for at most a second.",
            "parley ask 'Anybody there?' --timeout 1000",
        )],
        "device" => &[
            (
                "The echo, by write(2) and read(2).",
                "parley device echo hello --read-write",
            ),
            (
                "Add to a counter that exists.",
                "parley device counter-add visitors 2",
            ),
        ],
        "compare" => &[
            (
                "Two ways, for messages of 1 KiB.",
                "parley compare --size 1024 --only netlink --only ioctl",
            ),
            (
                "All of them, with a drawing.",
                "parley compare --plot times.svg",
            ),
        ],
        "stats" => &[("The statistics, as JSON.", "parley stats --json")],
        "family" => &[
            ("The family that knows all others.", "parley family nlctrl"),
            ("Those that there are.", "parley family --all"),
        ],
        "explain" => &[
            (
                "A capture, taken by tcpdump from an nlmon(4) device.",
                "parley explain netlink.pcap",
            ),
            (
                "A hexdump of rtnetlink.",
                "parley explain --protocol route message.hex",
            ),
        ],
        "completions" => &[(
            "What make install puts there for bash.",
            "parley completions bash",
        )],
        "man" => &[(
            "All pages, into a folder that exists.",
            "parley man /tmp/man1",
        )],
        _ => &[],
    }
}

/// The pages of others that a command's page refers to, with their sections.
pub(super) fn see_also(command: &str) -> &'static [(&'static str, &'static str)] {
    match command {
        "parley" => &[
            ("netlink", "7"),
            ("ip", "8"),
            ("nft", "8"),
            ("modprobe", "8"),
            ("modprobe.d", "5"),
        ],
        "monitor" => &[
            ("parley-counter", "1"),
            ("parley-show", "1"),
            ("ip-monitor", "8"),
        ],
        "counter" => &[("parley-monitor", "1"), ("capabilities", "7")],
        "show" => &[
            ("parley-monitor", "1"),
            ("ip", "8"),
            ("nft", "8"),
            ("rtnetlink", "7"),
        ],
        "agent" => &[("parley-ask", "1")],
        "ask" => &[("parley-agent", "1")],
        "device" => &[("parley-compare", "1"), ("ioctl", "2")],
        "compare" => &[("parley-device", "1"), ("parley-echo", "1")],
        "explain" => &[("tcpdump", "8"), ("wireshark", "1"), ("netlink", "7")],
        "family" => &[("parley-stats", "1"), ("netlink", "7")],
        _ => &[],
    }
}
