"""`python -m inspections.cli` is `inspection`."""

from inspections.cli import main

if __name__ == "__main__":
    main()
