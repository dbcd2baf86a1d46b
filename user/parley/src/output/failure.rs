// SPDX-License-Identifier: MIT OR Apache-2.0

//! A failure of a command, for people and, with `--json`, for programs.

use super::json::{self, Object};
use super::streams;
use super::text;
use clap::error::ErrorKind;
use parley::{uapi, Error};
use parley_netlink::netlink::Refusal;
use parley_netlink::nftables;
use std::fmt;
use std::io::{self, Write};

/// The failure, its reason, and a hint.
#[derive(Clone, Debug, Default)]
pub(crate) struct Failure {
    /// The failed action.
    pub(crate) error: String,
    /// The errno, if there is one.
    pub(crate) errno: Option<i32>,
    /// The errno's message, if the error does not contain it.
    pub(crate) reason: Option<String>,
    /// The message of the kernel's extended ACK.
    pub(crate) message: Option<String>,
    /// The name of the attribute at fault.
    pub(crate) attribute: Option<String>,
    /// Whether that attribute is missing.
    pub(crate) is_missing: bool,
    /// The values that the kernel's policy allows for the attribute.
    pub(crate) allowed: Option<String>,
    /// A hint about the solution.
    pub(crate) hint: Option<String>,
    /// Whether the family or the device is missing.
    pub(crate) is_absent: bool,
    /// Whether the command line is wrong.
    pub(crate) is_usage: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error)
    }
}

impl std::error::Error for Failure {}

/// The hint if the module is not loaded.
pub(crate) const LOAD: &str = "\
the module is not loaded; as root: insmod kmod/parley.ko
or, where it is installed:         modprobe parley";

/// The hint if the capability is missing.
pub(crate) const CAPABILITY: &str = "as root, or with CAP_NET_ADMIN in this network namespace";

impl Failure {
    /// Collects the known facts about an error.
    pub(crate) fn new(error: &anyhow::Error) -> Self {
        let mut failure = Self::default();
        if let Some(known) = error.downcast_ref::<Self>() {
            failure = known.clone();
        }
        let mut causes = Vec::new();
        for cause in error.chain() {
            if let Some(Error::Refused(refusal)) = cause.downcast_ref() {
                causes.push(failure.take(refusal));
                break;
            }
            causes.push(cause.to_string());
            let errno = match cause.downcast_ref() {
                Some(Error::Io { error, .. }) => error.raw_os_error(),
                _ => cause.downcast_ref().and_then(streams::errno),
            };
            failure.errno = failure.errno.or(errno);
        }
        failure.error = causes.join(": ");
        // Joining some groups needs the capability.
        if let Some(Error::Io {
            call: "setsockopt", ..
        }) = error.downcast_ref()
        {
            let is_refused = failure.errno == Some(libc::EPERM);
            failure.hint = is_refused.then(|| CAPABILITY.to_owned());
        }
        if let Some(Error::NoFamily(name)) = error.downcast_ref() {
            failure.is_absent = true;
            failure.hint = (name == uapi::FAMILY_NAME).then(|| LOAD.to_owned());
        }
        failure
    }

    /// Wraps an error of a request from the command line. All errors except netlink's are
    /// usage errors.
    pub(crate) fn from_request(error: &anyhow::Error) -> Self {
        Self {
            is_usage: error.downcast_ref::<Error>().is_none(),
            ..Self::new(error)
        }
    }

    /// Drops the hint about parley's module, for an error of another family.
    pub(crate) fn without_module_hint(mut self) -> Self {
        let is_refused = self.errno == Some(libc::EPERM);
        self.hint = is_refused.then(|| CAPABILITY.to_owned());
        self
    }

    /// Adds a hint.
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// Takes the details from a refusal, and returns the name of the refused operation.
    fn take(&mut self, refusal: &Refusal) -> String {
        let operation = refusal.operation.unwrap_or_default();
        self.errno = Some(refusal.errno);
        self.reason = Some(refusal.errno_text());
        self.message.clone_from(&refusal.message);
        self.attribute.clone_from(&refusal.attribute);
        if let (None, Some(offset)) = (&self.attribute, refusal.offset) {
            self.attribute = Some(format!("at byte {offset} of the request"));
        }
        self.is_missing = refusal.missing.is_some();
        let allowed = refusal.policy.as_ref().map(ToString::to_string);
        self.allowed = allowed.filter(|text| !text.is_empty());
        let is_of_network = operation.starts_with("RTM_") || operation.starts_with("NFT_");
        let hint = match is_of_network {
            true => network_hint(refusal.errno, operation),
            false => hint(refusal.errno, operation),
        };
        self.hint = hint.map(str::to_owned);
        let (name, errno) = (refusal.errno_name(), refusal.errno);
        let text = format!("{operation} refused by the kernel: {name} ({errno})");
        text.trim_start().to_owned()
    }

    /// Splits a usage error into its parts.
    pub(crate) fn from_usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let (text, _) = text.split_once("\n\nFor more").unwrap_or((&text, ""));
        let (what, usage) = text.split_once("\n\n").unwrap_or((text, ""));
        let what = match error.kind() {
            // Here the text of the error lists all commands.
            ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                "a command is missing"
            }
            _ => what.trim_start_matches("error: "),
        };
        let usage = usage.find("Usage: ").and_then(|at| usage.get(at..));
        let usage = usage.map(|usage| usage.lines().next().unwrap_or_default());
        Self {
            error: what.to_owned(),
            hint: usage.map(str::to_owned),
            ..Self::default()
        }
    }

    /// Writes the failure, as lines or as an object.
    pub(crate) fn write(&self, err: &mut dyn Write, json: bool) -> io::Result<()> {
        if json {
            return json::write(err, self.object());
        }
        // A spec, the kernel or an argument may contain terminal escapes.
        writeln!(err, "parley: {}", text::safe_lines(&self.error))?;
        let missing = if self.is_missing { " (missing)" } else { "" };
        let attribute = self.attribute.as_ref();
        let attribute = attribute.map(|attribute| format!("{attribute}{missing}"));
        let hint = self.hint.as_ref().filter(|_| !self.is_absent);
        for (label, text) in [
            ("errno says: ", self.reason.as_ref()),
            ("kernel says:", self.message.as_ref()),
            ("attribute:  ", attribute.as_ref()),
            ("allowed:    ", self.allowed.as_ref()),
            ("try:        ", hint),
        ] {
            if let Some(text) = text {
                writeln!(err, "  {label} {}", text::safe_lines(text))?;
            }
        }
        let lines = self.hint.iter().filter(|_| self.is_absent);
        for line in lines.flat_map(|hint| hint.lines()) {
            writeln!(err, "  {line}")?;
        }
        Ok(())
    }

    /// Returns the failure as an object, in which each text is one line.
    fn object(&self) -> Object {
        let line = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = |text: &Option<String>| text.as_ref().map(line);
        Object::new()
            .with("error", line(&self.error))
            .with("errno", self.errno)
            .with("message", text(&self.message))
            .with("attribute", text(&self.attribute))
            .with("missing", self.is_missing)
            .with("allowed", text(&self.allowed))
            .with("hint", text(&self.hint))
    }
}

/// Returns the hint for an errno of the module.
fn hint(errno: i32, operation: &str) -> Option<&'static str> {
    Some(match (errno, operation) {
        (libc::ENOTCONN, _) => "start one, as root: parley agent --reply TEXT",
        (libc::ETIMEDOUT, _) => "a longer --timeout",
        (libc::ECANCELED, "ask") => "another question: the agent has declined this one",
        (libc::EPIPE, _) => "again, when there is another agent",
        (libc::EBUSY, "agent-register") => "again, when the other agent has ended",
        (libc::EBUSY, _) => "again, when fewer questions are pending",
        (libc::EPERM, _) => CAPABILITY,
        (libc::ENOENT, "counter-add") => "create it: parley counter add NAME DELTA --create",
        (libc::ENOENT, "counter-get" | "counter-set") => {
            "create it: parley counter set NAME VALUE --create"
        }
        (libc::ENOENT, "counter-del") => "parley counter list, to see those that exist",
        (libc::EEXIST, _) => "leave out --exclusive to overwrite it",
        (libc::ENOSPC, _) => "delete some, or load the module with a larger max_counters",
        (libc::EOPNOTSUPP, _) => "a newer module: this one has no such operation",
        _ => return None,
    })
}

/// Returns the hint for an errno of rtnetlink or nf_tables.
fn network_hint(errno: i32, operation: &str) -> Option<&'static str> {
    Some(match (errno, operation) {
        (libc::EPERM, _) => CAPABILITY,
        (libc::ENOENT, "RTM_GETROUTE") => "without --table: parley show routes",
        (libc::EOPNOTSUPP, "RTM_NEWLINK") => "modprobe nlmon; the kernel needs CONFIG_NLMON",
        (libc::EINVAL, nftables::FIRST_REQUEST) => {
            "modprobe nf_tables; the kernel needs CONFIG_NF_TABLES"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::{anyhow, Context as _};
    use serde_json::{json, Value};

    fn shown(failure: &Failure, json: bool) -> String {
        let mut out = Vec::new();
        failure.write(&mut out, json).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn object(error: &anyhow::Error) -> Value {
        serde_json::from_str(&shown(&Failure::new(error), true)).unwrap()
    }

    #[test]
    fn a_refusal_says_what_where_why_and_what_to_do() {
        let mut refusal = Refusal::default();
        refusal.errno = libc::ENOENT;
        refusal.message = Some("no such counter".to_owned());
        refusal.operation = Some("counter-add");
        refusal.attribute = Some("counter.name".to_owned());
        refusal.missing = Some(1);
        let error = Err::<(), _>(Error::Refused(Box::new(refusal)));
        let error = error.context("a test").unwrap_err();
        assert_eq!(
            shown(&Failure::new(&error), false),
            "parley: a test: counter-add refused by the kernel: ENOENT (2)\n  \
             errno says:  No such file or directory\n  \
             kernel says: no such counter\n  \
             attribute:   counter.name (missing)\n  \
             try:         create it: parley counter add NAME DELTA --create\n"
        );
        assert_eq!(
            object(&error),
            json!({
                "error": "a test: counter-add refused by the kernel: ENOENT (2)",
                "errno": 2,
                "message": "no such counter",
                "attribute": "counter.name",
                "missing": true,
                "allowed": null,
                "hint": "create it: parley counter add NAME DELTA --create",
            })
        );
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped_in_an_error() {
        let mut failure = Failure::new(&anyhow!("no operation `\u{1b}[2J`\n  in x"));
        failure.attribute = Some("a\u{9b}".to_owned());
        let expected = "parley: no operation `\\x1b[2J`\n  in x\n  attribute:   a\\xc2\\x9b\n";
        assert_eq!(shown(&failure, false), expected);
    }

    #[test]
    fn another_familys_failure_has_no_hint_of_the_modules() {
        let hint = |errno| {
            let mut refusal = Refusal::default();
            (refusal.errno, refusal.operation) = (errno, Some("dev-get"));
            let own = Failure::new(&anyhow!(Error::Refused(Box::new(refusal))));
            assert!(own.hint.is_some());
            Failure::new(&own.without_module_hint().into()).hint
        };
        assert_eq!(hint(libc::EOPNOTSUPP), None);
        assert_eq!(hint(libc::EPERM).as_deref(), Some(CAPABILITY));
    }

    #[test]
    fn a_kernel_without_a_kind_of_device_or_a_part_says_which_to_load() {
        for (errno, operation, module) in [
            (libc::EOPNOTSUPP, "RTM_NEWLINK", "modprobe nlmon"),
            (libc::EINVAL, nftables::FIRST_REQUEST, "modprobe nf_tables"),
        ] {
            let mut refusal = Refusal::default();
            (refusal.errno, refusal.operation) = (errno, Some(operation));
            let failure = Failure::new(&anyhow!(Error::Refused(Box::new(refusal))));
            assert!(failure.hint.unwrap().contains(module), "{operation}");
        }
    }

    #[test]
    fn a_request_that_the_kernel_did_not_refuse_is_wrong_usage() {
        assert!(Failure::from_request(&anyhow!("no operation `x`")).is_usage);
        let absent = anyhow!(Error::NoFamily("x".to_owned()));
        assert!(!Failure::from_request(&absent.context("here")).is_usage);
    }

    #[test]
    fn an_error_has_all_keys_and_its_errno_wherever_that_stands() {
        let missing = || io::Error::from_raw_os_error(libc::ENOENT);
        let failed = Error::Io {
            call: "setns",
            error: missing(),
        };
        for error in [anyhow!(failed), anyhow!(missing()).context("cannot open x")] {
            let object = object(&error);
            assert_eq!(
                (&object["errno"], &object["hint"]),
                (&json!(2), &Value::Null)
            );
        }
        let object = object(&anyhow!("two\n    lines"));
        let keys: Vec<_> = object.as_object().unwrap().keys().collect();
        let all = [
            "allowed",
            "attribute",
            "errno",
            "error",
            "hint",
            "message",
            "missing",
        ];
        assert_eq!(keys, all);
        assert_eq!(
            (&object["error"], &object["errno"]),
            (&json!("two lines"), &Value::Null)
        );
    }

    #[test]
    fn a_missing_family_says_how_to_load_the_module_only_if_it_is_its_own() {
        let absent = Failure::new(&anyhow!(Error::NoFamily("parley".to_owned())));
        assert!(absent.is_absent);
        assert_eq!(
            shown(&absent, false),
            format!(
                "parley: the kernel has no family 'parley'\n  {}\n",
                LOAD.replace('\n', "\n  ")
            )
        );
        let other = Failure::new(&anyhow!(Error::NoFamily("other".to_owned())));
        assert!(other.is_absent && other.hint.is_none());
    }
}
