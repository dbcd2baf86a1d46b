// SPDX-License-Identifier: MIT OR Apache-2.0

//! The lines of dumps with offsets.

/// The meaning of the groups of digits, as far as it is known. Later variants are more
/// certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Groups {
    /// Single bytes, or none.
    #[default]
    None,
    /// Bytes or words.
    Unknown,
    /// Words of some machine, as `hexdump` and `od -x` print them.
    Words,
    /// Bytes in order, as the text beside them shows.
    Bytes,
    /// Words of a little-endian machine, as the text beside them shows.
    Reversed,
}

/// The kind of a line.
#[derive(Debug)]
pub(super) enum Line<'a> {
    Row(Row<'a>),
    /// An offset alone, as at the end of a dump.
    End(Offset<'a>),
    /// A mark that repeated lines were left out.
    Repeats,
    /// strace's mark before the buffer with this number in a vector.
    Buffer(usize),
    Blank,
    /// Not a line of a dump.
    Other,
}

/// A line of bytes: an offset and groups of digits.
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
    /// Whether it is followed by a colon or preceded by 0x.
    colon: bool,
    pub(super) tcpdump: bool,
}

impl Offset<'_> {
    pub(super) fn is_zero(&self) -> bool {
        self.digits.bytes().all(|digit| digit == b'0')
    }

    /// Returns its possible values; only the value in `radix`, if that is already known.
    /// od prints octal or decimal offsets with seven digits. Where hexdump prints words,
    /// its offsets are hexadecimal and have seven digits, too.
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

/// Returns whether each group has `digits` digits.
fn all_of(groups: &[&str], digits: usize) -> bool {
    !groups.is_empty() && groups.iter().all(|group| group.len() == digits)
}

/// Appends the bytes that the digits encode.
pub(super) fn pairs(digits: &str, bytes: &mut Vec<u8>) -> Result<(), String> {
    for pair in digits.as_bytes().chunks(2) {
        let pair = std::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.len() == 2 && !pair.starts_with('+'));
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(byte.ok_or_else(|| format!("{digits} is not a sequence of bytes"))?);
    }
    Ok(())
}

/// Returns whether this is a line of a dump with offsets.
pub(super) fn has_offset(line: &str) -> bool {
    !matches!(row(stripped(line)), Ok(None))
}

/// Removes the characters around the bytes of a line: the quote marks of a mail, and
/// strace's bars.
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

/// Returns the kind of a line that follows `have` bytes.
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
    // Do not skip a damaged line of the dump.
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
        return Err("an offset that is not followed by bytes".to_owned());
    }
    Ok(Line::Other)
}

/// Returns the offset, if a word may be one.
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

/// Returns the row in this line, if it has an offset. Fails if that is ambiguous.
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
        // od and hexdump print such offsets.
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

/// The columns after an offset.
struct Columns<'a> {
    groups: Vec<&'a str>,
    are: Groups,
    /// Whether a text column follows the bytes.
    shown: bool,
}

/// Returns the groups of digits after the offset in a line, without a text column, and
/// their meaning. Returns `None` if there are none.
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
    // `hexdump -C` and `od -z` put the text between marks.
    for (opens, closes) in [('|', '|'), ('>', '<')] {
        let inside = rest.strip_suffix(closes);
        if let Some((bytes, text)) = inside.and_then(|inside| inside.split_once(opens)) {
            return beside(bytes, text);
        }
    }
    if let Some(groups) = groups_of(rest) {
        // Some tools leave a gap in the middle of a line, and `hexdump -x` leaves one
        // between all groups.
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
    // The text does not match the bytes; somebody may have edited them.
    let text = gaps.iter().rfind(|(bytes, _)| groups_of(bytes).is_some());
    match text {
        Some((bytes, text)) => beside(bytes, text),
        None => Ok(None),
    }
}

/// Returns the groups of digits beside a text with the same number of characters.
fn beside<'a>(bytes: &'a str, text: &str) -> Result<Option<Columns<'a>>, String> {
    let Some(groups) = groups_of(bytes) else {
        return Ok(None);
    };
    let (count, characters) = (count(&groups), text.trim_end().chars().count());
    // Trailing spaces may be missing.
    if characters > count || characters == 0 {
        return Err(format!(
            "{count} bytes, and {characters} characters of text beside them"
        ));
    }
    let shown = text.trim().chars().count();
    // If the text still matches the bytes, its length is correct.
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

/// The meaning of groups of digits without a text.
pub(super) fn unknown(groups: &[&str]) -> Groups {
    match groups.iter().any(|group| matches!(group.len(), 4 | 8 | 16)) {
        true => Groups::Unknown,
        false => Groups::None,
    }
}

/// The meaning of groups of digits beside this text, if the text matches them.
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

/// Splits a line at each gap of a tab or at least two spaces. Returns the parts before
/// and after it.
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
        // No dump has this many columns.
        if gaps.len() > 64 {
            break;
        }
    }
    gaps
}

/// Returns the groups in these columns, if they are bytes.
fn groups_of(columns: &str) -> Option<Vec<&str>> {
    let groups: Vec<_> = columns.split_whitespace().collect();
    let bytes = |group: &&str| is_hex(group) && group.len() % 2 == 0;
    (!groups.is_empty() && groups.iter().all(bytes)).then_some(groups)
}

/// Returns whether a dump would show these groups, each `reversed` or not, as this text.
/// Spaces around the text may be missing.
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
