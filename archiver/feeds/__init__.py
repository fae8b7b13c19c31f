"""Feeds as collections of items: what a saved feed keeps of the visits before."""
