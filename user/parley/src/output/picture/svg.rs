// SPDX-License-Identifier: MIT OR Apache-2.0

//! The elements of an SVG. The style is that of the pictures in docs/pictures, which
//! scripts/build/pictures draws.

use std::fmt::Write;

/// The width of a picture.
pub(super) const WIDTH: usize = 760;

/// Escapes `text` for XML, and shortens it to `most` characters.
pub(super) fn escaped(text: &str, most: usize) -> String {
    let mut escaped = String::new();
    // A text that is too long ends with an ellipsis after the last character that fits.
    let more = text.chars().nth(most).is_some();
    let kept = text.chars().take(most.saturating_sub(usize::from(more)));
    for c in kept.chain(more.then_some('…')) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML does not allow these even if they are escaped, and a viewer would
            // interpret some.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if parley_netlink::terminal::obeys(c) => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// An element `text` at this position, with a class if it is not empty. The text must be
/// escaped.
pub(super) fn text(x: usize, y: usize, class: &str, text: &str) -> String {
    let class = match class {
        "" => String::new(),
        class => format!(" class=\"{class}\""),
    };
    format!("<text x=\"{x}\" y=\"{y}\"{class}>{text}</text>\n")
}

/// Builds a picture from its title, its description, its height and its elements.
pub(super) fn whole(title: &str, description: &str, height: usize, body: &str) -> String {
    let style = include_str!("style.css");
    // The first line of that file is its licence.
    let style = style.split_once('\n').map_or("", |(_, style)| style);
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n\
         <style>\n{style}</style>\n\
         <rect class=\"sheet\" width=\"{WIDTH}\" height=\"{height}\"/>\n{body}</svg>\n",
        escaped(title, 200),
        escaped(description, 8000),
    );
    svg
}
