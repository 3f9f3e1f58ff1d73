#!/usr/bin/env python3
"""Writes measures.json: macro F1 and calibration error of drawn outcomes, computed in the words of scikit-learn's and of Guo's
definitions (tp, fp and fn of each class; a mask for each bin). needs: numpy
"""
import json, pathlib
import numpy as np

generator = np.random.default_rng(20261128)


def macro_f1(labels, classes):
    scores = []
    for c in sorted(set(labels) | set(classes)):
        tp = np.sum((classes == c) & (labels == c))
        fp = np.sum((classes == c) & (labels != c))
        fn = np.sum((classes != c) & (labels == c))
        precision = tp / (tp + fp) if tp + fp else 0.0
        recall = tp / (tp + fn) if tp + fn else 0.0
        scores.append(2 * precision * recall / (precision + recall) if precision + recall else 0.0)
    return 100 * float(np.mean(scores))


def calibration_error(labels, classes, confidences, bins=15):
    # temperature_scaling.py of Guo et al.
    error, bounds = 0.0, np.linspace(0, 1, bins + 1)
    for low, high in zip(bounds[:-1], bounds[1:]):
        inside = (confidences > low) & (confidences <= high)
        if inside.any():
            error += abs(confidences[inside].mean() - (classes[inside] == labels[inside]).mean()) * inside.mean()
    return 100 * float(error)


cases = []
for count, classes in [(1, 2), (7, 3), (200, 10), (500, 40)]:
    labels = generator.integers(0, classes, count)
    predicted = np.where(generator.random(count) < 0.6, labels, generator.integers(0, classes, count))
    # As they are kept: in float16.
    confidences = generator.uniform(1 / classes, 1, count).astype(np.float16).astype(np.float64)
    if count == 200: confidences[:3] = 1, 1, np.float16(0.2)
    cases.append(dict(
        labels=labels.tolist(), classes=predicted.tolist(), confidences=confidences.tolist(),
        f1=macro_f1(labels, predicted), calibration=calibration_error(labels, predicted, confidences)))
(pathlib.Path(__file__).parent / "measures.json").write_text(json.dumps(cases) + "\n")
