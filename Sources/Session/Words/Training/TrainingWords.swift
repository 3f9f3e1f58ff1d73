// Words that train, and what they train with, in the order of help.

let trainingWords: [Word] =
    [.train, .resume, .evaluate, .predict, .recipe] + Word.optimizers + Word.schedules + Word.averages + [
        .teacher, .findLR,
    ]
