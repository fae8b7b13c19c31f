"""Bytes → verified facts and thumbnails.

A picture is judged by its first bytes (`signatures`), a walk over its structure (`structure`) and
one decode (`decode`); its thumbnails (`thumbnails`, `colour`, `encode`) are made in the same visit
(`examine`), in a process with limits (`workers`, `worker`).

This module imports nothing, so that a worker process starts with Pillow alone.
"""
