// Words that compare networks, in the order of help.

let comparingWords: [Word] = [.diff, .lint, .compare, .ablate, .more, .variance, .slurm, .ssh]
