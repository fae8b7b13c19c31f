"""What a person or a program is told of a run: lines on a terminal, or JSON."""
