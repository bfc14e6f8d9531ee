"""One small class per file format that users bring."""

from virality.posts.readers.api import DisplayApi
from virality.posts.readers.apify import Apify
from virality.posts.readers.aweme import Aweme
from virality.posts.readers.base import RawTable, Reader
from virality.posts.readers.companions import Companion
from virality.posts.readers.fourcat import FourCat
from virality.posts.readers.handmade import HandMade
from virality.posts.readers.meta import MetaSuite
from virality.posts.readers.pyktok import Pyktok
from virality.posts.readers.studio import StudioContent
from virality.posts.readers.study import StudyTable
from virality.posts.readers.takeout import Takeout, TakeoutText
from virality.posts.readers.tidy import TidyTable
from virality.posts.readers.tiktokapi import TikTokApi
from virality.posts.readers.youtube import YouTubeStudio
from virality.posts.readers.ytdlp import YtDlp

# The first that recognises a table reads it. Of the JSON readers all that recognise something do,
# because posts of two schemas occur in one file.
TEXT_READERS: tuple[Reader, ...] = (TakeoutText(),)
TABLE_READERS: tuple[Reader, ...] = (
    TidyTable(),
    StudyTable(),
    Pyktok(),
    FourCat(),
    YouTubeStudio(),
    MetaSuite(),
    StudioContent(),
    Companion(),
    HandMade(),
)
JSON_READERS: tuple[Reader, ...] = (
    *(DisplayApi(), YtDlp(), TikTokApi(), Aweme(), Apify(), Takeout()),
)
READERS = TABLE_READERS + JSON_READERS + TEXT_READERS

__all__ = ["JSON_READERS", "READERS", "TABLE_READERS", "TEXT_READERS", "RawTable", "Reader"]
