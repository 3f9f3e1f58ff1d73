import Libraries

extension Kernel {
    func kernelInfo() -> JSONObject {
        [
            "status": "ok",
            "protocol_version": "5.5",
            "implementation": "tandem",
            "implementation_version": "0.1.0",
            "language_info": [
                "name": "tandem", "version": "0.1.0", "mimetype": "text/x-tandem", "file_extension": ".tandem",
                "pygments_lexer": "swift", "codemirror_mode": "swift", "nbconvert_exporter": "script",
            ],
            "banner": "Tandem 0.1.0: compare two networks honestly. `help` lists the words.",
            "help_links": [],
            "debugger": false,
            "supported_features": [],
        ]
    }
}
