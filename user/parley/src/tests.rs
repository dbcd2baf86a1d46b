// SPDX-License-Identifier: MIT OR Apache-2.0

//! The command line: the arguments that it accepts, and its help.

use super::*;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Parses `parley LINE`, and returns the error.
fn refused(line: &str) -> String {
    let words = ["parley"].into_iter().chain(line.split_whitespace());
    let words: Vec<_> = words.map(OsString::from).collect();
    let Err(error) = parse(&words) else {
        panic!("accepted: {line}");
    };
    error.render().to_string()
}

#[test]
fn options_that_a_command_has_no_use_for_are_refused_and_not_in_its_help() {
    for line in [
        "--json completions bash",
        "man --json",
        "man --netns blue",
        "--pcap f.pcap decode x",
        "--netns blue explain x",
        "--explain decode x",
        "--explain=all man",
        "device --pcap f.pcap echo x",
        "device echo x --pcap f.pcap",
        "show -4 links",
        "show links -6",
        "show firewall --ipv4",
        "show firewall -N",
        "monitor counters -N",
        "monitor firewall --numeric",
    ] {
        let error = refused(line);
        assert!(error.contains("cannot be used with 'parley "), "{error}");
        assert!(error.contains("\nUsage: parley "), "{error}");
    }
    for line in ["completions --help", "man --help", "help man"] {
        let help = refused(line);
        for option in ["--netns", "--json", "--explain", "--pcap"] {
            assert!(!help.contains(option), "{line}: {help}");
        }
    }
    let help = refused("decode --help");
    assert!(help.contains("--json") && help.contains("--all"), "{help}");
    assert!(
        !help.contains("--pcap") && !help.contains("--netns"),
        "{help}"
    );
    let help = refused("device echo --help");
    assert!(
        help.contains("--netns") && !help.contains("--pcap"),
        "{help}"
    );
    let help = refused("echo --help");
    assert!(
        help.contains("--netns") && help.contains("--pcap"),
        "{help}"
    );
}

#[test]
fn modifiers_of_a_call_that_would_make_a_dump_exclude_each_other() {
    for modifiers in [
        "--replace --exclusive",
        "--dump --create",
        "--dump --exclusive",
        "--dump --replace",
        "--dump --append",
    ] {
        let error = refused(&format!("call x {modifiers}"));
        assert!(error.contains("' cannot be used with '--"), "{error}");
    }
}

#[test]
fn commands_have_the_short_names_that_ip_has() {
    for (line, name) in [
        ("show link", "links"),
        ("show addr", "addresses"),
        ("show address", "addresses"),
        ("show route", "routes"),
        ("show rule", "rules"),
        ("ls neigh", "neighbours"),
        ("show neighbor", "neighbours"),
        ("counter ls", "list"),
    ] {
        let words = ["parley"].into_iter().chain(line.split(' '));
        let matches = Arguments::command().try_get_matches_from(words);
        let matches = matches.unwrap_or_else(|error| panic!("{line}: {error}"));
        let below = matches
            .subcommand()
            .and_then(|(_, below)| below.subcommand_name());
        assert_eq!(below, Some(name), "{line}");
    }
}

#[test]
fn help_fits_80_columns() {
    all(&mut documented(Arguments::command()), &|command| {
        let help = command.render_help().to_string();
        let long = help.lines().find(|line| line.chars().count() > 80);
        assert_eq!(long, None, "{}", command.get_name());
    });
}

/// Calls `each` with every command.
fn all(command: &mut clap::Command, each: &dyn Fn(&mut clap::Command)) {
    each(command);
    for below in command.get_subcommands_mut() {
        all(below, each);
    }
}

#[test]
fn help_shows_the_values_of_each_closed_set() {
    all(&mut documented(Arguments::command()), &|command| {
        let help = command.render_help().to_string();
        for argument in command.get_arguments().filter(|one| !one.is_hide_set()) {
            let is_flag = !argument.get_action().takes_values();
            for value in argument.get_possible_values() {
                let shown = is_flag || value.is_hide_set() || help.contains(value.get_name());
                assert!(shown, "{}: {}: {help}", argument.get_id(), value.get_name());
            }
        }
    });
}

#[test]
fn the_global_options_stand_below_a_commands_own() {
    all(&mut documented(Arguments::command()), &|command| {
        let help = command.render_help().to_string();
        let (own, global) = help
            .split_once(&format!("\n{GLOBAL}:\n"))
            .unwrap_or((&help, ""));
        for option in ["--netns", "--json", "--explain", "--pcap"] {
            let is_here = |text: &str| {
                // After its short form, if it has one.
                let begins = |line: &str| line.trim().find(option).is_some_and(|at| at <= 4);
                text.lines().any(begins)
            };
            assert!(!is_here(own), "{help}");
            let shown = command
                .get_arguments()
                .find(|one| one.get_long() == option.strip_prefix("--") && !one.is_hide_set());
            assert_eq!(is_here(global), shown.is_some(), "{option}: {help}");
        }
    });
}

#[test]
fn usage_shows_what_is_required() {
    all(&mut documented(Arguments::command()), &|command| {
        let usage = command.render_usage().to_string();
        for argument in command.get_arguments().filter(|one| one.is_required_set()) {
            let shown = argument.to_string();
            assert!(usage.contains(&shown), "{shown}: {usage}");
        }
    });
    for (line, words) in [
        (
            "echo --help",
            "Usage: parley echo [OPTIONS] <TEXT|--file <FILE>>\n",
        ),
        (
            "agent --help",
            "Usage: parley agent [OPTIONS] <--exec <CMD>|--reply <TEXT>>\n",
        ),
        (
            "counter set --help",
            "Usage: parley counter set [OPTIONS] <NAME> <VALUE>\n",
        ),
    ] {
        let help = refused(line);
        assert!(help.contains(words), "{help}");
    }
}

#[test]
fn an_error_of_usage_names_what_would_be_right() {
    for (line, words) in [
        ("agent", "<--exec <CMD>|--reply <TEXT>>"),
        ("agent --exec true --reply x", "cannot be used with"),
        ("echo", "<TEXT|--file <FILE>>"),
        ("echo x --file f", "cannot be used with"),
        (
            "counter set a -1",
            "'-1' for '<VALUE>': expected a number from 0 to 2^64-1",
        ),
        ("counter set a 18446744073709551616", "from 0 to 2^64-1"),
        ("counter add a 9223372036854775808", "from -2^63 to 2^63-1"),
        ("device counter-add a much", "from -2^63 to 2^63-1"),
        ("monitor --count 0", "'0' for '--count <N>'"),
        ("agent --reply x --count 0", "'0' for '--count <N>'"),
        ("--pcap - counter list", "expected a file name"),
        (
            "show links dev",
            "a value is required after 'dev'\n\nUsage: parley show links",
        ),
        ("show neigh dev a b", "unexpected value 'b'"),
    ] {
        let error = refused(line);
        assert!(error.contains(words), "{line}: {error}");
    }
}

#[test]
fn an_option_means_one_thing_in_every_command() {
    let means = RefCell::new(BTreeMap::new());
    all(&mut documented(Arguments::command()), &|command| {
        let name = command.get_name();
        for argument in command.get_arguments().filter(|one| !one.is_hide_set()) {
            let Some(long) = argument.get_long() else {
                continue;
            };
            // The placeholder for its value in the help.
            let value = argument.get_value_names().map(|names| names[0].to_string());
            let mut means = means.borrow_mut();
            let first = means
                .entry(long.to_owned())
                .or_insert_with(|| value.clone());
            assert_eq!(*first, value, "--{long} of {name}");
        }
    });
    // Except for family: decode takes the numbers of Generic Netlink families.
    for command in Arguments::command().get_subcommands() {
        let name = command.get_name();
        let is_both = means.borrow().contains_key(name);
        assert!(!is_both || name == "family", "--{name} and {name}");
    }
}

#[test]
fn the_old_names_of_decode_and_its_options_still_work() {
    for line in ["explain - --raw", "decode - --datagram"] {
        let words = ["parley"].into_iter().chain(line.split(' '));
        let words: Vec<_> = words.map(OsString::from).collect();
        let parsed = parse(&words).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(matches!(parsed.command, Command::Decode(_)));
    }
}

#[test]
fn a_picture_is_not_json_and_datagrams_count_from_1() {
    for (line, error) in [
        (
            "decode - --svg --json",
            "'--svg' cannot be used with '--json'",
        ),
        (
            "--json decode - --svg",
            "'--svg' cannot be used with '--json'",
        ),
        ("decode - --select 0", "expected a number of at least 1"),
    ] {
        let refused = refused(line);
        assert!(refused.contains(error), "{line}: {refused}");
    }
}

/// Runs `parley decode` with these words, in the checkout's root. Returns what it prints.
fn decoded(line: &str) -> (String, anyhow::Result<()>) {
    const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
    let words = line.split(' ').map(|word| match word.starts_with("user/") {
        true => format!("{TOP}{word}"),
        false => word.to_owned(),
    });
    let words: Vec<_> = words.map(OsString::from).collect();
    let arguments = parse(&words).unwrap();
    let Command::Decode(decode) = &arguments.command else {
        panic!("not a command to decode: {line}");
    };
    let mut out = Vec::new();
    let done = decode.run(&mut out, arguments.json);
    (String::from_utf8(out).unwrap(), done)
}

#[test]
fn the_documents_have_the_pictures_that_decode_makes_today() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/pictures");
    let mut made = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        // scripts/build/pictures writes the command there.
        let second = text.lines().nth(1).unwrap_or_default();
        let command = second.strip_prefix("<metadata>");
        let Some(command) = command.and_then(|rest| rest.strip_suffix("</metadata>")) else {
            continue;
        };
        let (picture, done) = decoded(command);
        done.unwrap();
        assert!(
            text.replacen(&format!("{second}\n"), "", 1) == picture,
            "{} is stale; run: scripts/build/pictures",
            path.display()
        );
        made += 1;
    }
    assert!(made > 2, "{made} pictures of messages");
}

#[test]
fn select_shows_one_datagram_by_the_names_that_the_others_taught() {
    let echo = "user/fuzz/seeds/echo.pcap";
    let (text, done) = decoded(&format!("parley decode --select 3 {echo}"));
    done.unwrap();
    assert_eq!(text.matches("datagram ").count(), 1, "{text}");
    assert!(text.contains("message: parley echo, a request"), "{text}");
    let (text, done) = decoded(&format!("parley decode --svg --select 2 --select 9 {echo}"));
    assert!(text.contains("CTRL_CMD_NEWFAMILY"), "{text}");
    let error = done.unwrap_err().to_string();
    assert_eq!(error, "there is no datagram 9: the file has 4");
}

#[test]
fn an_error_of_usage_is_json_if_that_was_asked_for() {
    let json = |line: &str| {
        let words: Vec<_> = line.split(' ').map(OsString::from).collect();
        wants_json(&words)
    };
    for line in [
        "parley x --json",
        "parley --json y",
        "parley -j",
        "parley -4j",
        "parley -jnblue",
    ] {
        assert!(json(line), "{line}");
    }
    for line in [
        "parley",
        "parley echo -- --json",
        "parley --jsonx",
        "parley -nj",
        "parley j",
    ] {
        assert!(!json(line), "{line}");
    }
    for (line, error, hint) in [
        (
            "echo",
            "not provided: <TEXT|--file <FILE>>",
            "Usage: parley echo <TEXT|--file <FILE>>",
        ),
        (
            "counter",
            "a command is missing",
            "Usage: parley counter [OPTIONS] <COMMAND>",
        ),
        (
            "echo --rawx",
            "unexpected argument '--rawx' found",
            "Usage: parley echo",
        ),
        ("counter set a -1", "expected a number from 0 to 2^64-1", ""),
    ] {
        let words: Vec<_> = ["parley"]
            .into_iter()
            .chain(line.split(' '))
            .map(OsString::from)
            .collect();
        let failure = parse(&words)
            .err()
            .map(|error| Failure::from_usage(&error))
            .unwrap();
        let mut out = Vec::new();
        failure.write(&mut out, true).unwrap();
        let object: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert!(
            object["error"].as_str().unwrap().ends_with(error),
            "{object}"
        );
        assert!(
            object["hint"]
                .as_str()
                .unwrap_or_default()
                .starts_with(hint),
            "{object}"
        );
        assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1);
    }
}

#[test]
fn the_short_options_are_those_of_ip() {
    let words = |line: &str| -> Vec<_> { line.split(' ').map(OsString::from).collect() };
    for line in [
        "parley -j -n blue show -4 -N routes",
        "parley show routes -N -4 -jn blue",
    ] {
        let parsed = parse(&words(line)).unwrap_or_else(|error| panic!("{error}"));
        assert!(
            parsed.json && parsed.netns.as_deref() == Some("blue"),
            "{line}"
        );
    }
    for line in [
        "parley monitor routes -N",
        "parley show -6 neigh",
        "parley show addr type veth dev a",
    ] {
        assert!(parse(&words(line)).is_ok(), "{line}");
    }
    let both = parse(&words("parley show -4 -6 routes")).err().unwrap();
    assert!(both.to_string().contains("cannot be used with"), "{both}");
}
