"""Measurements of the whole: what each step costs, how well calls are heard and judged."""
