"""Draws what a terminal shows as a picture: SVG, from the output of `tmux capture-pane -e -p -N`.

Usage: terminal_svg.py COLUMNS TITLE < capture > picture.svg

Frames, blocks and braille are drawn as shapes, so that the picture does not depend on the fonts of who looks at it; the rest
is text in whatever monospace font there is. A cell is 8 by 16 units. Nothing but the standard library is used, and the same
capture gives the same bytes.
"""

import html
import re
import sys

BACKGROUND = (0x16, 0x19, 0x1E)
FOREGROUND = (0xD6, 0xD9, 0xDE)
EDGE = (0x2B, 0x30, 0x38)
# The sixteen colours, of middle lightness.
SIXTEEN = [
    (0x2E, 0x34, 0x36), (0xE0, 0x55, 0x55), (0x7B, 0xB6, 0x3C), (0xD9, 0xA4, 0x2A),
    (0x5B, 0x9B, 0xE0), (0xB0, 0x7A, 0xC0), (0x3F, 0xB5, 0xB0), (0xC8, 0xCC, 0xD0),
    (0x7A, 0x80, 0x88), (0xFF, 0x6B, 0x6B), (0x96, 0xD3, 0x4F), (0xF2, 0xC0, 0x48),
    (0x7F, 0xB8, 0xF5), (0xCF, 0x9A, 0xDD), (0x5F, 0xD0, 0xCA), (0xF2, 0xF4, 0xF6),
]  # fmt: skip
CELL_WIDTH, CELL_HEIGHT = 8, 16
MARGIN, TITLE_HEIGHT = 12, 24
# The size at which the usual monospace fonts are as wide as a cell.
FONT_SIZE = 13.28

# The lines that leave the middle of a cell: left, right, up, down; and their weight.
LINES = {
    "─": ("lr", 1), "━": ("lr", 2), "│": ("ud", 1), "┃": ("ud", 2), "┌": ("rd", 1), "┐": ("ld", 1), "└": ("ru", 1),
    "┘": ("lu", 1), "├": ("udr", 1), "┤": ("udl", 1), "┬": ("lrd", 1), "┴": ("lru", 1), "┼": ("lrud", 1), "╸": ("l", 2),
    "╺": ("r", 2),
}  # fmt: skip
DASHES = {"╌": ((0, 3), (4, 7)), "┈": ((0.5, 1.5), (2.5, 3.5), (4.5, 5.5), (6.5, 7.5))}
ARCS = {"╭": "M4 16v-4q0-4 4-4", "╮": "M4 16v-4q0-4-4-4", "╯": "M4 0v4q0 4-4 4", "╰": "M4 0v4q0 4 4 4"}
BLOCKS = {
    **{chr(0x2581 + n): (0, 14 - 2 * n, 8, 2 + 2 * n) for n in range(8)},
    **{chr(0x2588 + n): (0, 0, 8 - n, 16) for n in range(8)},
    "▀": (0, 0, 8, 8), "▐": (4, 0, 4, 16), "▔": (0, 0, 8, 2), "▕": (7, 0, 1, 16),
}  # fmt: skip
SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
# The place of each dot of a braille character by its bit.
DOTS = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]


def palette(number):
    """The colour of a number from 0 to 255, as xterm has them."""
    if number < 16:
        return SIXTEEN[number]
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    number -= 16
    return tuple(55 + 40 * level if level else 0 for level in (number // 36, number // 6 % 6, number % 6))


def blend(ink, paper, share):
    """A colour between two."""
    return tuple(round(one * share + other * (1 - share)) for one, other in zip(ink, paper))


def written(colour):
    return "#%02x%02x%02x" % colour


class Pen:
    """The colours and weights that are in force."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.ink, self.paper = None, None
        self.is_bold = self.is_faint = self.is_reversed = False

    def take(self, parameters):
        """Takes the parameters of an SGR sequence (ECMA-48)."""
        codes = [int(code or 0) for code in re.split("[;:]", parameters)]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code == 1:
                self.is_bold = True
            elif code == 2:
                self.is_faint = True
            elif code == 22:
                self.is_bold = self.is_faint = False
            elif code in (7, 27):
                self.is_reversed = code == 7
            elif code in (38, 48):
                kind = codes.pop(0)
                colour = palette(codes.pop(0)) if kind == 5 else tuple(codes.pop(0) for _ in range(3))
                self.ink, self.paper = (colour, self.paper) if code == 38 else (self.ink, colour)
            elif code == 39:
                self.ink = None
            elif code == 49:
                self.paper = None
            elif code // 10 in (3, 9):
                self.ink = SIXTEEN[code % 10 + (8 if code >= 90 else 0)]
            elif code // 10 in (4, 10):
                self.paper = SIXTEEN[code % 10 + (8 if code >= 100 else 0)]

    def look(self):
        """Ink, paper (or None), and whether it is bold."""
        ink, paper = self.ink or FOREGROUND, self.paper
        if self.is_reversed:
            ink, paper = paper or BACKGROUND, ink
        if self.is_faint:
            ink = blend(ink, paper or BACKGROUND, 0.55)
        return ink, paper, self.is_bold


def cells(pen, line):
    """Each character of a line with its look. What is in force at the end of a line is so at the beginning of the next."""
    for escape, parameters, character in re.findall(r"(\x1b\[([0-9;:]*)m)|(.)", line):
        if escape:
            pen.take(parameters)
        else:
            yield character, pen.look()


class Picture:
    """The shapes of each colour, and the text."""

    def __init__(self):
        self.pen = Pen()
        self.papers, self.fills, self.strokes, self.dots, self.texts = {}, {}, {}, {}, []

    def add_line(self, row, line):
        run = None
        for column, (character, (ink, paper, is_bold)) in enumerate(cells(self.pen, line)):
            x, y = column * CELL_WIDTH, row * CELL_HEIGHT
            if paper:
                self.rectangle(self.papers, paper, x, y, CELL_WIDTH, CELL_HEIGHT)
            if self.add_shape(character, ink, x, y) or character in " \u00a0\u202f":
                # A single space inside a text does not end it.
                if run and character in " \u00a0\u202f" and run[4] == column:
                    run[3] += "\u00a0"
                    run[4] += 1
                continue
            if run and run[4] == column and run[2] == (ink, is_bold) and not run[3].endswith("\u00a0\u00a0"):
                run[3] += character
                run[4] += 1
            else:
                run = [x, y, (ink, is_bold), character, column + 1]
                self.texts.append(run)

    def add_shape(self, character, ink, x, y):
        """Adds a character that is drawn. Returns whether it is one."""
        code = ord(character)
        if 0x2800 <= code < 0x2900:
            for bit, (column, row) in enumerate(DOTS):
                if code >> bit & 1:
                    self.dots.setdefault(ink, []).append((y + 2 + 4 * row, x + 2 + 4 * column))
        elif character in BLOCKS:
            left, top, width, height = BLOCKS[character]
            self.rectangle(self.fills, ink, x + left, y + top, width, height)
        elif character in SHADES:
            self.rectangle(self.fills, blend(ink, BACKGROUND, SHADES[character]), x, y, CELL_WIDTH, CELL_HEIGHT)
        elif character in LINES:
            sides, weight = LINES[character]
            for side in sides:
                self.stroke(ink, weight, x, y, side)
        elif character in ARCS:
            path = re.sub(r"^M(\d+) (\d+)", lambda at: f"M{x + int(at[1])} {y + int(at[2])}", ARCS[character])
            self.strokes.setdefault((ink, 1), []).append(path)
        elif character in DASHES:
            for begin, end in DASHES[character]:
                self.strokes.setdefault((ink, 1), []).append(f"M{x + begin:g} {y + 8}h{end - begin:g}")
        else:
            return False
        return True

    def stroke(self, ink, weight, x, y, side):
        begin = {"l": f"M{x} {y + 8}h4", "r": f"M{x + 4} {y + 8}h4", "u": f"M{x + 4} {y}v8", "d": f"M{x + 4} {y + 8}v8"}
        paths = self.strokes.setdefault((ink, weight), [])
        # A line that goes on is one line.
        goes_on = re.fullmatch(r"M(\d+) (\d+)h(\d+)", paths[-1]) if paths and side in "lr" else None
        left = x if side == "l" else x + 4
        if goes_on and int(goes_on[2]) == y + 8 and int(goes_on[1]) + int(goes_on[3]) == left:
            paths[-1] = f"M{goes_on[1]} {y + 8}h{int(goes_on[3]) + 4}"
        else:
            paths.append(begin[side])

    @staticmethod
    def rectangle(into, colour, x, y, width, height):
        rectangles = into.setdefault(colour, [])
        if rectangles:
            left, top, before, tall = rectangles[-1]
            if (top, tall) == (y, height) and left + before == x:
                rectangles[-1] = (left, top, before + width, tall)
                return
        rectangles.append((x, y, width, height))

    def svg(self, columns, rows, title):
        width, height = columns * CELL_WIDTH + 2 * MARGIN, rows * CELL_HEIGHT + MARGIN + TITLE_HEIGHT + 4
        font = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace"
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'font-family="{font}" font-size="{FONT_SIZE}"><title>{html.escape(title)}</title>'
        )
        yield (
            f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="7" fill="{written(BACKGROUND)}" '
            f'stroke="{written(EDGE)}"/>'
        )
        for place, colour in enumerate(((0xE0, 0x55, 0x55), (0xD9, 0xA4, 0x2A), (0x7B, 0xB6, 0x3C))):
            yield f'<circle cx="{MARGIN + 4 + 15 * place}" cy="13" r="4.5" fill="{written(colour)}"/>'
        yield (
            f'<text x="{width // 2}" y="17" text-anchor="middle" font-size="12" '
            f'fill="{written(blend(FOREGROUND, BACKGROUND, 0.6))}">{html.escape(title)}</text>'
        )
        yield f'<g transform="translate({MARGIN} {TITLE_HEIGHT + 4})">'
        for shapes in (self.papers, self.fills):
            for colour, rectangles in shapes.items():
                path = "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in rectangles)
                # Without it fine lines appear between neighbours.
                yield f'<path fill="{written(colour)}" shape-rendering="crispEdges" d="{path}"/>'
        for (colour, weight), paths in self.strokes.items():
            yield f'<path fill="none" stroke="{written(colour)}" stroke-width="{weight * 1.2:g}" d="{"".join(paths)}"/>'
        for colour, dots in self.dots.items():
            yield f'<path stroke="{written(colour)}" stroke-width="2.6" stroke-linecap="round" d="{dotted(dots)}"/>'
        for (ink, is_bold), runs in by_look(self.texts).items():
            weight = ' font-weight="bold"' if is_bold else ""
            yield f'<g fill="{written(ink)}"{weight}>'
            for x, y, text in runs:
                length = f' textLength="{len(text) * CELL_WIDTH}"' if len(text) > 1 else ""
                yield f'<text x="{x}" y="{y + 12}"{length}>{html.escape(text)}</text>'
            yield "</g>"
        yield "</g></svg>"


def dotted(dots):
    """A path of points, each by its distance from the one before."""
    path, (last_y, last_x) = [], (0, 0)
    for y, x in sorted(dots):
        path.append(f"m{x - last_x} {y - last_y}h0".replace(" -", "-"))
        last_y, last_x = y, x
    return "".join(path)


def by_look(texts):
    looks = {}
    for x, y, look, text, _ in texts:
        looks.setdefault(look, []).append((x, y, text.rstrip("\u00a0")))
    return looks


def main():
    columns, title = int(sys.argv[1]), sys.argv[2]
    lines = sys.stdin.read().split("\n")
    while lines and not re.sub(r"\x1b\[[0-9;:]*m", "", lines[-1]).strip():
        lines.pop()
    picture = Picture()
    for row, line in enumerate(lines):
        picture.add_line(row, line)
    print("\n".join(picture.svg(columns, len(lines), title)))


main()
