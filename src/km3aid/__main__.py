"""`python -m km3aid`: the command line where its script is not on the path."""

from km3aid.cli import main

if __name__ == "__main__":
    main()
