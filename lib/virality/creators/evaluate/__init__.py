"""The book's analysis of any number of creators, as tables: what `virality evaluate` does.

``read`` opens what the user has, ``partition`` brings every creator's posts together on disk,
``one`` examines one creator, ``spread`` does so for many in processes or on a cluster, ``store``
writes what comes back.  ``many`` is the same for a table that is in memory already.
"""
