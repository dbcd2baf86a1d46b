// SPDX-License-Identifier: MIT OR Apache-2.0

//! `parley man`

mod examples;

use anyhow::{Context, Result};
use clap::{Arg, Args, Command};
use clap_mangen::roff::{bold, italic, roman, Inline, Roff};
use clap_mangen::Man as Page;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const AFTER_HELP: &str = "\
Without FOLDER only the page parley(1) is written, to standard output:
  parley man | man -l -";

/// The heading of the exit statuses in the help. Each status begins a line, and may
/// continue on the following lines.
const STATUSES: &str = "Exit status:\n";

const ENVIRONMENT: [(&str, &str); 2] = [
    (
        "NO_COLOR",
        "If set and not empty, the output has no colours.",
    ),
    (
        "TERM",
        "If it is dumb, the output has no colours, and no line is overwritten.",
    ),
];

const FILES: [(&str, &str); 4] = [
    (
        "/dev/parley",
        "The module's device: the same echo and counters, by ioctl(2), read(2) and write(2).",
    ),
    (
        "/run/netns/NAME",
        "The network namespace that --netns NAME enters, as made by ip-netns(8).",
    ),
    (
        "/sys/kernel/debug/parley/stats",
        "The statistics of the initial network namespace.",
    ),
    (
        "/etc/modprobe.d/*.conf",
        "Sets the module's parameter max_counters, the maximum number of counters in a network \
         namespace; its value cannot be read from a loaded module. Can also keep the kernel from \
         loading the module when a program asks for the family. See modprobe.d(5).",
    ),
];

/// Write the manual pages
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Man {
    /// Write a page for each command into this folder
    folder: Option<PathBuf>,
    /// The date in the pages' footer
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        default_value = "",
        hide_default_value = true
    )]
    date: String,
}

impl Man {
    pub(crate) fn run(&self, out: &mut dyn Write, program: &Command) -> Result<()> {
        let Some(folder) = &self.folder else {
            return Ok(out.write_all(&page(program, program, &self.date)?)?);
        };
        for command in std::iter::once(program).chain(program.get_subcommands()) {
            write(folder, command, &page(program, command, &self.date)?)?;
        }
        Ok(())
    }
}

fn write(folder: &Path, command: &Command, page: &[u8]) -> Result<()> {
    let path = folder.join(format!("{}.1", name(command)));
    fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))
}

/// The name of a page: `parley`, or `parley-counter`.
fn name(command: &Command) -> &str {
    command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
}

/// Returns the page of `command`, with its subcommands on the same page.
fn page(program: &Command, command: &Command, date: &str) -> Result<Vec<u8>> {
    let whole = command.get_name() == program.get_name();
    let version = program.get_version().unwrap_or_default();
    let after = command.get_after_help().map(ToString::to_string);
    let after = after.unwrap_or_default();
    let (notes, statuses) = after.split_once(STATUSES).unwrap_or((&after, ""));

    let mut text = Vec::new();
    let page = Page::new(shown(command, !whole))
        .title(name(command).to_uppercase())
        .date(date)
        .source(format!("parley {version}"))
        .manual("User Commands");
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    let mut roff = Roff::new();
    if !whole {
        roff.control("PP", []);
        let of_all = "The global options are in ";
        roff.text([roman(of_all), bold(name(program)), roman("(1).")]);
    }
    roff.to_writer(&mut text)?;
    page.render_options_section(&mut text)?;
    if whole {
        page.render_subcommands_section(&mut text)?;
    } else if command.has_subcommands() {
        writeln!(text, ".SH COMMANDS")?;
        for below in command.get_subcommands() {
            part(&mut text, below)?;
        }
    }

    let mut roff = Roff::new();
    if !notes.trim().is_empty() {
        roff.control("SH", ["NOTES"]);
        prose(&mut roff, notes);
    }
    if whole {
        roff.control("SH", ["EXIT STATUS"]);
        for line in statuses.lines() {
            match line.trim().split_once("  ") {
                Some((status, meaning)) => tagged(&mut roff, bold(status), meaning),
                None => drop(roff.text([roman(line.trim())])),
            }
        }
        roff.control("SH", ["ENVIRONMENT"]);
        for (name, what) in ENVIRONMENT {
            tagged(&mut roff, bold(name), what);
        }
        roff.control("SH", ["FILES"]);
        for (path, what) in FILES {
            tagged(&mut roff, italic(path), what);
        }
    }
    roff.control("SH", ["EXAMPLES"]);
    for (what, line) in examples::of(command.get_name()) {
        tagged(&mut roff, bold(*line), what);
    }
    see_also(&mut roff, program, command);
    roff.to_writer(&mut text)?;
    Ok(broken(&String::from_utf8(text)?).into_bytes())
}

/// The maximum length of a line that mandoc's lint accepts, in bytes.
const WIDTH: usize = 80;

/// Breaks long lines of text between words. roff fills the lines again.
fn broken(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut filled = true;
    for mut line in page.lines() {
        match line {
            ".nf" => filled = false,
            ".fi" => filled = true,
            _ => {}
        }
        while filled && !line.starts_with(['.', '\'']) && line.len() > WIDTH {
            // An escaped space belongs to its word, and a line must not begin like a roff
            // request.
            let fits = |&(at, _): &(usize, &str)| {
                at <= WIDTH
                    && !line[..at].ends_with('\\')
                    && !line[at + 1..].starts_with(['.', '\''])
            };
            let Some((at, _)) = line.rmatch_indices(' ').find(fits) else {
                break;
            };
            out.push_str(&line[..at]);
            out.push('\n');
            line = &line[at + 1..];
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Adds a command to the page of its parent command.
fn part(text: &mut Vec<u8>, command: &Command) -> Result<()> {
    let page = Page::new(shown(command, true));
    let mut sections = Vec::new();
    page.render_synopsis_section(&mut sections)?;
    writeln!(sections, ".PP")?;
    page.render_description_section(&mut sections)?;
    page.render_options_section(&mut sections)?;
    writeln!(text, ".SS {}", command.get_name())?;
    let sections = String::from_utf8(sections)?;
    for line in sections.lines().filter(|line| !line.starts_with(".SH ")) {
        writeln!(text, "{line}")?;
    }
    Ok(())
}

/// Adds the other pages, with commas between them.
fn see_also(roff: &mut Roff, program: &Command, command: &Command) {
    let whole = command.get_name() == program.get_name();
    let ours: Vec<_> = if whole {
        program.get_subcommands().map(name).collect()
    } else {
        vec![name(program)]
    };
    let ours = ours.into_iter().map(|page| (page, "1"));
    let theirs = examples::see_also(command.get_name()).iter().copied();
    roff.control("SH", ["SEE ALSO"]);
    let mut pages = ours.chain(theirs).peekable();
    while let Some((page, section)) = pages.next() {
        let comma = if pages.peek().is_some() { "," } else { "" };
        roff.control("BR", [page, format!("({section}){comma}").as_str()]);
    }
}

/// Returns `command` as its page shows it: with the usage and the short names from
/// `--help`. With `own`, the global options are hidden.
fn shown(command: &Command, own: bool) -> Command {
    let described = |command: Command| {
        let aliases: Vec<_> = command.get_visible_aliases().collect();
        let short = match aliases.as_slice() {
            [] => String::new(),
            aliases => format!(" (short: {})", aliases.join(", ")),
        };
        let about = command.get_about().map(ToString::to_string);
        let about = about.unwrap_or_default() + &short;
        command.long_about(format!("{about}.")).about(about)
    };
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").to_owned();
    described(command.clone())
        .override_usage(usage)
        .subcommand_help_heading("COMMANDS")
        .mut_subcommands(described)
        .mut_args(|argument| {
            let common = argument.get_help_heading().is_some() || argument.get_id() == "help";
            let hidden = argument.is_hide_set();
            with_values(argument).hide(hidden || own && common)
        })
}

/// Returns an argument whose help ends with its possible values, as in `--help`. A list
/// of them would have blank lines, for which mandoc warns.
fn with_values(argument: Arg) -> Arg {
    let values = argument.get_possible_values();
    if values.is_empty() || argument.is_hide_possible_values_set() {
        return argument;
    }
    let names: Vec<_> = values.iter().filter(|value| !value.is_hide_set()).collect();
    let names: Vec<_> = names.iter().map(|value| value.get_name()).collect();
    let help = argument.get_help().map(ToString::to_string);
    let help = help.unwrap_or_default();
    let help = format!("{help} [possible values: {}]", names.join(", "));
    argument.help(help).hide_possible_values(true)
}

/// Adds a term, and the text about it.
fn tagged(roff: &mut Roff, term: Inline, text: &str) {
    roff.control("TP", []);
    roff.text([term]);
    roff.text([roman(text)]);
}

/// Adds paragraphs, which are filled, and indented lines, which are kept as they are.
fn prose(roff: &mut Roff, text: &str) {
    let mut shown = false;
    for line in text.trim_end().lines() {
        let show = line.starts_with("  ");
        match (shown, show) {
            (false, true) => drop(roff.control("RS", ["4"]).control("nf", [])),
            (true, false) => drop(roff.control("fi", []).control("RE", [])),
            _ => {}
        }
        shown = show;
        match line.trim() {
            "" => drop(roff.control("PP", [])),
            line => drop(roff.text([roman(line)])),
        }
    }
    if shown {
        roff.control("fi", []).control("RE", []);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, CommandFactory, Id};

    /// Splits a line like a shell does, as far as the examples need it.
    fn words(line: &str) -> Vec<String> {
        let odd = |at: usize| at % 2 == 1;
        let parts = line.split('\'').enumerate();
        let words = parts.flat_map(|(at, part)| {
            let inside = odd(at).then_some(part);
            let outside = (!odd(at)).then(|| part.split_whitespace());
            inside.into_iter().chain(outside.into_iter().flatten())
        });
        words.map(str::to_owned).collect()
    }

    #[test]
    fn every_command_has_examples_and_the_program_takes_each() {
        let program = crate::Arguments::command();
        for command in std::iter::once(&program).chain(program.get_subcommands()) {
            let examples = examples::of(command.get_name());
            assert!(!examples.is_empty(), "{}", command.get_name());
            for (_, line) in examples {
                let taken = program.clone().try_get_matches_from(words(line));
                let matches = taken.unwrap_or_else(|error| panic!("{line}: {error}"));
                let whole = command.get_name() == program.get_name();
                assert!(whole || matches.subcommand_name() == Some(command.get_name()));
            }
        }
    }

    #[test]
    fn a_page_has_every_option_and_alias_of_its_command_and_those_below() {
        fn all(text: &str, command: &Command, global: &[Id]) {
            let own = |option: &&Arg| !global.contains(option.get_id());
            let options = command.get_arguments().filter(own);
            for argument in options.filter(|option| option.get_id() != "help") {
                let Some(option) = argument.get_long() else {
                    continue;
                };
                let long = format!("\\-\\-{}", option.replace('-', "\\-"));
                assert_eq!(text.contains(&long), !argument.is_hide_set(), "{option}");
            }
            for below in command.get_subcommands() {
                all(text, below, global);
            }
        }
        let mut program = crate::Arguments::command().disable_help_subcommand(true);
        program.build();
        // The global options are on the program's own page.
        let global = program
            .get_arguments()
            .filter(|option| option.is_global_set());
        let global: Vec<_> = global.map(|option| option.get_id().clone()).collect();
        for command in program.get_subcommands() {
            let text = String::from_utf8(page(&program, command, "").unwrap()).unwrap();
            all(&text, command, &global);
            for below in command.get_subcommands() {
                for alias in below.get_visible_aliases() {
                    assert!(text.contains(alias), "{alias}");
                }
            }
        }
    }

    #[test]
    fn no_line_of_text_is_longer_than_mandoc_likes_and_none_becomes_a_request() {
        let mut program = crate::Arguments::command().disable_help_subcommand(true);
        program.build();
        for command in std::iter::once(&program).chain(program.get_subcommands()) {
            let text = String::from_utf8(page(&program, command, "").unwrap()).unwrap();
            for line in text.lines().filter(|line| !line.starts_with('.')) {
                assert!(line.len() <= WIDTH, "{}: {line}", name(command));
            }
        }
        let word = "x".repeat(70);
        let long = format!("{word} a .b 'c d\\ {word} e\n.nf\n{word} {word}\n.fi\n");
        let want = format!("{word} a .b 'c\nd\\ {word} e\n.nf\n{word} {word}\n.fi\n");
        assert_eq!(broken(&long), want);
    }

    #[test]
    fn the_page_of_the_whole_lists_each_exit_status_with_its_whole_meaning() {
        let mut program = crate::Arguments::command().disable_help_subcommand(true);
        program.build();
        let text = String::from_utf8(page(&program, &program, "2026-01-02").unwrap()).unwrap();
        assert!(text.contains(".TH PARLEY 1 2026-01-02 "));
        let (_, after) = text.split_once(".SH \"EXIT STATUS\"\n").unwrap();
        let (statuses, _) = after.split_once(".SH").unwrap();
        let terms = statuses.lines().filter(|line| line.starts_with("\\fB"));
        let expected = ["0", "1", "2", "3"].map(|status| format!("\\fB{status}\\fR"));
        assert_eq!(terms.collect::<Vec<_>>(), expected, "{statuses}");
        for words in ["output could not be written", "module is not loaded"] {
            assert!(statuses.contains(words), "{statuses}");
        }
    }
}
