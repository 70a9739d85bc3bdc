"""Datasets of other forms, as collections that ``lathe prepare`` reads."""
