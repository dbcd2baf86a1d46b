// SPDX-License-Identifier: MIT OR Apache-2.0

//! The lines of dumps whose lines begin with an offset.

/// What the groups of digits are, as far as it is known. A later one is surer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Groups {
    /// Single bytes, or none.
    #[default]
    None,
    /// Bytes or words.
    Unknown,
    /// Words of some machine, as hexdump and od -x print them.
    Words,
    /// Bytes in their order, as the text beside them shows.
    Bytes,
    /// Words of a machine with the lowest byte first, as the text beside them shows.
    Reversed,
}

/// What a line is.
#[derive(Debug)]
pub(super) enum Line<'a> {
    Row(Row<'a>),
    /// An offset alone, as at the end.
    End(Offset<'a>),
    /// A mark that lines like the last were left out.
    Repeats,
    /// strace's mark that a buffer of a vector follows, which has this number.
    Buffer(usize),
    Blank,
    /// No line of a dump.
    Other,
}

/// A line of bytes: groups of digits behind an offset.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) offset: Offset<'a>,
    pub(super) groups: Vec<&'a str>,
    pub(super) are: Groups,
}

/// The digits of an offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offset<'a> {
    digits: &'a str,
    /// A colon stands behind it, or 0x before it.
    colon: bool,
    pub(super) tcpdump: bool,
}

impl Offset<'_> {
    pub(super) fn is_zero(&self) -> bool {
        self.digits.bytes().all(|digit| digit == b'0')
    }

    /// The values that it may have: only that in `radix`, if that was found before.
    /// od counts in octal, or in decimal, with seven digits, and hexdump counts its
    /// words in hexadecimal with as many.
    pub(super) fn values(
        &self,
        radix: Option<u32>,
        are: Groups,
    ) -> impl Iterator<Item = (usize, u32)> + Clone + use<'_> {
        let radixes: &[u32] = match (self.colon, self.digits.len(), are) {
            (false, 7, Groups::Words) => &[16, 8, 10],
            (false, 7, _) => &[8, 10],
            _ => &[16],
        };
        let digits = self.digits;
        let value = move |radix: u32| Some((usize::from_str_radix(digits, radix).ok()?, radix));
        radixes
            .iter()
            .copied()
            .filter(move |known| radix.is_none_or(|radix| radix == *known))
            .filter_map(value)
    }
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether the groups have so many digits each.
fn all_of(groups: &[&str], digits: usize) -> bool {
    !groups.is_empty() && groups.iter().all(|group| group.len() == digits)
}

/// Appends the bytes that digits are.
pub(super) fn pairs(digits: &str, bytes: &mut Vec<u8>) -> Result<(), String> {
    for pair in digits.as_bytes().chunks(2) {
        let pair = std::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.len() == 2 && !pair.starts_with('+'));
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(byte.ok_or_else(|| format!("{digits} is not made of bytes"))?);
    }
    Ok(())
}

/// Whether the line is one of a dump that tells its offset.
pub(super) fn has_offset(line: &str) -> bool {
    !matches!(row(stripped(line)), Ok(None))
}

/// The line without what stands around its bytes: the marks of a mail that quotes it,
/// and strace's bars.
fn stripped(line: &str) -> &str {
    let mut line = line.trim();
    while let Some(quoted) = line.strip_prefix('>') {
        line = quoted.trim_start();
    }
    let bars = line
        .strip_prefix("| ")
        .and_then(|line| line.strip_suffix('|'));
    bars.unwrap_or(line).trim()
}

/// Tells what a line is, before which there are `have` bytes.
pub(super) fn line(whole: &str, have: usize) -> Result<Line<'_>, String> {
    let line = stripped(whole);
    if line.is_empty() || line.starts_with('#') {
        return Ok(Line::Blank);
    }
    if line == "*" {
        return Ok(Line::Repeats);
    }
    if let Some(row) = row(line)? {
        return Ok(Line::Row(row));
    }
    let words: Vec<_> = line.split_whitespace().collect();
    match words[..] {
        ["*", _, "bytes", "in", "buffer", number] => {
            return Ok(number.parse().map_or(Line::Other, Line::Buffer));
        }
        [digits] if is_hex(digits) && (6..=8).contains(&digits.len()) => {
            return Ok(Line::End(Offset {
                digits,
                colon: false,
                tcpdump: false,
            }));
        }
        _ => {}
    }
    let bytes = columns(line).ok().flatten();
    if bytes.is_some_and(|Columns { groups, .. }| groups.len() > 1 || groups.len() == words.len()) {
        return Err("bytes without an offset, among lines that have one".to_owned());
    }
    // A line of the dump that is damaged is not to be passed over.
    let (offset, second) = (words.first(), words.get(1));
    let next = offset
        .and_then(|word| self::offset(word))
        .is_some_and(|offset| {
            let byte = second.is_some_and(|word| is_hex(word) && word.len() == 2);
            (offset.colon || byte || have > 0)
                && offset
                    .values(None, Groups::Words)
                    .any(|value| value.0 == have)
        });
    if next {
        return Err("an offset, and what follows are not bytes".to_owned());
    }
    Ok(Line::Other)
}

/// The offset that a word may be.
fn offset(word: &str) -> Option<Offset<'_>> {
    let (digits, colon) = match word.strip_suffix(':') {
        Some(digits) => (digits, true),
        None => (word, false),
    };
    let bare = digits.strip_prefix("0x").filter(|_| colon);
    let digits = bare.unwrap_or(digits);
    (is_hex(digits) && (colon || digits.len() > 2)).then_some(Offset {
        digits,
        colon,
        tcpdump: bare.is_some(),
    })
}

/// The line of bytes that this is, if it has an offset. Fails if that cannot be told.
fn row(line: &str) -> Result<Option<Row<'_>>, String> {
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let Some(offset) = offset(first) else {
        return Ok(None);
    };
    let Some(Columns { groups, are, shown }) = columns(rest.trim_start())? else {
        return Ok(None);
    };
    if offset.colon {
        let are = if offset.tcpdump { Groups::Bytes } else { are };
        return Ok(Some(Row {
            offset,
            groups,
            are,
        }));
    }
    let words = [4, 8, 16].into_iter().any(|digits| all_of(&groups, digits));
    let are = match first.len() {
        // od and hexdump.
        6 | 7 if words && are == Groups::Unknown => Groups::Words,
        _ if shown => are,
        _ if all_of(&groups, 2) => Groups::None,
        _ => return Ok(None),
    };
    Ok(Some(Row {
        offset,
        groups,
        are,
    }))
}

/// What stands behind an offset.
struct Columns<'a> {
    groups: Vec<&'a str>,
    are: Groups,
    /// Whether there is a text of the bytes behind them.
    shown: bool,
}

/// The groups of digits in a line behind its offset, without the text that may stand
/// behind them, and what they are. Nothing if there are none.
fn columns(rest: &str) -> Result<Option<Columns<'_>>, String> {
    let gaps = gaps(rest);
    for (bytes, text) in &gaps {
        let Some(groups) = groups_of(bytes) else {
            continue;
        };
        if let Some(are) = shown(&groups, text) {
            return Ok(Some(Columns {
                groups,
                are,
                shown: true,
            }));
        }
    }
    // hexdump -C and od -z put the text in marks.
    for (opens, closes) in [('|', '|'), ('>', '<')] {
        let inside = rest.strip_suffix(closes);
        if let Some((bytes, text)) = inside.and_then(|inside| inside.split_once(opens)) {
            return beside(bytes, text);
        }
    }
    if let Some(groups) = groups_of(rest) {
        // Some tools leave a gap in the middle, and hexdump -x leaves one everywhere.
        let middle = match gaps[..] {
            [] => true,
            [(bytes, text)] => {
                let left = groups_of(bytes).unwrap_or_default();
                left.len() == 8 && all_of(&groups, 2) && text.len() != left.len()
            }
            _ => gaps.len() + 1 == groups.len(),
        };
        if middle {
            return Ok(Some(Columns {
                are: unknown(&groups),
                groups,
                shown: false,
            }));
        }
    }
    // The text is not that of the bytes; somebody may have changed them.
    let text = gaps.iter().rfind(|(bytes, _)| groups_of(bytes).is_some());
    match text {
        Some((bytes, text)) => beside(bytes, text),
        None => Ok(None),
    }
}

/// The groups of digits, which stand beside a text of as many characters.
fn beside<'a>(bytes: &'a str, text: &str) -> Result<Option<Columns<'a>>, String> {
    let Some(groups) = groups_of(bytes) else {
        return Ok(None);
    };
    let (count, characters) = (count(&groups), text.trim_end().chars().count());
    // Spaces at its end may be gone.
    if characters > count || characters == 0 {
        return Err(format!(
            "{count} bytes, and {characters} characters of text beside them"
        ));
    }
    let shown = text.trim().chars().count();
    // Of a text that somebody has not changed with the bytes, the length is right.
    let are = self::shown(&groups, text);
    if shown < count && are.is_none() {
        return Err(format!(
            "{count} bytes, and {shown} characters of text beside them"
        ));
    }
    Ok(Some(Columns {
        are: are.unwrap_or_else(|| unknown(&groups)),
        groups,
        shown: true,
    }))
}

/// What groups of digits are that stand alone.
pub(super) fn unknown(groups: &[&str]) -> Groups {
    match groups.iter().any(|group| matches!(group.len(), 4 | 8 | 16)) {
        true => Groups::Unknown,
        false => Groups::None,
    }
}

/// What groups of digits are that stand beside this text, if it is theirs.
fn shown(groups: &[&str], text: &str) -> Option<Groups> {
    match (shows(groups, false, text), shows(groups, true, text)) {
        (true, true) => Some(unknown(groups)),
        (true, false) => Some(Groups::Bytes),
        (false, true) => Some(Groups::Reversed),
        (false, false) => None,
    }
}

fn count(groups: &[&str]) -> usize {
    groups.iter().map(|group| group.len() / 2).sum()
}

/// What stands before each gap of two spaces or more, or of a tab, and behind it.
fn gaps(rest: &str) -> Vec<(&str, &str)> {
    let mut gaps = Vec::new();
    let mut from = 0;
    while let Some(found) = rest.get(from..).and_then(|rest| rest.find(['\t', ' '])) {
        let at = from.saturating_add(found);
        let behind = rest.get(at..).unwrap_or_default();
        let text = behind.trim_start_matches([' ', '\t']);
        let width = behind.len().saturating_sub(text.len());
        if width > 1 || behind.starts_with('\t') {
            gaps.push((rest.get(..at).unwrap_or_default(), text));
        }
        from = at.saturating_add(width);
        // No dump has so many columns.
        if gaps.len() > 64 {
            break;
        }
    }
    gaps
}

/// The groups that these columns are, if they are bytes.
fn groups_of(columns: &str) -> Option<Vec<&str>> {
    let groups: Vec<_> = columns.split_whitespace().collect();
    let bytes = |group: &&str| is_hex(group) && group.len() % 2 == 0;
    (!groups.is_empty() && groups.iter().all(bytes)).then_some(groups)
}

/// Whether a dump shows the bytes of these groups, each `reversed` or not, as this
/// text. Spaces around it may be gone.
fn shows(groups: &[&str], reversed: bool, text: &str) -> bool {
    let mut bytes = Vec::new();
    for group in groups {
        let mut of = Vec::new();
        if pairs(group, &mut of).is_err() {
            return false;
        }
        if reversed {
            of.reverse();
        }
        bytes.extend(of);
    }
    let blank = |byte: &u8| *byte == b' ';
    let from = bytes.iter().position(|byte| !blank(byte)).unwrap_or(0);
    let to = bytes.iter().rposition(|byte| !blank(byte));
    let bytes = bytes
        .get(from..to.map_or(0, |to| to + 1))
        .unwrap_or_default();
    let mut text = text.trim().chars();
    let same = |byte: &u8| {
        text.next().is_some_and(|c| match byte {
            0x20..=0x7e => c == char::from(*byte) || c == '.',
            _ => c == '.' || c == ' ' || !c.is_ascii(),
        })
    };
    bytes.iter().all(same) && text.next().is_none()
}
