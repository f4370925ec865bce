"""The inner loops of a search, in C: each takes the molecules to look at as `rows` and writes one number for each.

`build.py` compiles them into one library when the package is installed or packed, once for every level of a processor's
abilities; `load.py` takes the best that the processor at hand can run. They release the interpreter's lock, so that
threads share the rows.
"""
