"""Lets the readers of reports use the release folder that the tests of reports make."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "reports"))
