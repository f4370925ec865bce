"""The inner loops of an elucidation; Numba compiles them at the first call and keeps the result on disk."""
