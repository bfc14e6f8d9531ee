"""What several test files share."""

import pytest

import exports
from virality.posts.read import read_posts


@pytest.fixture
def read(tmp_path):
    """Write contents under names that say nothing about the format, and read them."""

    def go(*contents, **options):
        paths = []
        for i, content in enumerate(contents):
            path = tmp_path / f"file{i}"
            path.write_bytes(content)
            paths.append(path)
        return read_posts(paths, now=exports.NOW, **options)

    return go
