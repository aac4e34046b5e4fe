"""The bench of the linker: invented disputes told by several sources, of which it is known which tell of one matter."""
