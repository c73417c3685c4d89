"""Run `python -m trialwright`."""

import sys

from trialwright.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
