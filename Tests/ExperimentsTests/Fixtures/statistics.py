#!/usr/bin/env python3
"""Writes statistics.json beside itself: what SciPy and statsmodels say of fixed samples.

    python3 -m venv .venv && .venv/bin/pip install scipy==1.17.1 statsmodels==0.15.0
    .venv/bin/python statistics.py
"""
import json, pathlib
import numpy, scipy, statsmodels
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import ttost_paired

generator = numpy.random.default_rng(20261125)


def pairs(count, shift, together, skew=False):
    """Accuracies of two models in percent, as a test set of 10,000 images gives them."""
    shared = generator.normal(0, 0.3 * together, count)
    noise = lambda: (generator.exponential(0.5, count) if skew else generator.normal(0, 0.35, count))
    return [numpy.round(78 + shared + noise() + s, 2).tolist() for s in (0, shift)]


def bootstrap(differences):
    result = stats.bootstrap((differences,), numpy.mean, n_resamples=200_000, method="BCa", batch=10_000, rng=7)
    return list(map(float, result.confidence_interval))


def comparison(first, second):
    differences = numpy.round(numpy.array(second) - numpy.array(first), 2)
    exact = len(differences) <= 20
    flips = stats.permutation_test(
        (differences,), numpy.mean, permutation_type="samples", vectorized=True, batch=10_000,
        n_resamples=numpy.inf if exact else 400_000, rng=3)
    interval = lambda level: list(map(float, stats.ttest_1samp(differences, 0).confidence_interval(level)))
    pair = ttost_paired(numpy.array(second), numpy.array(first), -0.5, 0.5)
    return dict(
        first=first, second=second, mean=float(numpy.mean(differences)), deviation=float(numpy.std(differences, ddof=1)),
        intervals={str(level): interval(level) for level in (0.9, 0.95, 0.96, 0.98, 0.99)}, bootstrap=bootstrap(differences),
        varianceRatio=float(2 * min(
            stats.f.sf(numpy.var(first, ddof=1) / numpy.var(second, ddof=1), len(first) - 1, len(second) - 1),
            stats.f.cdf(numpy.var(first, ddof=1) / numpy.var(second, ddof=1), len(first) - 1, len(second) - 1))),
        signFlip=float(flips.pvalue), tTest=float(stats.ttest_rel(second, first).pvalue),
        superiority=float(stats.mannwhitneyu(second, first).statistic / len(first) ** 2),
        correlation=float(stats.pearsonr(first, second).statistic), equivalence=float(pair[0]))


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
    power=[
        dict(
            difference=difference, deviation=deviation, level=level,
            seeds=int(numpy.ceil(TTestPower().solve_power(
                difference / deviation, alpha=level, power=0.8, alternative="two-sided") - 1e-9)),
            powerAtTen=float(TTestPower().power(difference / deviation, 10, level)))
        for difference, deviation, level in (
            (0.5, 0.3, 0.05), (0.5, 0.5, 0.05), (0.5, 0.9, 0.05), (0.2, 0.3, 0.05), (0.2, 1.0, 0.05), (0.5, 0.5, 0.01))],
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
    holm=[
        dict(p=p, adjusted=numbers(multipletests(p, method="holm")[1]))
        for p in ([0.01, 0.04, 0.03, 0.005], [0.2, 0.2, 0.9], [0.012, 0.011, 0.5, 0.02, 0.001, 1.0], [0.03])],
    comparisons=[
        comparison(*pairs(*case)) for case in (
            (6, 0.0, 0), (6, 0.8, 1), (6, 0.3, 2, True), (12, 0.1, 1), (15, 0.6, 1, True), (24, 0.15, 1), (24, 0.02, 3), (3, 1.0, 0))])
path = pathlib.Path(__file__).with_name("statistics.json")
path.write_text(json.dumps(fixture, indent=1, allow_nan=False) + "\n")
