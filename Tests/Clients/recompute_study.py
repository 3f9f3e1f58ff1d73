"""Computes every number of a study's JSON again from its raw values, with nothing but the standard library: `recompute_study.py FILE`.

The two-way layout of seeds and images, its interval, the tests of failures and of one pair, and the seeds needed, as DifferenceEstimate and its relatives have them.
"""
import json, math, sys
from statistics import mean, stdev


def student_upper(t, df):
    """P(T > t) by integrating the density (Simpson), t >= 0."""
    constant = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(df * math.pi)
    # x = tan(u): a finite interval for the tail.
    start, steps = math.atan(t), 4000
    width = (math.pi / 2 - start) / steps

    def density(u):
        cosine = math.cos(u)
        if cosine < 1e-12:
            return 0.0
        x = math.tan(u)
        return constant * (1 + x * x / df) ** (-(df + 1) / 2) / cosine ** 2

    total = sum((1 if k in (0, steps) else 4 if k % 2 else 2) * density(start + k * width) for k in range(steps + 1))
    return total * width / 3


def root(function, low, high):
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) else (low, middle)
    return (low + high) / 2


def student_quantile(p, df):
    high = 2.0
    while student_upper(high, df) > p:
        high *= 2
    return root(lambda t: student_upper(t, df) > p, 0.0, high)


def close(name, value, expected, tolerance=1e-6):
    if value is None or expected is None:
        assert value is None and expected is None, f"{name}: {value}, {expected}"
        return
    assert abs(value - expected) <= tolerance * max(1e-3, abs(expected)), f"{name}: {value}, {expected}"


def fisher(a, m, b, n):
    def chance(k):
        return math.comb(m, k) * math.comb(n, a + b - k) / math.comb(m + n, a + b)
    seen = chance(a)
    return min(1, sum(chance(k) for k in range(max(0, a + b - n), min(m, a + b) + 1) if chance(k) <= seen * (1 + 1e-7)))


def check(study):
    labels = study["labels"]
    m = len(labels)
    models = {model["name"]: model for model in study["models"]}
    runs = {name: {run["seed"]: run for run in model["runs"]} for name, model in models.items()}
    for name, model in models.items():
        for run in model["runs"]:
            right = sum(p == l for p, l in zip(run["predictions"], labels))
            if run["state"] == "done":
                close(f"{name} {run['seed']}", run["accuracy"], 100 * right / m, 1e-5)
            failed = run["state"] != "done" or (study["failed up to"] is not None and right <= study["failed up to"])
            assert failed == run["failed"], (name, run["seed"])
        good = [run["accuracy"] for run in model["runs"] if not run["failed"]]
        assert model["n"] == len(good)
        if good:
            close(f"mean of {name}", model["mean"], mean(good))
        if len(good) > 1:
            close(f"deviation of {name}", model["standard deviation"], stdev(good))
    for pair in study["pairs"]:
        first, second = runs[pair["first"]], runs[pair["second"]]
        both = [s for s in pair["seeds with which both train"]]
        n = len(both)
        a, b = pair["failed"]
        if a != b:
            close("p of failures", pair["p of the failures"], fisher(a, pair["seeds looked at"], b, pair["seeds looked at"]))
        if n < 2 or "variance of seeds" not in pair:
            continue
        d = [[100 * ((q == l) - (p == l)) for p, q, l in zip(first[s]["predictions"], second[s]["predictions"], labels)] for s in both]
        of_seed = [mean(row) for row in d]
        of_image = [sum(row[i] for row in d) / n for i in range(m)]
        whole = mean(of_seed)
        ms_seed = m * sum((x - whole) ** 2 for x in of_seed) / (n - 1)
        ms_image = n * sum((x - whole) ** 2 for x in of_image) / (m - 1)
        rest = sum((d[s][i] - of_seed[s] - of_image[i] + whole) ** 2 for s in range(n) for i in range(m)) / ((n - 1) * (m - 1))
        seeds, images = max(ms_seed, rest) / (n * m), max(0, ms_image - rest) / (n * m)
        if sum(any(row[i] for row in d) for i in range(m)) < 40:
            if seeds + images == 0:
                seeds += 40000 / m ** 2
            else:
                images += 40000 / m ** 2
        close("mean", pair["mean"], whole)
        close("variance of seeds", pair["variance of seeds"], seeds)
        close("variance of images", pair["variance of images"], images)
        error = math.sqrt(seeds + images)

        def reach(chance):
            return (seeds * student_quantile(chance / 2, n - 1) + images * student_quantile(chance / 2, m - 1)) / (seeds + images) * error

        if pair["any look"]:
            k = (math.sqrt(1 + n) / (0.05 / study["pairs that share the chance"])) ** (2 / n)
            wide = math.sqrt((n - 1) * (k - 1) / (1 - k / (1 + n))) * error if k < 1 + n else None
        else:
            wide = reach(pair["chance of the interval"])
        if wide is None or pair["interval"] is None:
            assert pair["interval"] is None and (wide is None or pair["verdict"] == "identical"), pair["verdict"]
        else:
            close("standard error", pair["standard error"], error)
            for end, sign in zip(pair["interval"], (-1, 1)):
                close("interval", end, whole + sign * wide, 1e-5)
                # As a reader has it: mean +- factor * standard error.
                close("interval of the factor", end, pair["mean"] + sign * pair["factor of the interval"] * pair["standard error"])
            close("factor", pair["factor of the interval"] * error, wide, 1e-5)
            low, high = pair["interval"]
            if "better" in pair["verdict"]:
                assert low > 0 or high < 0
                assert pair["verdict"].startswith("second" if whole > 0 else "first")
            elif pair["verdict"] == "equivalent":
                assert -study["margin"] < low and high < study["margin"]
            else:
                assert low <= 0 <= high
        of_these = student_quantile(pair["chance"] / 2, n - 1)
        close("factor on these images", pair["factor on these test images"], of_these, 1e-5)
        for end, sign in zip(pair["interval on these test images"], (-1, 1)):
            close("interval on these images", end, whole + sign * of_these * math.sqrt(seeds), 1e-5)
        single = pair.get("one pair of runs")
        if single:
            p, q = first[single["seed"]]["predictions"], second[single["seed"]]["predictions"]
            one = sum(x == l and y != l for x, y, l in zip(p, q, labels))
            other = sum(x != l and y == l for x, y, l in zip(p, q, labels))
            assert (one, other) == (single["only the first right"], single["only the second right"])
            k, c = min(one, other), one + other
            close("McNemar", single["exact p"], min(1, 2 * sum(math.comb(c, i) for i in range(k + 1)) / 2 ** c) if 2 * k < c else 1)
            close("flips", single["flips"], sum(x != y for x, y in zip(p, q)) / m)


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        check(json.load(file))
