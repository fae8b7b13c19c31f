"""The command line. A file here is a command; `main` finds it by name when it is asked for.

Click was chosen because it is small to import (a command that has nothing to do should cost
nothing), long kept, and does its own help, completion and error lines.
"""
