"""Three fictional forces, so that the whole toolkit can be run, taught and tested without a real case.

``python -m inspections.fictional`` writes ``cases.csv``, ``notes.csv``, the force's registers and
``README.txt`` for each force: the same bytes every time. What the forces write is in ``northshire.yml``,
``carrowdale.yml`` and ``saltmere.yml``; what happened in the cases is in ``stories.yml``. Nothing describes a
real case, person, place or police force.
"""

from inspections.fictional.defects import DEFECTS
from inspections.fictional.forces import FORCES, Force, build_force, canaries, force_files

__all__ = ["DEFECTS", "FORCES", "Force", "build_force", "canaries", "force_files"]
