#!/usr/bin/env python3
"""Writes statistics.json beside itself: what SciPy and statsmodels say of fixed samples.

    python3 -m venv .venv && .venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0 pandas
    .venv/bin/python statistics.py
"""
import json, pathlib
import numpy, pandas, scipy, statsmodels
from scipy import optimize, stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

generator = numpy.random.default_rng(20261125)


def pairs(count, shift, together, skew=False):
    """Accuracies of two models in percent, as a test set of 10,000 images gives them."""
    shared = generator.normal(0, 0.3 * together, count)
    noise = lambda: (generator.exponential(0.5, count) if skew else generator.normal(0, 0.35, count))
    return [numpy.round(78 + shared + noise() + s, 2).tolist() for s in (0, shift)]


def comparison(first, second):
    differences = numpy.round(numpy.array(second) - numpy.array(first), 2)
    interval = lambda level: list(map(float, stats.ttest_1samp(differences, 0).confidence_interval(level)))
    return dict(
        first=first, second=second, mean=float(numpy.mean(differences)), deviation=float(numpy.std(differences, ddof=1)),
        intervals={str(level): interval(level) for level in (0.9, 0.95, 0.96, 0.98, 0.99)},
        superiority=superiority(differences))


def superiority(differences):
    """P(a new difference is above 0), and its 95 % interval by the noncentral t."""
    n = len(differences)
    effect = numpy.mean(differences) / numpy.std(differences, ddof=1)
    t = effect * numpy.sqrt(n)

    def cdf(d):
        # SciPy 1.17.1 has no number for some far tails.
        value = stats.nct.cdf(t, n - 1, d)
        return (0.0 if d > t else 1.0) if numpy.isnan(value) else value

    end = lambda p: optimize.brentq(lambda d: cdf(d) - p, t - 30, t + 30, xtol=1e-10)
    return [float(stats.norm.cdf(x)) for x in (effect, end(0.975) / numpy.sqrt(n), end(0.025) / numpy.sqrt(n))]


def mean_squares(differences):
    """Of rows (seeds) by columns (images): seeds, images, residual; by statsmodels' analysis of variance."""
    seeds, images = differences.shape
    frame = pandas.DataFrame([
        dict(seed=str(s), image=str(i), d=differences[s, i]) for s in range(seeds) for i in range(images)])
    table = anova_lm(ols("d ~ C(seed) + C(image)", frame).fit())
    return [float(table.loc[row, "mean_sq"]) for row in ("C(seed)", "C(image)", "Residual")]


def quantile(parts, chance):
    """Of the estimated variance's parts, each with its degrees of freedom (Cochran and Cox)."""
    return sum(v * stats.t.isf(chance, df) for v, df in parts) / sum(v for v, df in parts)


def estimated(mean, parts, margin=0.5):
    error = numpy.sqrt(sum(v for v, df in parts))
    tail = lambda x: (
        1 - tail(-x) if x < 0 else
        10 ** optimize.brentq(lambda e: quantile(parts, 10 ** e) - x, -200, numpy.log10(0.5)) if x > 0 else 0.5)
    return dict(
        mean=float(mean), variance=float(error ** 2),
        intervals={str(chance): [float(mean + sign * quantile(parts, chance / 2) * error) for sign in (-1, 1)]
                   for chance in (0.1, 0.05, 0.03, 0.0141)},
        probability=float(min(1, 2 * tail(abs(mean) / error))),
        probabilities=[float(tail((margin - mean) / error)), float(tail((margin + mean) / error))])


def images_case(seeds, images, shift):
    """Right and wrong images of two models in percent, with ease and suitability of images."""
    ease = generator.normal(0, 1, images)
    sides = []
    for level in (0.6, 0.6 + shift):
        own = 0.5 * generator.normal(0, 1, images)
        sides.append((level + ease + own + 0.1 * generator.normal(0, 1, (seeds, 1)) + generator.normal(0, 1, (seeds, images)) > 0))
    return [side.astype(int) for side in sides]


def paired_case(seeds, images, shift):
    first, second = images_case(seeds, images, shift)
    differences = 100.0 * (second - first)
    ms_s, ms_i, ms_e = mean_squares(differences)
    n, m = differences.shape
    few = int((differences != 0).any(0).sum()) < 40
    parts = [(max(ms_s, ms_e) / (n * m), n - 1), (max(0, ms_i - ms_e) / (n * m) + (40000 / m ** 2 if few else 0), m - 1)]
    return dict(first=first.tolist(), second=second.tolist(), **estimated(differences.mean(), parts))


def unpaired_case(seeds, other, images, shift):
    first, _ = images_case(seeds, images, shift)
    _, second = images_case(other, images, shift)
    parts, left = [], 0
    for side in (first, second):
        ms_s, _, ms_e = mean_squares(100.0 * side)
        parts.append((max(ms_s, ms_e) / side.size, len(side) - 1))
        left += ms_e / side.size
    d = 100.0 * (second.mean(0) - first.mean(0))
    few = int((d != 0).sum()) < 40
    parts.append((max(0, d.var(ddof=1) / images - left) + (40000 / images ** 2 if few else 0), images - 1))
    return dict(first=first.tolist(), second=second.tolist(), **estimated(d.mean(), parts))


def seeds_needed(distance, tail, variance, n, images):
    freedom = n - 1
    ends = []
    for share in (0.9, 0.1):
        spread = freedom / stats.chi2.ppf(share, freedom)
        enough = lambda N: distance ** 2 >= (stats.t.isf(tail, N - 1) + 0.84) ** 2 * (spread * n * variance / N + images)
        ends.append(next((N for N in range(2, 1001) if enough(N)), None))
    return dict(distance=distance, tail=tail, variance=variance, n=n, images=images, low=ends[0], high=ends[1])


numbers = lambda values: [float(value) for value in values]
fixture = dict(
    versions=dict(numpy=numpy.__version__, scipy=scipy.__version__, statsmodels=statsmodels.__version__),
    logGamma=[dict(x=x, value=float(scipy.special.gammaln(x))) for x in (0.1, 0.5, 1, 1.5, 2, 7.25, 40, 1234.5)],
    beta=[
        dict(x=x, a=a, b=b, value=float(scipy.special.betainc(a, b, x)))
        for a, b in ((0.5, 0.5), (2.5, 0.5), (1, 3), (50, 60), (4999, 5001)) for x in (1e-6, 0.2, 0.5, 0.97)],
    normal=[dict(p=p, z=float(stats.norm.ppf(p))) for p in (1e-12, 1e-5, 0.025, 0.3, 0.5, 0.9, 0.9999)],
    student=[
        dict(df=df, p=p, t=float(stats.t.isf(p, df))) for df in (1, 2, 5, 11, 23, 500) for p in (1e-6, 0.005, 0.025, 0.05, 0.4)],
    noncentral=[
        dict(df=df, delta=delta, t=t, value=float(stats.nct.cdf(t, df, delta)))
        for df in (1, 5, 23) for delta in (-1.0, 0.0, 0.8, 3.5, 9.0) for t in (-2.0, 0.5, 2.57, 12.0)
        # SciPy 1.17.1 has no number for these two tails.
        if not numpy.isnan(stats.nct.cdf(t, df, delta))],
    chiSquared=[
        dict(df=df, p=p, x=float(stats.chi2.ppf(p, df))) for df in (1, 5, 11, 23, 200.5) for p in (1e-4, 0.1, 0.5, 0.9, 0.975)],
    fisher=[
        dict(first=a, of=m, second=b, ofSecond=n, p=float(stats.fisher_exact([[a, m - a], [b, n - b]]).pvalue))
        for a, m, b, n in ((6, 6, 0, 6), (4, 6, 0, 6), (2, 6, 1, 6), (3, 12, 9, 12), (1, 24, 0, 24), (2, 5, 7, 9), (500, 1000, 450, 1000))],
    brownForsythe=[
        dict(groups=groups, p=float(stats.levene(*groups, center="median").pvalue))
        for groups in (
            [numbers(numpy.round(generator.normal(0, s, n), 2)) for s, n in sizes]
            for sizes in (((1, 6), (2, 6)), ((0.3, 4), (0.3, 5), (1, 4)), ((1, 24), (1, 24))))],
    binomial=[
        dict(p=0.999, count=n, share=q, k=int(stats.binom.ppf(0.999, n, q)))
        for n, q in ((10_000, 0.1), (1000, 0.1), (40, 0.15), (713, 0.187), (20, 0.5), (3, 0.5))],
    anytime=[
        dict(seeds=n, chance=a, reach=float(numpy.sqrt((n - 1) * (k - 1) / (1 - k / (1 + n)))))
        for n, a in ((5, 0.05), (6, 0.05), (12, 0.05), (24, 0.05 / 6), (100, 0.05)) for k in [(numpy.sqrt(1 + n) / a) ** (2 / n)]],
    needed=[
        seeds_needed(*case) for case in (
            (0.5, 0.025, 0.02, 6, 0.0), (0.5, 0.025, 0.05, 12, 0.01), (0.8, 0.00705, 0.1, 6, 0.02), (0.4, 0.05, 0.004, 24, 0.001),
            (2.0, 0.025, 0.01, 6, 0.0), (0.1, 0.025, 0.2, 6, 0.0001))],
    paired=[paired_case(*case) for case in ((6, 60, 0.0), (2, 30, 0.5), (12, 80, 0.3), (3, 200, 0.0))],
    unpaired=[unpaired_case(*case) for case in ((6, 6, 60, 0.0), (3, 7, 80, 0.4))],
    wilson=[
        dict(successes=k, count=n, interval=numbers(proportion_confint(k, n, method="wilson")))
        for k, n in ((0, 10), (3, 10), (10, 10), (7842, 10000))],
    fair=[
        dict(successes=k, count=n, p=float(stats.binomtest(k, n).pvalue))
        for k, n in ((0, 0), (0, 6), (5, 5), (5, 10), (3, 11), (420, 900), (4900, 10000)) if n > 0],
    mcnemar=[
        dict(
            first=b, second=c, exact=float(mcnemar([[100, b], [c, 50]], exact=True).pvalue),
            chiSquared=float(mcnemar([[100, b], [c, 50]], exact=False, correction=True).pvalue))
        for b, c in ((6, 1), (11, 9), (35, 60), (812, 733), (1, 0))],
    comparisons=[
        comparison(*pairs(*case)) for case in (
            (6, 0.0, 0), (6, 0.8, 1), (6, 0.3, 2, True), (12, 0.1, 1), (15, 0.6, 1, True), (24, 0.15, 1), (24, 0.02, 3), (3, 1.0, 0))])
path = pathlib.Path(__file__).with_name("statistics.json")
path.write_text(json.dumps(fixture, indent=1, allow_nan=False) + "\n")
