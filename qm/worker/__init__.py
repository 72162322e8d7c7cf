"""Workers: the processes that walk recordings through their steps."""
