"""Answers as people and other programs read them: `registry` has a row for each format, `export` and `stream` write."""
