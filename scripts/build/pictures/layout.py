# SPDX-License-Identifier: GPL-2.0
"""The parts of a picture: boxes, frames, arrows and text, as SVG.

The style is that of `parley decode --svg`. Its font is monospaced, so text that does not fit is
an error, and no picture is drawn.
"""

import html

WIDTH = 760
# The width of a character, and the height of a line.
NORMAL, SMALL = 7.23, 6.03
LINE = 15


def escaped(words):
    return html.escape(str(words), quote=True)


def number(value):
    """A coordinate, as short as it can be."""
    return f"{value:.1f}".removesuffix(".0")


class Sheet:
    """A picture. Screen readers read its `title` and its `description`."""

    def __init__(self, title, description, style):
        self.title, self.description, self.style = title, description, style
        self.elements = []
        self.height = 0

    def put(self, element, bottom):
        self.elements.append(element)
        self.height = max(self.height, bottom)

    def text(self, x, y, words, look="", room=None):
        """Text at its baseline. `look` has the style's classes; `room` is its maximum width."""
        classes = look.split()
        width = len(str(words)) * (SMALL if "small" in classes else NORMAL)
        if "mid" in classes:
            left = x - width / 2
        else:
            left = x - width if "end" in classes else x
        if left < 0 or left + width > WIDTH or (room is not None and width > room):
            raise ValueError(f"{self.title}: no room for {words!r}, which is {width:.0f} wide")
        kind = f' class="{look}"' if look else ""
        self.put(f'<text x="{number(x)}" y="{number(y)}"{kind}>{escaped(words)}</text>', y + 4)

    def lines(self, x, y, lines, look="small faint", room=None):
        """Several lines of text, one below the other. Returns the position of the next line."""
        for line in lines:
            self.text(x, y, line, look, room)
            y += 13 if "small" in look else LINE
        return y

    def box(self, x, y, width, height, lines=(), colour=""):
        """A box with a name in bold and smaller lines below it, in its middle. Returns its sides:
        left, top, right, bottom."""
        look = f"box {colour}".strip()
        self.put(
            f'<rect class="{look}" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
            f'height="{number(height)}" rx="3"/>',
            y + height,
        )
        at = y + (height - 13 * len(lines)) / 2 + 10.5
        for place, line in enumerate(lines):
            self.text(x + width / 2, at, line, "bold mid" if place == 0 else "small mid", width - 6)
            at += 13
        return x, y, x + width, y + height

    def frame(self, x, y, width, height, title):
        """A frame around related parts, with a title."""
        self.put(
            f'<rect class="frame" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
            f'height="{number(height)}" rx="5"/>',
            y + height,
        )
        self.text(x + 8, y + 15, title, "bold", width - 12)

    def rule(self, x1, y1, x2, y2, dashed=True):
        """A line without an arrow, such as a boundary or a lifeline."""
        look = "line pad" if dashed else "line"
        self.put(
            f'<path class="{look}" d="M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"/>',
            max(y1, y2),
        )

    def arrow(self, *points, dashed=False):
        """An arrow along points, each right, left, above or below the one before it."""
        path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
        look = "line pad" if dashed else "line"
        self.put(f'<path class="{look}" d="M{path}"/>', max(y for _, y in points))
        (fx, fy), (x, y) = points[-2:]
        if abs(x - fx) > abs(y - fy):
            back = -7 if x > fx else 7
            head = (x, y), (x + back, y - 4), (x + back, y + 4)
        else:
            back = -7 if y > fy else 7
            head = (x, y), (x - 4, y + back), (x + 4, y + back)
        corners = "L".join(f"{number(a)} {number(b)}" for a, b in head)
        self.put(f'<path class="head" d="M{corners}Z"/>', y)

    def svg(self):
        """Returns the picture as a file."""
        height = number(self.height + 10)
        return "\n".join(
            (
                (
                    f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
                    f'viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title desc">'
                ),
                f'<title id="title">{escaped(self.title)}</title>',
                f'<desc id="desc">{escaped(self.description)}</desc>',
                f"<style>\n{self.style}</style>",
                f'<rect class="sheet" width="{WIDTH}" height="{height}"/>',
                *self.elements,
                "</svg>",
                "",
            )
        )
