"""The judgement of the fault tests itself: what it has to see, it sees."""
