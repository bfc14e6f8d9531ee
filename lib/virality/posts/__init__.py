"""Exports of a creator's posts in, one tidy table out, with a log of all that was repaired.

Enter by `read.read_posts`, `check.check` and `export.write_posts`. A file's way, from the ground:

* `source` opens files and archives (within `limits`) and hands on `text`, `objects` (JSON) or
  `tables`;
* `readers` recognise formats and name their columns, which `headers` (names in many languages) and
  `columns` (which is which, by name and by `contents`) help them with;
* `clean` interprets cells: `parse` numbers, `dates` and `moments`, `timing` against the ids that
  `platforms` knows, and `plausible` values;
* `merge` makes one table of several, `accounts` tells whose it is; `schema` and `repairs` are the
  two tables that come out.
"""
