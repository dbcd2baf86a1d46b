// SPDX-License-Identifier: MIT OR Apache-2.0

//! The examples and the references to other pages for `parley man`.

/// A description of a command line, and the command line.
type Example = (&'static str, &'static str);

/// The examples on a command's page.
pub(super) fn of(command: &str) -> &'static [Example] {
    match command {
        "parley" => &[
            (
                "Check that the module is loaded and answers.",
                "parley echo hello",
            ),
            (
                "Do the same, and trace each system call and message on standard error.",
                "parley --explain echo hello",
            ),
            (
                "Save the messages for Wireshark.",
                "parley --pcap set.pcap counter set visitors 40 --create",
            ),
            (
                "Follow the routes of the network namespace blue, as JSON.",
                "parley -n blue -j monitor routes",
            ),
        ],
        "echo" => &[
            ("Send bytes, and print the reply.", "parley echo hello"),
            (
                "Send a thousand requests, 32 in a datagram.",
                "parley echo hello --repeat 1000 --batch 32",
            ),
            (
                "Send a file, and print only the bytes of the reply.",
                "parley echo --file /etc/hostname --raw",
            ),
        ],
        "counter" => &[
            (
                "Create a counter, or overwrite it.",
                "parley counter set visitors 40 --create",
            ),
            ("Subtract 1.", "parley counter add visitors -1"),
            (
                "Print only the value, for a script.",
                "parley counter get visitors --value",
            ),
            (
                "List the counters whose names begin with vis.",
                "parley counter list --prefix vis",
            ),
        ],
        "monitor" => &[
            ("Print changes to counters until stopped.", "parley monitor"),
            (
                "Wait for the next change to a link, for at most a minute.",
                "parley monitor links --count 1 --timeout 1m",
            ),
            (
                "Print changes to routes with the time of each.",
                "parley monitor routes -t",
            ),
            (
                "Print the events of a group of another family.",
                "parley monitor --spec netdev.yaml mgmt",
            ),
        ],
        "show" => &[
            (
                "Show the IPv6 routes of all tables.",
                "parley show routes -6",
            ),
            ("Show the addresses of a link.", "parley show addr dev eth0"),
            (
                "Show the links of a kind, as JSON.",
                "parley -j show links type vxlan",
            ),
            (
                "Print the firewall as JSON, with the keys of nft -j.",
                "parley show firewall --json",
            ),
        ],
        "agent" => &[
            (
                "Answer in capitals. The question is on the command's standard input.",
                "parley agent --exec 'tr a-z A-Z'",
            ),
            (
                "Answer one question, and exit.",
                "parley agent --reply yes --count 1",
            ),
        ],
        "ask" => &[(
            "Ask, and wait for at most a second.",
            "parley ask 'Anybody there?' --timeout 1s",
        )],
        "device" => &[
            (
                "Echo with write(2) and read(2).",
                "parley device echo hello --read-write",
            ),
            (
                "Add to an existing counter.",
                "parley device counter-add visitors 2",
            ),
        ],
        "compare" => &[
            (
                "Compare two channels with messages of 1 KiB.",
                "parley compare --size 1024 --only netlink --only ioctl",
            ),
            (
                "Compare all channels, and plot the times.",
                "parley compare --plot times.svg",
            ),
        ],
        "stats" => &[("Print the statistics as JSON.", "parley stats --json")],
        "family" => &[
            (
                "Show the controller, which knows all other families.",
                "parley family nlctrl",
            ),
            ("List all families.", "parley family --all"),
        ],
        "call" => &[
            (
                "Call an operation of parley itself, as JSON.",
                "parley --json call counter-get name=visitors",
            ),
            (
                "List the operations of another family.",
                "parley call --spec netdev.yaml --list-ops",
            ),
            (
                "Dump the queues of an interface.",
                "parley call --spec netdev.yaml queue-get --dump ifindex=2",
            ),
            (
                "Set a value in a nest.",
                "parley call --spec ethtool.yaml rings-set --json '{\"header\":{\"dev-name\":\"eth0\"},\"rx\":512}'",
            ),
        ],
        "decode" => &[
            (
                "Decode a capture that tcpdump wrote on an nlmon device; see ip-link(8).",
                "parley decode netlink.pcap",
            ),
            (
                "Decode a hexdump of an rtnetlink message.",
                "parley decode --protocol route message.hex",
            ),
            (
                "Print the second datagram of a capture as a picture.",
                "parley decode --svg --select 2 netlink.pcap",
            ),
        ],
        "watch" => &[
            (
                "Watch the netlink messages of ip, nft and all other programs.",
                "parley watch",
            ),
            (
                "Decode all messages of parley except those that resolve its family.",
                "parley watch parley --process parley --verbose",
            ),
        ],
        "completions" => &[(
            "Print the completion script that make install installs for bash.",
            "parley completions bash",
        )],
        "man" => &[(
            "Write all pages into an existing folder.",
            "parley man /tmp/man1",
        )],
        _ => &[],
    }
}

/// Other projects' pages that a command's page refers to, with their sections.
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
        "decode" => &[
            ("parley-watch", "1"),
            ("tcpdump", "8"),
            ("wireshark", "1"),
            ("ip-link", "8"),
            ("netlink", "7"),
        ],
        "watch" => &[
            ("parley-decode", "1"),
            ("parley-monitor", "1"),
            ("ip-link", "8"),
            ("netlink", "7"),
            ("packet", "7"),
        ],
        "call" => &[
            ("parley-family", "1"),
            ("parley-monitor", "1"),
            ("netlink", "7"),
        ],
        "family" => &[("parley-call", "1"), ("netlink", "7")],
        _ => &[],
    }
}
