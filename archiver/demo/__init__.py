"""The whole job on a built-in post: its origin, its pictures, its expected result."""
