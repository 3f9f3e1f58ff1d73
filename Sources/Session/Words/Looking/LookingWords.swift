// Words that show something, in the order of help. They always show, wherever they stand.

let lookingWords: [Word] = [
    .print, .summary, .diagram, .table, .plot, .show, .confusion, .mistakes, .flips, .cam, .profile, .help,
]
