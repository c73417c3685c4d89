"""How far a long run is, on standard error."""

import sys
import time

QUIET_SECONDS = 2.0


class Progress:
    """Say how many tiles are done, once a measurement takes more than two seconds."""

    def __init__(self) -> None:
        self.start = self.said = time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        """Take note of a tile."""
        now = time.monotonic()
        is_slow = now - self.start > QUIET_SECONDS
        if is_slow and (now - self.said > QUIET_SECONDS or done == of):
            self.said = now
            print(f"tile {done} of {of}", file=sys.stderr, flush=True)
