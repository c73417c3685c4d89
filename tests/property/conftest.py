"""Laws have no time limit of their own: a busy machine must not break one."""

from hypothesis import settings

settings.register_profile("laws", deadline=None)
settings.load_profile("laws")
