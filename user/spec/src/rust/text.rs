// SPDX-License-Identifier: MIT OR Apache-2.0

//! Names and documentation of generated Rust.

/// The maximum length of a line that checkpatch accepts.
const WIDTH: usize = 100;

/// Words that cannot be names.
const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "Self", "static", "struct", "super", "trait", "true", "try", "type",
    "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Returns a valid name: one that does not begin with a digit and is not a keyword.
fn allowed(mut name: String) -> String {
    name.retain(|c| c.is_ascii_alphanumeric() || c == '_');
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if KEYWORDS.contains(&&*name) {
        name.push('_');
    }
    name
}

/// Converts `some-name` to a constant: `SOME_NAME`.
pub(super) fn constant(name: &str) -> String {
    allowed(name.replace('-', "_").to_ascii_uppercase())
}

/// Converts `some-name` to a module or field: `some_name`.
pub(super) fn snake(name: &str) -> String {
    allowed(name.replace('-', "_").to_ascii_lowercase())
}

/// The types of the kernel's layer, of the library and of Rust that generated code names.
/// A type from the spec must not hide them.
const TYPES: &str = "\
    AnyNest Array Attr Attribute Attributes AttributeSet Attrs AttrType BeS16 BeS32 BeS64 BeU16 \
    BeU32 BeU64 Binary Bitfield32 BitfieldValue Call Client Context CStr DoOp DumpOp Entered \
    Entries Entry Err Error Event Expect ExtAck Family Field Flag Fn FnMut FnOnce Group Guarded \
    GuardedOp Handled Handler Hook HookedOp Into KeepOp Kept LeS16 LeS32 LeS64 LeU16 LeU32 LeU64 \
    Message Namespace Nest Netlink NetState NewNet None NoRoom Notification Notifier NulString \
    Numbered Ok Op OpenNet Operation Ops Option Payload Policy Prepared Progress Range RawAttr \
    Repeated Result S16 S32 S64 S8 SignedRange Sint Socket Some Sparse Text ThisModule Transport \
    U16 U32 U64 U8 Uint Writer";

/// Converts `some-name` to a type: `SomeName`.
pub(super) fn camel(name: &str) -> String {
    let mut camel = String::new();
    for part in name.split(['-', '_']) {
        let mut chars = part.chars();
        if let Some(first) = chars.next() {
            // Digits that a dash separates stay separate.
            if first.is_ascii_digit() && camel.ends_with(|c: char| c.is_ascii_digit()) {
                camel.push('_');
            }
            camel.push(first.to_ascii_uppercase());
            camel.extend(chars.map(|c| c.to_ascii_lowercase()));
        }
    }
    let mut name = allowed(camel);
    if TYPES.split(' ').any(|taken| taken == name) {
        name.push('_');
    }
    name
}

/// Returns a string literal.
pub(super) fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// Returns a documentation comment, `depth` levels deep, in lines that fit.
pub(super) fn doc(depth: usize, text: &str) -> String {
    let indent = "    ".repeat(depth);
    let width = WIDTH - indent.len() - "/// ".len();
    let mut out = String::new();
    for line in wrap(&markdown(text), width) {
        let line = format!("{indent}/// {line}");
        out += line.trim_end();
        out.push('\n');
    }
    out
}

/// Returns the documentation of an item that a spec need not document.
pub(super) fn doc_or(depth: usize, words: Option<&String>, otherwise: &str) -> String {
    doc(depth, words.map_or(otherwise, String::as_str))
}

/// Converts a text of a spec, which is reStructuredText, to paragraphs and items of
/// Markdown.
fn markdown(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() {
            open = false;
            continue;
        }
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        match parts.last_mut() {
            Some(last) if open && item.is_none() => {
                last.push(' ');
                last.push_str(line);
            }
            _ => {
                parts.push(item.map_or_else(|| line.to_owned(), |item| format!("- {item}")));
                open = true;
            }
        }
    }
    parts.into_iter().map(|part| escape(&part)).collect()
}

/// Escapes characters that Markdown would read as a link or HTML. Code stays unchanged.
fn escape(text: &str) -> String {
    let text = text.replace("``", "`");
    let balanced = text.matches('`').count() % 2 == 0;
    let mut code = false;
    let mut out = String::new();
    for c in text.chars() {
        code ^= c == '`' && balanced;
        if (!code && matches!(c, '[' | ']' | '<' | '>' | '_' | '*')) || (c == '`' && !balanced) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn wrap(parts: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut after_item = false;
    for (index, part) in parts.iter().enumerate() {
        let item = part.starts_with("- ");
        if index > 0 && !(item && after_item) {
            lines.push(String::new());
        }
        after_item = item;
        let next = if item { "  " } else { "" };
        let mut line = String::new();
        for word in part.split_whitespace() {
            let len = line.chars().count() + 1 + word.chars().count();
            if !line.trim().is_empty() && len > width {
                lines.push(std::mem::replace(&mut line, next.to_owned()));
            }
            if !line.is_empty() && !line.ends_with("  ") {
                line.push(' ');
            }
            // A word that begins a line must not begin a list or a heading.
            if line.trim().is_empty() && begins_block(word) && !(item && line.is_empty()) {
                line.push('\\');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

fn begins_block(word: &str) -> bool {
    matches!(word, "-" | "+" | "=" | "|")
        || word.starts_with('#')
        || word
            .strip_suffix(['.', ')'])
            .is_some_and(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_of_rust() {
        assert_eq!(constant("timeout-ms"), "TIMEOUT_MS");
        assert_eq!(constant("802-1q"), "_802_1Q");
        assert_eq!(snake("type"), "type_");
        assert_eq!(snake("--kernel-timespec"), "__kernel_timespec");
        assert_eq!(camel("pin-get"), "PinGet");
        assert_eq!(camel("self"), "Self_");
        assert_eq!(camel("rev-1-2"), "Rev1_2");
        assert_eq!(literal("a\"b"), "\"a\\\"b\"");
    }

    #[test]
    fn no_type_of_a_spec_hides_one_of_the_layer() {
        let layer = concat!(env!("CARGO_MANIFEST_DIR"), "/../../kmod/genl");
        let read = |file: &str| std::fs::read_to_string(format!("{layer}{file}")).expect(file);
        let (exported, types) = (read(".rs"), read("/types.rs") + &read("/integers.rs"));
        let exported = exported.split_once("mod prelude").expect("a prelude").1;
        let exported = exported.split(|c: char| !c.is_alphanumeric());
        let defined = types.lines().filter_map(|line| {
            let item = line.strip_prefix("pub(crate) struct ");
            let field = line.trim_start();
            item.or_else(|| (field != line && field.contains(": ")).then_some(field))
        });
        let defined = defined.filter_map(|item| item.split([':', ';', '<', ' ']).next());
        let mut count = 0;
        for name in exported.chain(defined) {
            let mut chars = name.chars();
            let is_type = chars.next().is_some_and(char::is_uppercase)
                && name.chars().all(char::is_alphanumeric)
                && (chars.any(char::is_lowercase) || name.ends_with(char::is_numeric));
            // The comments there contain "As above."
            if is_type && name != "As" {
                assert!(TYPES.split(' ').any(|known| known == name), "{name}");
                count += 1;
            }
        }
        assert!(count > 60, "{count} types");
    }

    #[test]
    fn documentation_is_wrapped_and_escaped() {
        assert_eq!(doc(1, "One\n  two."), "    /// One two.\n");
        assert_eq!(
            doc(0, "A.\n\nB ``c[1]`` d[2]."),
            "/// A.\n///\n/// B `c[1]` d\\[2\\].\n"
        );
        assert_eq!(
            doc(0, "A:\n\n- x\n  y\n- z"),
            "/// A:\n///\n/// - x y\n/// - z\n"
        );
        let long = "word ".repeat(40);
        assert!(doc(2, &long).lines().all(|line| line.len() <= WIDTH));
        let dash = format!("{} - end", "x".repeat(95));
        assert_eq!(doc(0, &dash).lines().nth(1), Some("/// \\- end"));
        assert_eq!(doc(0, "2. second"), "/// \\2. second\n");
        assert_eq!(doc(0, "an odd ` mark"), "/// an odd \\` mark\n");
    }
}
