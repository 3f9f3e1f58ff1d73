import Libraries
import Session

extension Kernel {
    func kernelInfo() -> JSONObject {
        [
            "status": "ok",
            "protocol_version": "5.5",
            "implementation": "tandem",
            "implementation_version": .string(Workspace.version),
            "language_info": [
                "name": "tandem", "version": .string(Workspace.version), "mimetype": "text/x-tandem",
                "file_extension": ".tandem",
                "pygments_lexer": "swift", "codemirror_mode": "swift", "nbconvert_exporter": "script",
            ],
            "banner": .string("Tandem \(Workspace.version): compare two networks honestly. `help` lists the words."),
            "help_links": [],
            "debugger": false,
            "supported_features": [],
        ]
    }
}
