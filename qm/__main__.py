"""`python -m qm` is `qm`."""

from qm.cli import main

if __name__ == "__main__":
    main()
