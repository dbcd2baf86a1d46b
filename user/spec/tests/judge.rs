// SPDX-License-Identifier: MIT OR Apache-2.0

//! Compares what this crate accepts with what the kernel's own library, pyynl, accepts: on the
//! specs of the kernel, and on mutations of them.
//!
//! Needs the kernel's source and Python packages that `make setup` and `make kernel` provide.

mod contents;
mod kernel;

use kernel::{kernel_source, run, specs, top};
use parley_spec::{
    rust::{constants, family},
    ErrorKind, Spec,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

const MUTATIONS: usize = 200;

/// Returns why this crate is right to refuse, with such an error, a spec that pyynl accepts.
fn justification(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::DuplicateKey => Some("YAML forbids it; PyYAML silently drops the first value"),
        ErrorKind::Reference => Some("pyynl looks names up when it uses them, and fails then"),
        ErrorKind::Duplicate => Some("pyynl silently drops the first of the two"),
        ErrorKind::Value => Some("pyynl ignores it, or fails when it uses it"),
        _ => None,
    }
}

/// The verdict of pyynl on a spec.
#[derive(Debug, PartialEq)]
enum Verdict {
    Accepts,
    /// The schema check refuses it.
    Schema,
    /// The rest of pyynl refuses it.
    Refuses,
}

/// Asks pyynl about specs; returns what it prints.
fn ask(what: &str, source: &Path, name: &str, specs: &BTreeMap<String, String>) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    let netlink = folder.join("Documentation/netlink");
    fs::create_dir_all(netlink.join("specs")).expect("is created");
    // The kernel's tools look for this file in the folders above a spec.
    fs::write(folder.join("MAINTAINERS"), "").expect("is written");
    for protocol in parley_spec::model::Protocol::ALL {
        let file = format!("{}.yaml", protocol.name());
        let schema = source.join("Documentation/netlink").join(&file);
        fs::copy(schema, netlink.join(&file)).expect("the kernel has the schema");
    }
    for (name, text) in specs {
        fs::write(netlink.join(format!("specs/{name}.yaml")), text).expect("is written");
    }
    // lib.sh finds the Python that has the packages.
    let script = ". \"$0\"/scripts/lib.sh && exec python3 -B \"$@\"";
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge.py");
    run(Command::new("bash").args(["-c", script]).args([
        top(),
        judge,
        what.into(),
        source.to_path_buf(),
        folder,
    ]))
}

/// Asks pyynl whether it accepts specs.
fn judge(
    source: &Path,
    name: &str,
    specs: &BTreeMap<String, String>,
) -> BTreeMap<String, (Verdict, String)> {
    let output = ask("verdicts", source, name, specs);
    let verdicts = output.lines().map(|line| {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default().to_owned();
        let (name, verdict, why) = (field(), field(), field());
        let verdict = match &*verdict {
            "accepts" => Verdict::Accepts,
            "schema" => Verdict::Schema,
            "refuses" => Verdict::Refuses,
            other => panic!("the judge says {other}"),
        };
        (name, (verdict, why))
    });
    verdicts.collect()
}

#[test]
fn the_specs_of_the_kernel_are_accepted() {
    let source = kernel_source();
    let specs = specs(&source);
    assert!(specs.len() >= 33, "the kernel has {} specs", specs.len());
    let verdicts = judge(&source, "kernel", &specs);
    for (name, text) in &specs {
        assert_eq!(verdicts[name], (Verdict::Accepts, String::new()), "{name}");
        if let Err(errors) = Spec::parse(&format!("{name}.yaml"), text) {
            panic!("refused:\n{errors}");
        }
    }
}

#[test]
fn the_model_holds_what_pyynl_reads() {
    let source = kernel_source();
    let specs = specs(&source);
    let facts = ask("contents", &source, "contents", &specs);
    let mut wrong = String::new();
    for (name, text) in &specs {
        let spec = Spec::parse(&format!("{name}.yaml"), text).expect("is a spec");
        let of = |line: &&str| line.split('\t').next() == Some(name);
        let expected = facts.lines().filter(of);
        let expected: BTreeSet<&str> = expected
            .filter_map(|line| line.split('\t').nth(1))
            .collect();
        let ours = contents::contents(&spec);
        let ours: BTreeSet<&str> = ours.iter().map(String::as_str).collect();
        assert!(expected.len() > 5, "{name}: pyynl says {expected:?}");
        for fact in expected.symmetric_difference(&ours).take(5) {
            let whose = if expected.contains(fact) {
                "pyynl"
            } else {
                "the model"
            };
            wrong += &format!("{name}: only {whose} has: {fact}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn mutations_are_judged_as_pyynl_judges_them() {
    let source = kernel_source();
    let specs = specs(&source);
    let count = std::env::var("PARLEY_MUTATIONS").ok();
    let count = count.map_or(MUTATIONS, |count| count.parse().expect("is a number"));
    let mutations = mutations(&specs, count);
    let texts = mutations
        .iter()
        .map(|(name, (_, text))| (name.clone(), text.clone()));
    let verdicts = judge(&source, "mutations", &texts.collect());
    let (mut wrong, mut refused, mut accepted) = (String::new(), 0, 0);
    let mut justified = BTreeMap::<_, usize>::new();
    for (name, (what, text)) in &mutations {
        let (verdict, why) = &verdicts[name];
        match (Spec::parse(&format!("{name}.yaml"), text), verdict) {
            (Ok(spec), Verdict::Accepts) => {
                accepted += 1;
                // They may lack support, but must not panic.
                let _ = (family(&spec), constants(&spec));
            }
            (Ok(_), _) => wrong += &format!("{name}: {what}\n  pyynl refuses it: {why}\n"),
            (Err(errors), Verdict::Accepts) => {
                match errors
                    .0
                    .iter()
                    .find(|error| justification(error.kind).is_none())
                {
                    Some(error) => {
                        wrong += &format!("{name}: {what}\n  pyynl accepts it: {error}\n")
                    }
                    None => {
                        *justified
                            .entry(justification(errors.0[0].kind))
                            .or_default() += 1
                    }
                }
            }
            (Err(errors), Verdict::Schema) => {
                let first = errors.0[0].kind;
                assert_ne!(first, ErrorKind::Unsupported, "{name}: {errors}");
                refused += 1;
            }
            (Err(_), Verdict::Refuses) => refused += 1,
        }
    }
    println!("{accepted} accepted by both, {refused} refused by both");
    for (why, count) in &justified {
        println!(
            "{count} refused by this crate alone: {}",
            why.unwrap_or_default()
        );
    }
    assert!(wrong.is_empty(), "{wrong}");
    // The mutations would say little if they were nearly all good or all bad.
    assert!(refused > count / 4, "only {refused} are refused");
    assert!(accepted > count / 10, "only {accepted} are accepted");
}

/// A random sequence, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// Mutates the specs; returns what was done, and the result.
fn mutations(specs: &BTreeMap<String, String>, count: usize) -> BTreeMap<String, (String, String)> {
    let names: Vec<&String> = specs.keys().collect();
    let mut random = Random(16);
    let mut made = BTreeMap::new();
    for attempt in 0.. {
        if made.len() == count {
            break;
        }
        let spec = names[made.len() % names.len()];
        let (what, text) = mutate(&specs[spec], attempt, &mut random);
        if text != specs[spec] {
            made.insert(format!("{:04}-{spec}", made.len()), (what, text));
        }
    }
    made
}

/// A line of the form `key: value`, in parts: what is before the key, the key, the value.
fn parts(line: &str) -> Option<(&str, &str, &str)> {
    let start = line.find(|c: char| !" -".contains(c))?;
    let (key, value) = line[start..].split_once(':')?;
    let is_key = key.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    (is_key && !value.starts_with(':')).then_some((&line[..start], key, value.trim()))
}

const REFERENCES: [&str; 12] = [
    "attribute-set",
    "nested-attributes",
    "enum",
    "struct",
    "notify",
    "mcgrp",
    "subset-of",
    "fixed-header",
    "sub-message",
    "flags-mask",
    "max-len",
    "selector",
];
const WORDS: [&str; 8] = [
    "type",
    "protocol",
    "byte-order",
    "sub-type",
    "enum-model",
    "flags",
    "display-hint",
    "dont-validate",
];
const VALUES: [&str; 14] = [
    "",
    "17",
    "-1",
    "1.5",
    "true",
    "no",
    "[]",
    "{}",
    "[ a, b ]",
    "Some-Name",
    "some_name",
    "'7'",
    "2026-11-26",
    "0x1f",
];

fn mutate(spec: &str, kind: usize, random: &mut Random) -> (String, String) {
    let mut lines: Vec<String> = spec.lines().map(str::to_owned).collect();
    let mut choose = |fits: &dyn Fn(&str, &str) -> bool| {
        let fitting: Vec<usize> = (1..lines.len())
            .filter(|i| parts(&lines[*i]).is_some_and(|(_, key, value)| fits(key, value)))
            .collect();
        (!fitting.is_empty()).then(|| random.pick(&fitting))
    };
    let index = match kind % 11 {
        // A reference or a word, if the spec has one.
        3 | 8 => choose(&|key, value| REFERENCES.contains(&key) && !value.is_empty()),
        4 => choose(&|key, value| WORDS.contains(&key) && !value.is_empty()),
        // Keys whose value is a block of its own.
        5 => choose(&|_, value| value.is_empty()),
        _ => choose(&|_, value| !value.is_empty() && !value.starts_with(['|', '>', '&'])),
    };
    let Some(index) = index else {
        return mutate(spec, kind + 1, random);
    };
    let line = lines[index].clone();
    let (start, key, value) = parts(&line).expect("was chosen");
    let what = match kind % 11 {
        0 => {
            // The line may begin an item, whose dash has to stay.
            lines[index] = " ".repeat(start.len());
            if start.contains('-') {
                lines[index] = start.to_owned();
            }
            "without the line"
        }
        1 | 5 => {
            let at = random.below(key.len());
            let mut other = key.to_owned();
            match random.below(3) {
                0 => drop(other.remove(at)),
                1 => other.insert(at, 'x'),
                _ => other = random.pick(&WORDS).to_owned(),
            }
            lines[index] = format!("{start}{other}: {value}");
            "another key for"
        }
        2 | 6 => {
            lines[index] = format!("{start}{key}: {}", random.pick(&VALUES));
            "another value for"
        }
        3 => {
            lines[index] = format!("{start}{key}: no-such-thing");
            "no such thing for"
        }
        4 => {
            let words = [
                "nest",
                "struct",
                "u128",
                "bitfield32",
                "uns-admin-perm",
                "genetlink",
                "netlink-raw",
                "directional",
                "sub-message",
                "[ admin-perm ]",
                "[ strict ]",
                "ipv4",
            ];
            lines[index] = format!("{start}{key}: {}", random.pick(&words));
            "another word for"
        }
        7 | 8 => {
            // The value of another line with this key.
            let same = lines.iter().filter_map(|line| parts(line));
            let same: Vec<&str> = same
                .filter(|(_, other, _)| *other == key)
                .map(|(.., value)| value)
                .collect();
            let other = random.pick(&same).to_owned();
            lines[index] = format!("{start}{key}: {other}");
            "the value of another line for"
        }
        9 => {
            let indent = " ".repeat(start.len());
            lines.insert(index + 1, format!("{indent}{key}: {value}"));
            "twice"
        }
        _ => match random.below(4) {
            0 => {
                lines[index] = format!("{start}{key} {value}");
                "no colon in"
            }
            1 => {
                lines[index] = format!("{start}{key}: [ {value}");
                "an open bracket in"
            }
            2 => {
                lines[index] = format!(" {line}");
                "another indent of"
            }
            _ => {
                lines[0] = "# No licence.".to_owned();
                "no licence; not"
            }
        },
    };
    let what = format!("line {}, {what}: {}", index + 1, line.trim());
    (what, lines.join("\n") + "\n")
}
