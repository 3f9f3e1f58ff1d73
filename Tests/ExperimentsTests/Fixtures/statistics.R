#!/usr/bin/env Rscript
# Writes statistics-r.json beside itself: what R says of the samples in statistics.json.
#   apt-get install r-base-core r-recommended r-cran-jsonlite; Rscript statistics.R
library(boot)
library(jsonlite)

script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
folder <- dirname(normalizePath(script))
given <- fromJSON(file.path(folder, "statistics.json"), simplifyDataFrame = FALSE)
set.seed(7)

comparison <- function(case) {
  first <- unlist(case$first)
  second <- unlist(case$second)
  differences <- round(second - first, 2)
  interval <- function(level) as.numeric(t.test(second, first, paired = TRUE, conf.level = level)$conf.int)
  bca <- boot.ci(boot(differences, function(x, rows) mean(x[rows]), R = 200000), type = "bca")$bca
  list(
    intervals = list("0.9" = interval(0.9), "0.95" = interval(0.95), "0.99" = interval(0.99)),
    bootstrap = as.numeric(bca[4:5]),
    tTest = t.test(second, first, paired = TRUE)$p.value,
    equivalence = max(
      t.test(second, first, paired = TRUE, mu = -0.5, alternative = "greater")$p.value,
      t.test(second, first, paired = TRUE, mu = 0.5, alternative = "less")$p.value),
    correlation = cor(first, second),
    superiority = as.numeric(suppressWarnings(wilcox.test(second, first))$statistic) / length(first)^2,
    varianceRatio = var.test(first, second)$p.value)
}

result <- list(
  versions = list(R = as.character(getRversion()), boot = as.character(packageVersion("boot"))),
  power = lapply(given$power, function(case) {
    power <- power.t.test(
      delta = case$difference, sd = case$deviation, sig.level = case$level, power = 0.8, type = "paired", strict = TRUE)
    list(difference = case$difference, deviation = case$deviation, level = case$level, seeds = ceiling(power$n - 1e-6))
  }),
  noncentral = lapply(
    list(c(5, 0.8, 2.57), c(23, 3.5, 2), c(1, 1, 0.5)),
    function(case) list(df = case[1], delta = case[2], t = case[3], value = pt(case[3], case[1], ncp = case[2]))),
  mcnemar = lapply(given$mcnemar, function(case) {
    list(
      first = case$first, second = case$second,
      exact = binom.test(case$first, case$first + case$second)$p.value,
      chiSquared = mcnemar.test(matrix(c(100, case$second, case$first, 50), 2))$p.value)
  }),
  holm = lapply(given$holm, function(case) list(p = I(unlist(case$p)), adjusted = I(p.adjust(unlist(case$p), "holm")))),
  comparisons = lapply(given$comparisons, comparison))
writeLines(toJSON(result, auto_unbox = TRUE, digits = NA, pretty = 1), file.path(folder, "statistics-r.json"))
