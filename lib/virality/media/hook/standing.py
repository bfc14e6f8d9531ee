"""Where the writing of one look stands in the others: its own edges are compared, at no cost.

Writing that is laid over a picture stays where it is while the picture moves, so a look that shows
the same edges there shows the same words; and a look with steep edges where no other look has
any may show words that nobody has looked for yet.
"""

from __future__ import annotations

import cv2
import numpy as np

_PLAY = 4  # pixels that writing may tremble by
_BLOCK = 16  # pixels; about the height of a small letter
_STEEP = 12.0  # mean step from pixel to pixel of a block that may belong to a letter, of 255
_MUCH_STEEPER = 1.6  # and how many times what the other looks have there
_FEWEST = 6  # blocks that the shortest word covers

Box = tuple[int, int, int, int]


def box_of(corners: np.ndarray, shape: tuple[int, ...]) -> Box:
    """Return left, top, right and bottom of the upright box around a line, within the picture.

    Parameters
    ----------
    corners : ndarray, shape (4, 2)
        x and y in pixels.
    shape : tuple of int
        Height and width of the picture.

    Returns
    -------
    tuple of int
    """
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    return max(left, 0), max(top, 0), min(right, shape[1]), min(bottom, shape[0])


class Standing:
    """The looks at a film, ready to be compared.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
        RGB.
    """

    def __init__(self, images: np.ndarray):
        grey = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in images]
        self.steps = np.stack([_steps(one) for one in grey])
        # Slopes from left to right are what strokes are made of, and a picture hardly is.
        self.slopes = [cv2.Sobel(one, cv2.CV_32F, 1, 0, ksize=3) for one in grey]

    def likeness(self, box: Box, at: int) -> np.ndarray:
        """Return how much each look shows the same thing in a box as look `at` does.

        Parameters
        ----------
        box : tuple of int
            Left, top, right, bottom.
        at : int

        Returns
        -------
        ndarray of float, shape (n,)
            Correlation of the slopes, -1 to 1; whatever the contrast, as words fade in.
        """
        left, top, right, bottom = box
        words = self.slopes[at][top:bottom, left:right]
        around = np.s_[max(top - _PLAY, 0) : bottom + _PLAY, max(left - _PLAY, 0) : right + _PLAY]
        maps = [cv2.matchTemplate(one[around], words, cv2.TM_CCOEFF_NORMED) for one in self.slopes]
        found = np.array([float(one.max()) for one in maps])
        found[at] = 1.0
        return np.nan_to_num(found)  # where there is no slope at all

    def newest(self, seen: list[int], places: list[tuple[Box, np.ndarray]]) -> int | None:
        """Return the look that shows most of what may be letters and was in none of `seen`.

        Parameters
        ----------
        seen : list of int
            Looks; at least one.
        places : list of (tuple of int, ndarray of bool, shape (n,))
            Box of each line that was found, and the looks it stands on; edges in its place on
            another look are not its own.

        Returns
        -------
        int or None
            None when no look shows enough of it for a word.
        """
        known = np.repeat(self.steps[seen].max(axis=0)[None], len(self.steps), axis=0)
        for box, stands in places:
            left, top, right, bottom = (side // _BLOCK for side in box)
            known[~stands, top : bottom + 1, left : right + 1] = 0
        blocks = (self.steps > np.maximum(known * _MUCH_STEEPER, _STEEP)).sum(axis=(1, 2))
        blocks[seen] = 0
        return int(blocks.argmax()) if blocks.max() >= _FEWEST else None


def _steps(grey: np.ndarray) -> np.ndarray:
    """Return the mean step from a pixel to its right neighbour in each block of a picture."""
    steps = cv2.absdiff(grey[:, 1:], grey[:, :-1])
    size = (max(grey.shape[1] // _BLOCK, 1), max(grey.shape[0] // _BLOCK, 1))
    return cv2.resize(steps, size, interpolation=cv2.INTER_AREA).astype(np.float32)
