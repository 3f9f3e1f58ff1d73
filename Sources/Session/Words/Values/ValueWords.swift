// Words that compute a value, in the order of help.

let valueWords: [Word] = [
    .shape, .range, .div, .floor, .sqrt, .min, .max, .abs, .round, .sum, .mean, .count, .ask, .quit,
]
