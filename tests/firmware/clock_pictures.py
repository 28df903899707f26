"""Pictures of a matrix of 32x8 dots as text, drawn by hand: what the clock must show. Each row is a text of 32
characters, '#' for a dot that is on."""

COLUMNS = 32
ROWS = 8

# Seven rows of five dots, side by side.
_DIGITS = """
.###. ..#.. .###. .###. ...#. ##### ..##. ##### .###. .###.
#...# .##.. #...# #...# ..##. #.... .#... ....# #...# #...#
#..## ..#.. ....# ....# .#.#. ####. #.... ...#. #...# #...#
#.#.# ..#.. ..##. ..##. #..#. ....# ####. ..#.. .###. .####
##..# ..#.. .#... ....# ##### ....# #...# .#... #...# ....#
#...# ..#.. #.... #...# ...#. #...# #...# .#... #...# ...#.
.###. .###. ##### .###. ...#. .###. .###. .#... .###. .##..
"""
_CAPITALS = """
##### #...# .###. ##### #...#
#.... ##.## #...# ..#.. #...#
#.... #.#.# #.... ..#.. #...#
####. #.#.# .###. ..#.. #.#.#
#.... #...# ....# ..#.. #.#.#
#.... #...# #...# ..#.. ##.##
#.... #...# .###. ..#.. #...#
"""
_SMALL = """
..... ....# ..... #.... ..#.. ..... ..... ..... .#... .....
..... ....# ..... #.... ..... ..... ..... ..... .#... .....
.###. .##.# .###. #.##. .##.. #.##. .###. #.##. ###.. #...#
....# #..## #...# ##..# ..#.. ##..# #...# ##..# .#... #...#
.#### #...# ##### #...# ..#.. #...# #...# #.... .#... #...#
#...# #...# #.... #...# ..#.. #...# #...# #.... .#..# #..##
.#### .#### .###. #...# .###. #...# .###. #.... ..##. .##.#
"""


def _glyphs(characters, art):
    rows = [row.split() for row in art.strip().splitlines()]
    assert len(rows) == 7 and all(len(row) == len(characters) for row in rows)
    glyphs = {}
    for index, character in enumerate(characters):
        glyphs[character] = [row[index] for row in rows]
        assert all(len(row) == 5 for row in glyphs[character])
    return glyphs


GLYPHS = {
    **_glyphs("0123456789", _DIGITS),
    **_glyphs("FMSTW", _CAPITALS),
    **_glyphs("adehinortu", _SMALL),
    "-": ["....."] * 3 + ["#####"] + ["....."] * 3,
    " ": ["....."] * 7,
}
COLON = [".", ".", "#", ".", "#", ".", "."]
NO_COLON = ["."] * 7
DOUBT = ["##.", "..#", "..#", ".#.", ".#.", "...", ".#."]
NO_DOUBT = ["..."] * 7


def beside(*parts):
    """Returns pictures of seven rows side by side, with the empty eighth row."""
    rows = ["".join(row) for row in zip(*parts)]
    return rows + ["." * len(rows[0])]


def columns(count):
    return ["." * count] * 7


def at_rest(text, colon=True, reliable=True):
    """Returns the picture of "12:34", or of "--:--"."""
    hours, minutes = text.split(":")
    gap = columns(1)
    return beside(
        columns(3), GLYPHS[hours[0]], gap, GLYPHS[hours[1]], gap, COLON if colon else NO_COLON, gap,
        GLYPHS[minutes[0]], gap, GLYPHS[minutes[1]], gap, NO_DOUBT if reliable else DOUBT,
    )  # fmt: skip


def strip(text, date, colon=True, reliable=True):
    """Returns the rows that are scrolled through: the time, the date ("Tue 03-02-2026"), and the time again."""
    time = at_rest(text, colon, reliable)[:7]
    letters = []
    for letter in date:
        letters += [GLYPHS[letter], columns(1)]
    return beside(time, columns(2), *letters, columns(2), time)


def scrolled(text, date, by, colon=True, reliable=True):
    """Returns what is seen of the strip after it moved to the left by that many columns."""
    return [row[by : by + COLUMNS] for row in strip(text, date, colon, reliable)]


SCROLLED_COLUMNS = 32 + 2 + 14 * 6 + 2


def picture_of(rows):
    """Returns eight numbers of 32 bits, the top row first, as rows of text."""
    return [format(row, "032b").replace("0", ".").replace("1", "#") for row in rows]
