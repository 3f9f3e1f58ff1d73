// Words that give data sets, in the order of help.

let dataWords: [Word] = [
    .cifar10, .cifar100, .mnist, .fashionMNIST, .svhn, .imageFolder, .arrays, .synthetic, .take, .split, .folds,
    .resize,
    .normalize, .augment,
]
