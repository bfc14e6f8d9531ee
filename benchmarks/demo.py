"""Seconds to make the simulated creator's files, and to check them a second time.

python benchmarks/demo.py [number of posts, default 140]
"""

import sys
import tempfile
import time

from virality.demo.creator import ensure_demo
from virality.demo.posts import simulate_creator


def seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main(n_posts: int) -> None:
    print(f"simulate 10,000 posts      {seconds(lambda: simulate_creator(10_000)):8.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        tables = seconds(lambda: ensure_demo(folder, n_posts, videos=False))
        made = seconds(lambda: ensure_demo(folder, n_posts))
        again = seconds(lambda: ensure_demo(folder, n_posts))
    print(f"table of {n_posts:5,} posts       {tables:8.2f} s")
    print(f"videos of {n_posts:5,} posts      {made:8.2f} s   ({made / n_posts:.2f} s each)")
    print(f"checking them again        {again:8.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 140)
