"""Weights of `evidence.likelihood`, written by `python -m transcribe.bench.phrases_fit`."""

INTERCEPT = 15.4703
WEIGHTS: dict[str, float] = {
    "same_characters": 1.1115,
    "same_sounds": 1.3835,
    "near": 2.0492,
    "near_distance": -1.8582,
    "far": -1.2994,
    "far_distance": 1.5378,
    "shifts": -1.5729,
    "worst_edge": -0.0290,
    "better_edge": -1.0866,
    "worst": -2.8896,
    "mean": 4.8461,
    "longest_run": -0.4561,
    "longest_run_share": 2.4241,
    "numerals": -0.4730,
    "beyond_clear": -1.5026,
    "log_length": -7.1748,
    "inverse_length": -27.0788,
    "doubt_sure": -1.7787,
    "doubt_sure_distance": 0.2317,
    "two": -0.9617,
    "three": -0.3723,
    "two_distance": 1.2149,
    "clean": 1.9276,
}
