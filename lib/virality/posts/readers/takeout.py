"""The data that TikTok sends a user on request: `user_data_tiktok.json`."""

from __future__ import annotations

from virality.posts.readers.base import RawTable, as_text, dig, source_lines
from virality.posts.source import Source

_PLACES = ("Post.Posts.VideoList", "Video.Videos.VideoList", "Posts.VideoList", "Videos.VideoList")


class Takeout:
    """The creator's own posts with date, link and likes; it has no views, so it only enriches."""

    name = "download-your-data JSON"
    holds = ("url", "date", "caption", "likes")

    def sniff(self, source: Source) -> bool:
        """Whether the list of the user's own posts is where TikTok puts it."""
        return source.is_json and _posts(source) is not None

    def read(self, source: Source) -> RawTable:
        """Date (UTC), link, likes and title of each post."""
        posts = [p for p in _posts(source) or [] if isinstance(p, dict)]
        keys = {"url": "Link", "date": "Date", "caption": "Title", "likes": "Likes"}
        cells = {f: [as_text(p.get(k, p.get(k.lower()))) for p in posts] for f, k in keys.items()}
        return RawTable(
            source.name,
            self.name,
            cells,
            keys,
            list(range(1, len(posts) + 1)),
            role="enriches",
            zone="UTC",
            lines=source_lines(source),
        )


def _posts(source: Source) -> list | None:
    for document in source.json:
        for place in _PLACES:
            if isinstance(found := dig(document, place), list):
                return found
    return None
