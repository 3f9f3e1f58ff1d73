// Words that keep what was made, in the order of help.

let keepingWords: [Word] = [.runs, .save, .load, .export, .share]

/// A program that these words are shown with.
let trainedRun = quickModel + "let a = train Net, on: data, epochs: 1\n"
