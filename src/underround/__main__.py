"""`python -m underround`: the command line where the program's name is not on the path."""

from underround.cli.main import main

main()
