"""Weights of `evidence.likelihood`, written by `python -m transcribe.bench.phrases_fit`."""

INTERCEPT = 16.2454
WEIGHTS: dict[str, float] = {
    "same_characters": 1.2749,
    "same_sounds": 1.2805,
    "near": 2.2371,
    "near_distance": -2.6258,
    "far": -2.2977,
    "far_distance": 2.2280,
    "shifts": -1.8811,
    "worst_edge": -0.0412,
    "better_edge": -0.8813,
    "worst": -2.7745,
    "mean": 5.8179,
    "longest_run": -0.4946,
    "longest_run_share": 2.6689,
    "numerals": -0.1925,
    "beyond_clear": -2.3743,
    "log_length": -7.8270,
    "inverse_length": -28.6910,
    "doubt_sure": -1.7470,
    "doubt_sure_distance": 0.4397,
    "two": -0.5521,
    "three": -0.2052,
    "two_distance": 0.6052,
    "clean": 1.8158,
}
