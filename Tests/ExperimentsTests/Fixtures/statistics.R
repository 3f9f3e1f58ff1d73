#!/usr/bin/env Rscript
# Writes statistics-r.json beside itself: what R says of the samples in statistics.json.
#   apt-get install r-base-core r-recommended r-cran-jsonlite; Rscript statistics.R
library(jsonlite)

script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
folder <- dirname(normalizePath(script))
given <- fromJSON(file.path(folder, "statistics.json"), simplifyDataFrame = FALSE)
result <- list(
  versions = list(R = as.character(getRversion())),
  noncentral = lapply(
    list(c(5, 0.8, 2.57), c(23, 3.5, 2), c(1, 1, 0.5)),
    function(case) list(df = case[1], delta = case[2], t = case[3], value = pt(case[3], case[1], ncp = case[2]))),
  mcnemar = lapply(given$mcnemar, function(case) {
    list(
      first = case$first, second = case$second,
      exact = binom.test(case$first, case$first + case$second)$p.value,
      chiSquared = mcnemar.test(matrix(c(100, case$second, case$first, 50), 2))$p.value)
  }))
writeLines(toJSON(result, auto_unbox = TRUE, digits = NA, pretty = 1), file.path(folder, "statistics-r.json"))
