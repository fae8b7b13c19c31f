"""Runs of the whole program that are stopped, or given errors, at a chosen file-system call.

`server` is a process of its own that has all imported, and forks a child for each run, so that a
run costs a tenth of a second; `runs` talks to it; `hooks` is what stops a run; `scenes` lays out
documents; `state` says what is wrong with what is left.
"""
