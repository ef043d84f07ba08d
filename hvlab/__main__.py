"""`python -m hvlab` is the `hvlab` command."""

from hvlab.cli import main

main()
