"""Systems outside: one small contract each, the embedded version beside the real one."""
