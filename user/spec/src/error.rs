// SPDX-License-Identifier: MIT OR Apache-2.0

//! Errors in a spec, each at its file, line and column.

use std::fmt;

/// A place in a file. Lines and columns count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The kinds of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file cannot be read.
    File,
    /// The file is not YAML, or uses a part of YAML that no spec needs.
    Yaml,
    /// A mapping has the same key twice.
    DuplicateKey,
    /// A key or value breaks the schema of the spec's protocol.
    Schema,
    /// A name refers to something that the spec does not define.
    Reference,
    /// Two things have the same name or number.
    Duplicate,
    /// A value follows the schema but contradicts the rest of the spec.
    Value,
    /// The generator does not support a feature of the spec.
    Unsupported,
}

/// An error in a spec. Displayed as `file:line:column: message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The file.
    pub file: String,
    /// The place in the file. Absent if the file cannot be read.
    pub at: Option<Position>,
    /// The kind of error.
    pub kind: ErrorKind,
    /// A message for people: the fault, and the allowed values.
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{}:{at}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for Error {}

/// All errors of a spec, in the order of the file. Displayed one per line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors(pub Vec<Error>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

/// Collects the errors of one file.
#[derive(Debug)]
pub(crate) struct Collector {
    file: String,
    errors: Vec<Error>,
}

impl Collector {
    pub(crate) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            errors: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, kind: ErrorKind, at: Position, message: impl Into<String>) {
        self.errors.push(Error {
            file: self.file.clone(),
            at: Some(at),
            kind,
            message: message.into(),
        });
    }

    /// Fails if there was an error.
    pub(crate) fn check(&mut self) -> Result<(), Errors> {
        if self.errors.is_empty() {
            return Ok(());
        }
        self.errors.sort_by_key(|error| error.at);
        // An error in an inherited part of a set is reported once for each subset.
        self.errors.dedup();
        Err(Errors(std::mem::take(&mut self.errors)))
    }
}

/// Joins words as in "a, b or c".
pub(crate) fn any_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.into_iter().collect();
    match words.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// Returns a hint, `; did you mean ...?`, if one of `known` is spelled almost like `word`.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    known
        .into_iter()
        .map(|name| (distance(word, name), name))
        .filter(|(distance, name)| *distance <= 2 && *distance < name.len())
        .min()
        .map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

/// Returns the number of characters to insert, remove or replace to turn `a` into `b`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_almost_right_gets_a_hint() {
        let known = ["attributes", "attribute-set", "doc"];
        assert_eq!(
            did_you_mean("atributes", known),
            "; did you mean `attributes`?"
        );
        assert_eq!(did_you_mean("value", known), "");
        assert_eq!(did_you_mean("ab", ["de", "x"]), "");
    }

    #[test]
    fn words_are_joined_as_in_a_sentence() {
        assert_eq!(any_of([]), "nothing");
        assert_eq!(any_of(["a"]), "a");
        assert_eq!(any_of(["a", "b", "c"]), "a, b or c");
    }
}
