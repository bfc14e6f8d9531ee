"""The one error that a user is meant to read."""

from __future__ import annotations


class UserError(Exception):
    """Something that the user can mend, told in plain words.

    Parameters
    ----------
    what : str
        What is wrong, one sentence.
    where : str, optional
        File, row, column or chapter.
    do : str, optional
        What to do about it, one sentence or a command.

    Examples
    --------
    >>> raise UserError("There is no such file.", where="posts.csv", do="Look at its name.")
    Traceback (most recent call last):
    virality.core.errors.UserError: posts.csv: There is no such file. Look at its name.
    """

    def __init__(self, what: str, where: str = "", do: str = ""):
        self.what, self.where, self.do = what, where, do
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head} {self.do}".strip()
