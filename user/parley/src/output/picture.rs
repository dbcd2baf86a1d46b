// SPDX-License-Identifier: MIT OR Apache-2.0

//! Decoded datagrams as an SVG picture: rows of 4 bytes, as in the diagrams of RFCs, with
//! a box for each field and a frame around each header, attribute and nest.

mod svg;
#[cfg(test)]
mod tests;
mod tree;

use parley_netlink::explain::render::wrap;
use parley_netlink::explain::{Explained, Field};
use std::fmt::Write;
use std::ops::Range;
use svg::{escaped, text};
use tree::{Frame, Part};

/// The number of bytes in a row, which is also the alignment of attributes.
const WORD: usize = 4;
/// The width of a byte.
const CELL: usize = 72;
/// The left edge of frames at the first depth, after the offsets.
const LEFT: usize = 48;
/// The indent of each deeper frame, and the maximum depth that is indented.
const INDENT: usize = 8;
const INDENT_MAX: usize = 5;
/// The left edge of meanings, and the number of characters that fit.
const MEANINGS: usize = 394;
const MEANINGS_WIDTH: usize = 44;
/// The height of a line of text.
const LINE: usize = 14;
/// The height of a row with the names of its fields, and of one without names.
const NAMED: usize = 34;
const UNNAMED: usize = 22;
/// The maximum number of rows of a long value, unless all are shown: as many bytes as in
/// the text.
const ROWS: usize = 8;
/// The maximum number of rows and frames in a picture. Nobody looks at more, and each
/// needs much more memory than its bytes.
const ROWS_MAX: usize = 2000;
/// The maximum number of lines in a meaning.
const LINES_MAX: usize = 6;

/// A picture of datagrams, one above the other.
pub(crate) struct Picture {
    all: bool,
    body: String,
    /// The top of the next part.
    y: usize,
    /// The number of rows and frames.
    rows: usize,
    /// A description in words.
    words: String,
    /// The number of bytes and of datagrams that were left out.
    left: (usize, usize),
}

/// A row of a picture: bytes of fields, or a count of bytes that are not shown.
struct Row {
    word: usize,
    pieces: Vec<Piece>,
    y: usize,
    height: usize,
}

/// The part of a field in one row.
struct Piece {
    /// The index of the field in its block.
    field: usize,
    /// The range of bytes in the datagram.
    bytes: Range<usize>,
    /// Whether the bytes are counted instead of shown.
    counted: bool,
}

impl Piece {
    /// Returns the columns that it covers.
    fn columns(&self) -> Range<usize> {
        if self.counted {
            return 0..WORD;
        }
        let first = self.bytes.start % WORD;
        first..first.saturating_add(self.bytes.len())
    }
}

/// Returns the rows of each field of a block, by the field's index.
fn spans(rows: &[Row]) -> Vec<(usize, Range<usize>)> {
    let mut spans: Vec<(usize, Range<usize>)> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        for piece in &row.pieces {
            match spans.last_mut() {
                Some((field, span)) if *field == piece.field => span.end = at + 1,
                _ => spans.push((piece.field, at..at + 1)),
            }
        }
    }
    spans
}

impl Picture {
    pub(crate) fn new(all: bool) -> Self {
        Self {
            all,
            body: String::new(),
            y: 8,
            rows: 0,
            words: String::new(),
            left: (0, 0),
        }
    }

    /// Draws a datagram below a heading.
    pub(crate) fn datagram(&mut self, heading: &str, explained: &Explained, bytes: &[u8]) {
        if self.rows >= ROWS_MAX {
            self.left.0 = self.left.0.saturating_add(bytes.len());
            self.left.1 = self.left.1.saturating_add(1);
            return;
        }
        self.rows += 1;
        self.y += 16;
        self.body += &text(8, self.y, "bold", &escaped(heading, 100));
        self.y += 4;
        self.say(heading);
        self.parts(&tree::of(&explained.fields), bytes, 0);
        self.y += 8;
    }

    /// Returns the picture.
    pub(crate) fn finish(mut self) -> String {
        if self.left != (0, 0) {
            let (bytes, datagrams) = self.left;
            let mut words = format!("not drawn: {bytes} more bytes");
            match datagrams {
                0 => {}
                1 => words += ", with 1 whole datagram",
                more => words += &format!(", with {more} whole datagrams"),
            }
            self.y += 16;
            self.body += &text(8, self.y, "wrong", &words);
            self.words.insert_str(0, &format!("{words}. "));
        }
        let (words, height) = (self.words.trim_end(), self.y.saturating_add(8));
        svg::whole("Netlink messages, decoded", words, height, &self.body)
    }

    /// Adds text to the description of the picture.
    fn say(&mut self, words: &str) {
        if self.words.len() < 8000 && !words.is_empty() {
            let end = if words.ends_with('.') { " " } else { ". " };
            self.words.push_str(words);
            self.words.push_str(end);
        }
    }

    fn parts(&mut self, mut parts: &[Part<'_>], bytes: &[u8], depth: usize) {
        let mut below_frame = false;
        while let Some((part, after)) = parts.split_first() {
            if let Part::Frame(frame) = part {
                self.frame(frame, bytes, depth);
                parts = after;
                below_frame = true;
                continue;
            }
            self.y += if below_frame { 4 } else { 0 };
            let field = |part| match part {
                &Part::Field(field) => Some(field),
                Part::Frame(_) => None,
            };
            let fields: Vec<_> = parts.iter().map_while(field).collect();
            self.block(&fields, bytes, depth);
            parts = parts.get(fields.len()..).unwrap_or_default();
        }
    }

    fn frame(&mut self, frame: &Frame<'_>, bytes: &[u8], depth: usize) {
        if self.rows >= ROWS_MAX {
            let bytes = frame.parts.iter().map(Part::len).sum();
            self.left.0 = self.left.0.saturating_add(bytes);
            return;
        }
        self.rows += 1;
        self.y += 4;
        let (at, top) = (self.body.len(), self.y);
        let indent = INDENT * depth.min(INDENT_MAX);
        let x = LEFT + indent;
        self.y += LINE;
        let room = MEANINGS_WIDTH * 2;
        let title = escaped(&frame.title, room);
        self.body += &text(x + 8, self.y, "small bold", &title);
        self.y += 4;
        self.say(&frame.title);
        self.parts(&frame.parts, bytes, depth.saturating_add(1));
        self.y += 6;
        // Drawn after its parts.
        let (width, height) = (svg::WIDTH - 8 - x - indent, self.y - top);
        let rect = format!(
            "<rect class=\"frame\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" \
             rx=\"4\"/>\n"
        );
        self.body.insert_str(at, &rect);
    }

    /// Draws consecutive fields.
    fn block(&mut self, fields: &[&Field], bytes: &[u8], depth: usize) {
        let mut rows = self.rows_of(fields);
        let room = ROWS_MAX.saturating_sub(self.rows);
        if rows.len() > room {
            let last = rows.get(room).and_then(|row| row.pieces.first());
            let end = fields.last().map_or(0, |field| field.offset + field.len);
            let left = last.map_or(0, |piece| end.saturating_sub(piece.bytes.start));
            self.left.0 = self.left.0.saturating_add(left);
            rows.truncate(room);
        }
        self.rows += rows.len();
        let grid = LEFT + INDENT * depth.min(INDENT_MAX + 1);
        for row in &mut rows {
            let begins = |piece: &Piece| {
                let field = fields.get(piece.field)?;
                (!piece.counted && piece.bytes.start == field.offset).then_some(*field)
            };
            let mut y = self.y + 12;
            let mut named = false;
            for field in row.pieces.iter().filter_map(begins) {
                named = true;
                self.meaning(field, &mut y);
            }
            row.y = self.y;
            row.height = if named { NAMED } else { UNNAMED };
            row.height = row.height.max(y.saturating_sub(self.y + 8));
            self.y += row.height;
        }
        for (place, span) in spans(&rows) {
            if let (Some(field), Some(rows)) = (fields.get(place), rows.get(span)) {
                self.box_of(place, field, rows, grid);
            }
        }
        for row in &rows {
            self.contents(row, fields, bytes, grid);
        }
    }

    /// Divides fields into rows.
    fn rows_of(&self, fields: &[&Field]) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut add = |word: usize, piece: Piece| match rows.last_mut() {
            Some(row) if row.word == word => row.pieces.push(piece),
            _ => rows.push(Row {
                word,
                pieces: vec![piece],
                y: 0,
                height: 0,
            }),
        };
        for (place, field) in fields.iter().enumerate() {
            let end = field.offset.saturating_add(field.len);
            let mut at = field.offset;
            // Showing one more row takes no more room than the note that it is missing.
            let long = !self.all && field.len > (ROWS + 1) * WORD;
            let shown = (field.offset / WORD + ROWS) * WORD;
            while at < end {
                let counted = long && at >= shown;
                let next = match counted {
                    true => end,
                    false => end.min((at / WORD + 1) * WORD),
                };
                let piece = Piece {
                    field: place,
                    bytes: at..next,
                    counted,
                };
                // A field whose bytes are only counted has a row of its own.
                let word = if counted { usize::MAX - at } else { at / WORD };
                add(word, piece);
                at = next;
            }
        }
        rows
    }

    /// Writes the meaning of a field, starting at `y`.
    fn meaning(&mut self, field: &Field, y: &mut usize) {
        if field.meaning.is_empty() && field.bad.is_none() {
            // The box already shows the name.
            return;
        }
        let mut put = |words: &str, class: &str, name: &str| {
            let lines = wrap(words, MEANINGS_WIDTH);
            let more = lines.len() > LINES_MAX;
            for (i, line) in lines.iter().take(LINES_MAX).enumerate() {
                let mut line = escaped(line, MEANINGS_WIDTH);
                if i == 0 && !name.is_empty() {
                    // The first line begins with the name, so it is escaped in the same
                    // way.
                    let name = escaped(name, MEANINGS_WIDTH);
                    let rest = line.strip_prefix(&name).unwrap_or_default().to_owned();
                    line = format!("<tspan class=\"bold\">{name}</tspan>{rest}");
                }
                if more && i == LINES_MAX - 1 {
                    line.push_str(" …");
                }
                self.body += &text(MEANINGS, *y, class, &line);
                *y += LINE;
            }
        };
        let name = match field.name.chars().count() < MEANINGS_WIDTH {
            true => field.name.as_str(),
            false => "",
        };
        let words = format!("{} {}", field.name, field.meaning);
        put(words.trim_end(), "", name);
        if let Some(why) = &field.bad {
            put(&format!("bad: {why}"), "wrong", "");
        }
        let bad = field.bad.as_ref().map(|why| format!(", bad: {why}"));
        self.say(&format!("{}{}", words.trim_end(), bad.unwrap_or_default()));
    }

    /// Draws the box around a field, across all its rows.
    fn box_of(&mut self, place: usize, field: &Field, rows: &[Row], grid: usize) {
        let of = |row: &Row| {
            let piece = row.pieces.iter().find(|piece| piece.field == place)?;
            Some(piece.columns())
        };
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return;
        };
        let (Some(columns), Some(to)) = (of(first), of(last)) else {
            return;
        };
        let x = |column: usize| grid + CELL * column;
        let mut path = String::new();
        let bottom = last.y + last.height;
        // Writing to a string cannot fail.
        let _ = if first.y == last.y {
            let (from, to) = (x(columns.start), x(columns.end));
            write!(path, "M{from} {}H{to}V{bottom}H{from}Z", first.y)
        } else {
            let (from, right) = (x(columns.start), x(WORD));
            let (second, end) = (first.y + first.height, x(to.end));
            write!(
                path,
                "M{from} {}H{right}V{}H{end}V{bottom}H{grid}V{second}H{from}Z",
                first.y,
                if to.end == WORD { bottom } else { last.y },
            )
        };
        let class = match field.name.as_str() {
            _ if field.bad.is_some() => "box red",
            "padding" | "reserved" | "unread" => "box pad",
            "nla_len" | "nla_type" => "box amber",
            name if name.starts_with("nlmsg_") => "box blue",
            "cmd" | "version" => "box blue",
            _ => "box green",
        };
        let _ = writeln!(self.body, "<path class=\"{class}\" d=\"{path}\"/>");
    }

    /// Writes the offset of a row, and the names and bytes in its boxes.
    fn contents(&mut self, row: &Row, fields: &[&Field], bytes: &[u8], grid: usize) {
        let Some(first) = row.pieces.first() else {
            return;
        };
        let named = row.height >= NAMED;
        let y = row.y + if named { 27 } else { 15 };
        let offset = first.bytes.start.to_string();
        self.body += &text(LEFT - 6, y, "small faint end", &offset);
        for piece in &row.pieces {
            let columns = piece.columns();
            let middle = grid + CELL * (columns.start + columns.end) / 2;
            if piece.counted {
                let words = format!("… {} more bytes", piece.bytes.len());
                self.body += &text(middle, row.y + 15, "small mid", &words);
                continue;
            }
            let field = fields.get(piece.field);
            let field = field.filter(|field| field.offset == piece.bytes.start);
            if let Some(field) = field {
                let room = (columns.len() * CELL - 6) / 6;
                let name = escaped(&field.name, room);
                self.body += &text(middle, row.y + 12, "small mid", &name);
            }
            for at in piece.bytes.clone() {
                let Some(byte) = bytes.get(at) else { continue };
                let x = grid + CELL * (at % WORD) + CELL / 2;
                self.body += &text(x, y, "mid", &format!("{byte:02x}"));
            }
        }
    }
}
