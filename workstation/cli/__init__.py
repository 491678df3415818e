"""The command line: the window, and the same services without one."""
