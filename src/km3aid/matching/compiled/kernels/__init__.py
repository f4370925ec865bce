"""The inner loops of a search: each takes the molecules to look at as `rows` and writes one number for each to `out`.

They release the interpreter's lock, so that threads share the rows. Numba compiles them at the first call and keeps the
result on disk, where it looks at the file of a kernel alone: what a kernel calls stands in its own file.
"""
