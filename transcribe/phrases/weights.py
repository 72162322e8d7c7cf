"""Weights of `evidence.likelihood`, written by `python -m transcribe.bench.phrases_fit`."""

INTERCEPT = 18.6214
WEIGHTS: dict[str, float] = {
    "same_characters": 1.2815,
    "same_sounds": 1.3964,
    "near": 2.1647,
    "near_distance": -2.1864,
    "far": -1.7298,
    "far_distance": 1.9014,
    "shifts": -1.6653,
    "worst_edge": -0.0216,
    "better_edge": -0.8649,
    "worst": -2.8914,
    "mean": 5.4331,
    "longest_run": -0.4651,
    "longest_run_share": 2.4027,
    "numerals": -0.3294,
    "beyond_clear": -1.9050,
    "log_length": -8.8346,
    "inverse_length": -32.4339,
    "doubt_sure": -1.7885,
    "doubt_sure_distance": 0.3028,
    "two": -0.1562,
    "three": -0.1821,
    "two_distance": 0.3806,
    "clean": 1.6692,
}
