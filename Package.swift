// swift-tools-version: 6.0
import PackageDescription

// Who may import whom is fixed here and held by Scripts/check-imports; CONTRIBUTING.md has the table in words.

let strict: [SwiftSetting] = [.unsafeFlags(["-warnings-as-errors"])]

/// A C library of the system, seen only by `Libraries`. `Scripts/setup` installs them all.
func system(_ name: String) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)")
}

func module(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: imports, swiftSettings: strict)
}

func tests(
    _ name: String, _ imports: [Target.Dependency], _ resources: [String] = [], settings: [SwiftSetting] = strict
) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: imports + ["TestSupport"],
        exclude: resources, swiftSettings: settings)
}

let package = Package(
    name: "tandem",
    products: [.executable(name: "tandem", targets: ["tandem"])],
    targets: [
        system("CZeroMQ"), system("CSQLite"), system("CJansson"), system("CArchive"), system("CCrypto"),
        system("CReadline"), system("CCurl"), system("CJPEG"), system("CPNG"), system("CTimer"), system("CZlib"),

        .target(
            name: "Text",
            // Optimized in debug builds as well: all that a kernel writes passes through it.
            swiftSettings: strict + [.unsafeFlags(["-O"])]),
        module("Language", ["Text"]),
        module("Runtime"),
        module("Network", ["Runtime", "Text"]),
        .target(
            name: "CKernels",
            // Optimized in debug builds as well: the tests train networks. Contraction is off because it would change
            // the bits from one instruction set to the next; FMA is asked for by name.
            cSettings: [
                .unsafeFlags([
                    "-O3", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-Wno-psabi",
                    // Portable vectors are sixteen scalars: what unrolls for AVX-512 may be too long there.
                    "-Wno-pass-failed",
                ])
            ]),
        .target(
            name: "Libraries",
            dependencies: [
                "CZeroMQ", "CSQLite", "CJansson", "CArchive", "CCrypto", "CReadline", "CCurl", "CJPEG", "CPNG",
                "CTimer", "CZlib", "Text",
            ],
            // Optimized in debug builds as well: only an optimizer ends the life of a value at its last use, so that a
            // pointer which a C library keeps longer is wrong in the tests too.
            swiftSettings: strict + [.unsafeFlags(["-O"])]),
        module("Engine", ["Network", "Runtime", "CKernels"]),
        .target(
            name: "Datasets", dependencies: ["Runtime", "Libraries", "Text"],
            // Optimized in debug builds as well: drawing the built-in data set would take 14 s of each test that
            // trains.
            swiftSettings: strict + [.unsafeFlags(["-O"])]),
        module("Graphics", ["Libraries", "Text"]),
        module("Experiments", ["Network", "Engine", "Datasets", "Runtime", "Libraries", "Text"]),
        module("Cluster", ["Experiments", "Engine", "Datasets", "Libraries", "Runtime", "Text"]),
        module(
            "Session",
            [
                "Language", "Network", "Runtime", "Libraries", "Engine", "Datasets", "Graphics", "Experiments",
                "Cluster",
                "Bench", "Text",
            ]),
        module("Notebook", ["Libraries"]),
        module("Jupyter", ["Session", "Language", "Libraries"]),
        module("Terminal", ["Session", "Notebook", "Language", "Libraries", "Text"]),
        module("Bench", ["Engine", "Network", "Runtime", "Graphics", "Libraries"]),
        .executableTarget(
            name: "tandem", dependencies: ["Jupyter", "Terminal", "Cluster", "Bench", "Libraries", "Text"],
            swiftSettings: strict, linkerSettings: [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))]),

        // For Benchmarks/random-networks and Benchmarks/compare-accuracy; no part of the product.
        .executableTarget(
            name: "network-probe", dependencies: ["Engine", "Libraries", "Network", "Runtime"],
            path: "Benchmarks/NetworkProbe", swiftSettings: strict),

        // For Benchmarks/language-speed.
        .executableTarget(
            name: "language-probe", dependencies: ["Language", "Network", "Session"], path: "Benchmarks/LanguageProbe",
            swiftSettings: strict),

        // For Benchmarks/drawing-speed.
        .executableTarget(
            name: "picture-probe", dependencies: ["Graphics"], path: "Benchmarks/PictureProbe", swiftSettings: strict),

        // For Scripts/soak and Scripts/test.
        .executableTarget(
            name: "fuzz", dependencies: ["Jupyter", "Language", "Libraries", "Session", "TestSupport"],
            path: "Tests/Fuzz", swiftSettings: strict),

        // For Scripts/soak.
        .executableTarget(
            name: "study-rates", dependencies: ["Experiments", "Libraries", "TestSupport"], path: "Tests/StudyRates",
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Experiments", "Language", "Runtime", "Session"],
            path: "Tests/TestSupport", swiftSettings: strict),
        tests("Text", ["Text"]),
        tests("Language", ["Language", "Text"], ["Programs"]),
        tests("Network", ["Network"], ["Golden"]),
        tests("Runtime", ["Runtime"]),
        // Optimized in debug builds as well: the plain twin's loops would take two minutes.
        tests(
            "Engine", ["Engine", "Network", "Runtime", "CKernels"], ["Fixtures"],
            settings: strict + [.unsafeFlags(["-O"])]),
        tests("Libraries", ["Libraries"]),
        tests("Cluster", ["Cluster", "Experiments", "Libraries", "Network", "Datasets", "Engine", "Runtime"]),
        // Optimized in debug builds as well: distributions are held against 100,000 draws.
        tests(
            "Datasets", ["Datasets", "Runtime", "Libraries"],
            ["Arrays", "Images", "make-arrays.py", "make-images.py", "make-redrawn.py"],
            settings: strict + [.unsafeFlags(["-O"])]),
        tests("Graphics", ["Graphics"], ["Snapshots"]),
        tests(
            "Experiments", ["Experiments", "Network", "Engine", "Datasets", "Runtime", "Libraries"],
            ["Golden", "Fixtures"]),
        tests(
            "Session",
            [
                "Session", "Graphics", "Language", "Libraries", "Runtime", "Datasets", "Engine", "Experiments",
                "Network",
            ], ["Fixtures", "Reports"]),
        tests("Notebook", ["Notebook", "Libraries"]),
        tests("Jupyter", ["Jupyter", "Session", "Language", "Libraries"]),
        tests("Terminal", ["Terminal", "Session"]),
        // Drive the built executable from outside, as a person or a client would.
        tests("EndToEnd", ["tandem", "Libraries"]),
    ],
    cLanguageStandard: .gnu17
)
