// The language programs, each as one cell, through the kernel: it sends what a session says, with the same diagnostics.
// (EndToEndTests does the same with `tandem run` and the prompt.)

import Foundation
import Libraries
import TestSupport
import Testing

@testable import Jupyter

extension KernelTests {
    @Test func theKernelSendsWhatASessionSays() throws {
        for program in FrontEndProgram.all {
            let said = program.said()
            let client = try KernelClient()
            let (reply, broadcasts) = try client.execute(program.text)
            try client.shutDown()
            var text = ""
            var blocks: [String] = []
            func plain(_ text: String) -> String { text.replacing(/\u{1B}\[[0-9;]*m/, with: "") }
            for message in broadcasts {
                switch message.type {
                case "stream" where message.content["name"] == "stdout":
                    // Notes of no place are among what is written.
                    text += (message.content["text"]?.string ?? "").replacing(/(\u{1B}\[1;36mnote:.+\n(?: .+\n)*)/) {
                        blocks.append(plain(String($0.1)).trimmingCharacters(in: .newlines))
                        return ""
                    }
                case "stream":
                    // Notes that follow each other may come as one text.
                    let notes = plain(message.content["text"]?.string ?? "").replacing(
                        /\n(?=note: |warning: )/, with: "\0")
                    blocks += notes.split(separator: "\0").map { $0.trimmingCharacters(in: .newlines) }
                case "display_data", "execute_result":
                    guard message.content["transient"]?["display_id"] == nil else { continue }
                    // Numbers folded beneath a picture have no plain text.
                    guard let shown = message.content["data"]?["text/plain"]?.string, !shown.isEmpty else { continue }
                    text += FrontEndProgram.Said.ended(shown)
                case "error":
                    blocks += (message.content["traceback"]?.array ?? []).compactMap(\.string).map(plain)
                default: break
                }
            }
            for page in reply.content["payload"]?.array ?? [] where page["source"] == "page" {
                text += FrontEndProgram.Said.ended(page["data"]?["text/plain"]?.string ?? "")
            }
            #expect(text == said.plainText, "\(program.path)")
            #expect(blocks.sorted() == said.blocks.sorted(), "\(program.path)")
        }
    }
}
