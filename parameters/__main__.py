"""Rewrite the JSON Schemas of the parameter files: ``python -m parameters``."""

from parameters.paths import shown_path
from parameters.schemas import write_schemas

if __name__ == "__main__":
    for path in write_schemas():
        print(shown_path(path))
