"""Laws have no time limit of their own: a busy machine must not break one."""

import os

from hypothesis import settings

# CI draws the same examples each time: what turns it red is the change, never the draw.
settings.register_profile("laws", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("laws")
