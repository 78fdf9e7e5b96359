"""Rewrite the files of the fictional forces: ``python -m inspections.fictional``."""

from inspections.fictional.forces import FOLDER, FORCES, force_files


def main() -> None:
    """Write every force's files and say how large they are."""
    for name in FORCES:
        (FOLDER / name).mkdir(exist_ok=True)
        for file, content in force_files(name).items():
            (FOLDER / name / file).write_bytes(content)
            print(f"inspections/fictional/{name}/{file}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
