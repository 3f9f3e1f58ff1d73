// What of an address is hidden, and what is none.

import Testing

@testable import Language

@Suite struct SecretsTests {
    @Test(arguments: [
        ("https://user:pw@host/x", "https://*******@host/x"),
        ("https://token@host/x", "https://*****@host/x"),
        ("HTTP://u:a@b@host", "HTTP://*****@host"),
        ("https://u:a/b@host/x", "https://u:***@host/x"),
        ("https://u:1?2@host/x", "https://u:***@host/x"),
        ("https://u:1#2@host/x", "https://u:***@host/x"),
        ("https://host/x?token=abc", "https://host/x?*********"),
        ("https://host/x#access_token=abc", "https://host/x#****************"),
        ("https://host/x;key=abc", "https://host/x;*******"),
        ("https://host/x;jsessionid=1?a#b=2", "https://host/x;******************"),
        ("see https://host/x;key=abc; then", "see https://host/x;*******; then"),
        ("https://host/x?a=1&b=2, and", "https://host/x?*******, and"),
        ("see \"https://u:p@host\" and 'ftp://u@h'", "see \"https://***@host\" and 'ftp://*@h'"),
        ("http:/u:sekret@h/x", "http:/********@h/x"),
        ("https:///u:sekret@h/x", "https:///********@h/x"),
        ("http:/h/x?sekret", "http:/h/x?******"),
        ("http://127.0.0.1:1/x?sekret", "http://127.0.0.1:1/x?******"),
        ("https://host/x;v?sekret", "https://host/x;v?******"),
        ("127.0.0.1:1/x?sekret", "127.0.0.1:1/x?******"),
        ("host.org/x?sekret: refused", "host.org/x?******: refused"),
        ("user:pw@host/x", "*******@host/x"),
        ("cannot download https://u:p@h/x: refused", "cannot download https://***@h/x: refused"),
        ("\"https://user:hunter\" + tail", "\"https://user:******\" + tail"),
        ("https://ü:漢@host", "https://***@host"),
    ])
    func namesPasswordsAndQueriesAreHidden(_ text: String, _ shown: String) {
        #expect(withoutSecrets(text) == shown)
        #expect(shown.unicodeScalars.count == text.unicodeScalars.count)
    }

    @Test(arguments: [
        "https://host:8080/@scope/x", "https://[::1]:80/x", "http://127.0.0.1:5000/file.tar.gz", "https://host/a@b",
        "let a = train Net, on: data, lr: 1e-3", "me@example.org", "a ? b : c", "https://host/x?",
        "https://host/x#section-2", "https://host/a;b", "https://host/x; a=b", "", "://", "http://", "http:/",
        "http:/x", "?train", "a/b?c", "a ?b:c", "12:/x",
        "model Net { input 3x32x32; conv 8, kernel: 3 }", "12:30", "x: y@z",
    ])
    func whatIsNoSecretStays(_ text: String) { #expect(withoutSecrets(text) == text) }

    @Test func aProgramStaysOneButForItsPasswords() {
        #expect(withoutSecrets("url: \"http:/u:p@h/x?v\"", passwordsOnly: true) == "url: \"http:/***@h/x?v\"")
        let program = "// me: a:b@c, https://site/watch?v=1\ncifar10(url: \"https://u:p@h/x?token=1\")"
        #expect(
            withoutSecrets(program, passwordsOnly: true)
                == "// me: a:b@c, https://site/watch?v=1\ncifar10(url: \"https://***@h/x?token=1\")")
    }

    @Test func aDiagnosticShowsNoneAndKeepsItsCarets() {
        let text = "cifar10(url: \"https://ü:p@h/x\") x"
        let place = text.utf8.count - 1
        let block = DiagnosticText(
            Diagnostic(
                code: FaultCode("test"), "no https://u:p@h", source: SourceText(text),
                at: SourceRange(place, place + 1),
                context: ["of https://u:p@h"], fix: "not https://u:p@h")
        ).block
        #expect(
            block == """
                error: no https://***@h
                   1 │ cifar10(url: "https://***@h/x") x
                     │                                 ^
                  of https://***@h
                  fix: not https://***@h
                """)
    }
}
