// Words that show something, in the order of help. They always show, wherever they are called.

let lookingWords: [Word] = [
    .print, .summary, .diagram, .table, .plot, .show, .confusion, .mistakes, .flips, .cam, .profile, .help,
]
