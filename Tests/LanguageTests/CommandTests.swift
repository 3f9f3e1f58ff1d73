// How white space decides between a command, a call and an expression, and where a statement ends.

import Testing

@testable import Language

@Suite struct CommandTests {
    @Test(arguments: [
        ("plot [3, 1, 2]", "<plot [3, 1, 2]>"),
        ("print (1 + 2) * 3", "<print ((1 + 2) * 3)>"),
        ("print(1 + 2) * 3", "(print((1 + 2)) * 3)"),
        ("print -1", "<print (-1)>"),
        ("print !a", "<print (!a)>"),
        ("x - 1", "(x - 1)"),
        ("x -1", "<x (-1)>"),
        ("x-1", "(x - 1)"),
        ("a[1]", "a[1]"),
        ("a [1]", "<a [1]>"),
        ("relu", "relu"),
        ("conv 128, kernel: 3, padding: 1", "<conv 128 kernel: 3 padding: 1>"),
        ("conv(128, kernel: 3)", "conv(128, kernel: 3)"),
        (
            "let a = train gap, on: cifar, optimizer: adam(lr: 1e-4)",
            "let a = <train gap on: cifar optimizer: adam(lr: 0.0001)>"
        ),
        ("let a = b", "let a = b"),
        ("let a = b + 1", "let a = (b + 1)"),
        ("let a = -b", "let a = (-b)"),
        ("input 3x32x32", "<input 3x32x32>"),
        ("input 3×32×32", "<input 3x32x32>"),
        ("train on: cifar", "<train on: cifar>"),
        ("print true, false", "<print true false>"),
        ("print \"a\"", "<print \"a\">"),
        ("linear 4096; relu", "<linear 4096>;\nrelu"),
        ("foo for: 3, in: 4, model: gap", "<foo for: 3 in: 4 model: gap>"),
        ("a.model.repeat.in", "a.model.repeat.in"),
        ("print if a { 1 } else { 2 }, 3", "<print (if a { 1 } else { 2 }) 3>"),
        ("f(if a { 1 } else { 2 })", "f((if a { 1 } else { 2 }))"),
        ("train gap,\n  on: cifar,\n  epochs: 3", "<train gap on: cifar epochs: 3>"),
        ("diff gap,\nflat", "<diff gap flat>"),
        ("let x =\n  1 +\n  2", "let x = (1 + 2)"),
        ("f(\n1\n,\n2,\n)", "f(1, 2)"),
        ("[\n1,\n2,\n]", "[1, 2]"),
        ("?train", "<help train>"),
        ("train?", "<help train>"),
        ("?", "help"),
        ("print .5", "<print 0.5>"),
        ("let (a, b) = (1, 2)", "let (a, b) = (1, 2)"),
        ("print a; // quiet", "<print a>;"),
        ("print\u{A0}1\r\nprint\t2\r\n", "<print 1>\n<print 2>"),
        ("let größe = 3", "let größe = 3"),
        ("maxpool 2 // 512x2x2", "<maxpool 2>"),
        ("maxpool 2 /* a /* b */ c */ , stride: 1", "<maxpool 2 stride: 1>"),
        ("print 1 /* one\ntwo */ print 2", "<print 1>\n<print 2>"),
    ])
    func reads(_ text: String, as tree: String) {
        #expect(dump(text) == tree)
    }

    @Test(arguments: [
        (
            "repeat depth { conv width, kernel: 3, padding: 1; relu }",
            "repeat depth { <conv width kernel: 3 padding: 1>; relu }"
        ),
        ("model A { relu }", "model A() { relu }"),
        (
            "model VGG(pooled: true, width) {\n if pooled { gap }\n}",
            "model VGG(pooled: true, width) { if pooled { gap } }"
        ),
        ("block Stage(width)\n{\n relu\n}", "block Stage(width) { relu }"),
        ("for (w, d) in [(64, 2), (128, 3)] { conv w }", "for (w, d) in [(64, 2), (128, 3)] { <conv w> }"),
        ("if a { 1 }\nelse if b { 2 }\nelse { 3 }", "if a { 1 } else if b { 2 } else { 3 }"),
        ("[for s in 1...3 { train gap, seed: s }]", "[for s in (1...3) { <train gap seed: s> }]"),
        ("residual { relu } shortcut { conv 3 }", "<residual { relu }>\n<shortcut { <conv 3> }>"),
        ("residual { relu }\nshortcut { conv 3 }", "<residual { relu }>\n<shortcut { <conv 3> }>"),
        ("concat { a } { b }", "<concat { a } { b }>"),
        ("concat {\na\n}\n{\nb\n}", "<concat { a } { b }>"),
        ("concat(axis: 1) { a }", "concat(axis: 1) { a }"),
        ("residual 64, stride: 2 { relu }", "<residual 64 stride: 2 { relu }>"),
        ("let m = concat { a } { b }", "let m = <concat { a } { b }>"),
        ("if f(2) { gap }", "if f(2) { gap }"),
        ("let w = if a { 1 } else { 2 }", "let w = (if a { 1 } else { 2 })"),
    ])
    func readsBlocks(_ text: String, as tree: String) {
        #expect(dump(text) == tree)
    }

    @Test(arguments: [
        ("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"),
        ("a || b && c == d", "(a || (b && (c == d)))"),
        ("1...n + 1", "(1...(n + 1))"),
        ("1...3 == r", "((1...3) == r)"),
        ("-a * b", "((-a) * b)"),
        ("-a.b[0]", "(-a.b[0])"),
        ("!a && b", "((!a) && b)"),
        ("7 % 2 / 3", "((7 % 2) / 3)"),
        ("a - -1", "(a - (-1))"),
        ("1....5", "(1...0.5)"),
        ("1.5...2", "(1.5...2)"),
        ("1_000 + 1e3", "(1000 + 1000.0)"),
        ("runs[\"gap seed 2\"].accuracy", "runs[\"gap seed 2\"].accuracy"),
    ])
    func readsExpressions(_ text: String, as tree: String) {
        #expect(dump(text) == tree)
    }

    @Test(arguments: [
        (#""a\(b)c""#, #""a\(b)c""#),
        (#""\("x\(1 + 2)y")""#, #""\("x\((1 + 2))y")""#),
        (#""\(f(1, "a)"))""#, #""\(f(1, "a)"))""#),
        (#""tab\tquote\"\\\u{e9}""#, "\"tab\tquote\"\\é\""),
        ("\"a\\(1 +\n2)b\"", "\"a\\((1 + 2))b\""),
        (#""""#, #""""#),
    ])
    func readsStrings(_ text: String, as tree: String) {
        #expect(dump(text) == tree)
    }
}
