// The kernel through Jupyter's own client (nbclient), from the private Python that Scripts/test makes.

import Foundation
import Testing

struct KernelTests {
    static let python = Tandem.root.appending(path: ".venv/bin/python").path

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: python)))
    func nbclientRunsANotebook() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let environment = ["JUPYTER_DATA_DIR": folder.path, "TANDEM_HOME": folder.path]
        #expect(try Tandem.run(["install", "--user"], environment: environment).code == 0)
        let program = """
            import nbformat, nbclient
            cells = ["print 1 + 1", "model Net { input 3x32x32; flatten; linear 10 }\\nsummary Net", "[1, 2, 3]", "nosuch"]
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
            notebook.metadata.kernelspec = {"name": "tandem", "display_name": "Tandem"}
            nbclient.NotebookClient(notebook, timeout=60, allow_errors=True).execute()
            outputs = [c.outputs for c in notebook.cells]
            assert outputs[0][0]["text"] == "2\\n", outputs[0]
            assert "30,730" in outputs[1][0]["data"]["text/plain"] and "text/html" in outputs[1][0]["data"]
            assert outputs[2][0]["data"]["text/plain"] == "[1, 2, 3]" and outputs[2][0]["execution_count"] == 3
            assert outputs[3][0]["output_type"] == "error" and outputs[3][0]["traceback"], outputs[3]
            print("fine")
            """
        let result = try Tandem.run(Self.python, ["-c", program], environment: environment)
        #expect(result.output == "fine\n", "\(result.error)")
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: python)),
        arguments: ["TANDEM_THREADS", "TANDEM_ISA"])
    func aVariableThatCannotBeMeantIsToldInTheFirstCellAndNothingIsTrained(name: String) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let environment = ["JUPYTER_DATA_DIR": folder.path, "TANDEM_HOME": folder.path]
        #expect(try Tandem.run(["install", "--user"], environment: environment).code == 0)
        let program = """
            import nbformat, nbclient
            training = "model Small { flatten; linear 10 }\\ntrain Small, on: take(synthetic(), 20, test: 10), epochs: 1"
            cells = [nbformat.v4.new_code_cell(c) for c in ["print 1 + 1", "print 2", training]]
            notebook = nbformat.v4.new_notebook(cells=cells)
            notebook.metadata.kernelspec = {"name": "tandem", "display_name": "Tandem"}
            nbclient.NotebookClient(notebook, timeout=60, allow_errors=True).execute()
            outputs = [c.outputs for c in notebook.cells]
            fault = "\(name)=abc is not a"
            assert [o["name"] for o in outputs[0]] == ["stderr", "stdout"] and fault in outputs[0][0]["text"], outputs[0]
            assert [o["name"] for o in outputs[1]] == ["stdout"], outputs[1]
            assert outputs[2][-1]["output_type"] == "error" and fault in outputs[2][-1]["evalue"], outputs[2]
            print("fine")
            """
        let result = try Tandem.run(
            Self.python, ["-c", program], environment: environment.merging([name: "abc"]) { $1 })
        #expect(result.output == "fine\n", "\(result.error)")
    }
}
