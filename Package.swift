// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: imports stay internal (C types never reach a public API)
/// unless a file says otherwise.
let swift: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
  .enableUpcomingFeature("ExistentialAny"),  // SE-0335
  .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
]

/// Settings of the targets that wrap C handles and mapped memory.
let swiftOverC: [SwiftSetting] =
  swift + [
    .strictMemorySafety(),  // SE-0458
    .enableExperimentalFeature("Lifetimes"),  // SE-0456: borrowed spans end with their transaction
  ]

/// With LATHE_UNDEFINED in the environment kernels report what C leaves undefined, in a build with the
/// address sanitizer, whose run-time does the reporting.
let undefinedBehaviour: [CSetting] =
  Context.environment["LATHE_UNDEFINED"] == nil ? [] : [.unsafeFlags(["-fsanitize=undefined"])]

let package = Package(
  name: "Lathe",
  products: [
    .executable(name: "lathe", targets: ["lathe"]),
    .executable(name: "lathed", targets: ["lathed"]),
    .library(
      name: "Lathe",
      targets: [
        "Safetensors", "Corpus", "AudioIO", "Fetching", "SignalKit", "LMDBStore", "DatasetCache",
        "Preparation", "DataLoading", "Training", "Networks", "Runs", "Reporting", "Exporting",
      ]),
    .library(name: "LatheC", type: .dynamic, targets: ["LatheC"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // The daemon's own: nothing of `lathe` depends on what follows.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CSndfile", path: "Sources/CLibraries/CSndfile", pkgConfig: "sndfile",
      providers: [.apt(["libsndfile1-dev"])]),
    .systemLibrary(
      name: "CMPG123", path: "Sources/CLibraries/CMPG123", pkgConfig: "libmpg123",
      providers: [.apt(["libmpg123-dev"])]),
    .systemLibrary(
      name: "CSoxr", path: "Sources/CLibraries/CSoxr", pkgConfig: "soxr",
      providers: [.apt(["libsoxr-dev"])]),
    .systemLibrary(
      name: "CFFTW", path: "Sources/CLibraries/CFFTW", pkgConfig: "fftw3f",
      providers: [.apt(["libfftw3-dev"])]),
    .systemLibrary(
      name: "CLMDB", path: "Sources/CLibraries/CLMDB", pkgConfig: "lmdb",
      providers: [.apt(["liblmdb-dev"])]),
    .systemLibrary(
      name: "CXXHash", path: "Sources/CLibraries/CXXHash", pkgConfig: "libxxhash",
      providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", path: "Sources/CLibraries/COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CCrypto", path: "Sources/CLibraries/CCrypto", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CArchive", path: "Sources/CLibraries/CArchive", pkgConfig: "libarchive",
      providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(
      name: "CCairo", path: "Sources/CLibraries/CCairo", pkgConfig: "cairo",
      providers: [.apt(["libcairo2-dev", "fonts-dejavu-core"])]),
    .systemLibrary(
      name: "CZstd", path: "Sources/CLibraries/CZstd", pkgConfig: "libzstd",
      providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(
      name: "CCurl", path: "Sources/CLibraries/CCurl", pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"])]),

    .systemLibrary(name: "CRenaming", path: "Sources/CLibraries/CRenaming"),
    .target(name: "CKernels", cSettings: undefinedBehaviour),
    .target(name: "Wording", swiftSettings: swift),
    .target(
      name: "Files", dependencies: ["Wording", "CCrypto", "CRenaming"], swiftSettings: swift),
    .target(
      name: "Archives", dependencies: ["Wording", "Files", "CArchive"], swiftSettings: swiftOverC),
    .target(name: "Programs", dependencies: ["Wording"], swiftSettings: swift),
    .target(name: "Safetensors", dependencies: ["Wording", "CXXHash"], swiftSettings: swiftOverC),
    .target(name: "Corpus", dependencies: ["Wording"], swiftSettings: swift),
    .target(
      name: "AudioIO",
      dependencies: [
        "Wording", "Files", "Archives", "Corpus", "CSndfile", "CMPG123", "CSoxr", "CXXHash",
      ],
      swiftSettings: swiftOverC),
    .target(
      name: "Fetching",
      dependencies: ["Wording", "Files", "Archives", "Corpus", "AudioIO", "CCurl"],
      swiftSettings: swiftOverC),
    .target(
      name: "SignalKit", dependencies: ["Wording", "CFFTW", "CKernels"], swiftSettings: swift),
    .target(name: "LMDBStore", dependencies: ["Wording", "CLMDB"], swiftSettings: swiftOverC),
    .target(
      name: "DatasetCache",
      dependencies: ["Wording", "Files", "Safetensors", "Corpus", "LMDBStore"],
      swiftSettings: swiftOverC),
    .target(
      name: "Preparation",
      dependencies: [
        "Wording", "Files", "Programs", "Safetensors", "Corpus", "AudioIO", "SignalKit",
        "DatasetCache",
      ],
      swiftSettings: swift),
    .target(
      name: "Mapping", dependencies: ["Wording", "Files", "Safetensors", "Corpus", "DatasetCache"],
      swiftSettings: swift),
    .target(
      name: "DataLoading", dependencies: ["Wording", "Corpus", "CKernels"],
      swiftSettings: swiftOverC),
    .target(
      name: "Training",
      dependencies: ["Wording", "Files", "Programs", "Corpus", "DataLoading", "Safetensors"],
      swiftSettings: swift),
    .target(
      name: "Networks",
      dependencies: ["Corpus", "DataLoading", "Training", "Safetensors", "COpenBLAS", "CKernels"],
      swiftSettings: swift),
    .target(
      name: "Runs",
      dependencies: [
        "Wording", "Corpus", "AudioIO", "SignalKit", "DatasetCache", "Preparation", "DataLoading",
        "Training", "Networks",
      ],
      swiftSettings: swift),
    .target(
      name: "Reporting",
      dependencies: ["Wording", "Files", "Corpus", "DataLoading", "Training", "CCairo"],
      swiftSettings: swiftOverC),
    .target(
      name: "Exporting", dependencies: ["Wording", "Files", "Corpus", "DatasetCache"],
      swiftSettings: swift),
    .target(name: "Synthesis", swiftSettings: swift),
    .target(
      name: "OpenCaches", dependencies: ["Wording", "Corpus", "DatasetCache", "DataLoading"],
      swiftSettings: swiftOverC),
    .target(
      name: "LatheC",
      dependencies: ["Wording", "Corpus", "DatasetCache", "DataLoading", "OpenCaches"],
      exclude: ["include"], swiftSettings: swiftOverC),
    .executableTarget(
      name: "lathe",
      dependencies: [
        "Wording", "Files", "Safetensors", "Corpus", "AudioIO", "Fetching", "SignalKit",
        "DatasetCache", "Preparation", "Mapping",
        "DataLoading", "Training", "Networks", "Runs", "Reporting", "Exporting", "Synthesis",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      resources: [
        .embedInCode("Benchmark/reference_timings.py"),
        .embedInCode("Benchmark/torch_agreement.py"),
        .embedInCode("Benchmark/torch_network.py"),
        .embedInCode("Benchmark/torch_steps.py"),
        .embedInCode("../Python/lathe/networks/features.py"),
        .embedInCode("../Python/lathe/networks/mel.py"),
        .embedInCode("../Python/lathe/networks/waveform.py"),
      ],
      swiftSettings: swift),
    .target(
      name: "ServicePage",
      resources: [
        "address.js", "app.js", "copies.js", "corrections.js", "elements.js", "index.html",
        "jobs.js", "leaks.js", "map.js", "overview.js", "plane.js", "player.js", "plot.js",
        "runs.js", "service.js", "style.css", "track.js", "tracks.js",
      ].map { .embedInCode("Page/\($0)") },
      swiftSettings: swift),
    .target(
      name: "Service",
      dependencies: [
        "Wording", "Files", "Programs", "Safetensors", "Corpus", "AudioIO", "LMDBStore",
        "DatasetCache", "Preparation", "Mapping", "DataLoading", "Training", "Reporting",
        "Exporting", "OpenCaches", "ServicePage", "CZstd",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
      ],
      swiftSettings: swift),
    .executableTarget(
      name: "lathed",
      dependencies: [
        "Service", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: swift),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swift),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Safetensors", "Corpus", "AudioIO", "DatasetCache", "Preparation", "DataLoading",
        "Training", "Networks", "LatheC", "Service", "Wording", "TestSupport",
        .product(name: "HTTPTypes", package: "swift-http-types"),
      ],
      path: "Tests/Fuzzing/Targets", swiftSettings: swift),
    .testTarget(name: "FuzzingTests", dependencies: ["FuzzTargets"], swiftSettings: swift),
    .testTarget(name: "ArchitectureTests", swiftSettings: swift),
    .testTarget(name: "WordingTests", dependencies: ["Wording"], swiftSettings: swift),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "ArchivesTests", dependencies: ["Archives", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "ProgramsTests", dependencies: ["Programs", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "SafetensorsTests", dependencies: ["Safetensors", "TestSupport"],
      swiftSettings: swiftOverC),
    .testTarget(
      name: "CorpusTests", dependencies: ["Corpus", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "AudioIOTests", dependencies: ["AudioIO", "Corpus", "TestSupport"], swiftSettings: swift
    ),
    .testTarget(
      name: "FetchingTests", dependencies: ["Fetching", "Corpus", "Files", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "SignalKitTests", dependencies: ["SignalKit", "CKernels", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "LMDBStoreTests", dependencies: ["LMDBStore", "TestSupport"], swiftSettings: swiftOverC),
    .testTarget(
      name: "DatasetCacheTests",
      dependencies: [
        "DatasetCache", "LMDBStore", "Safetensors", "Exporting", "Corpus", "TestSupport",
      ],
      swiftSettings: swiftOverC),
    .testTarget(
      name: "PreparationTests",
      dependencies: [
        "Preparation", "DatasetCache", "Safetensors", "Exporting", "Corpus", "SignalKit", "AudioIO",
        "TestSupport",
      ],
      exclude: ["CacheOfFirstSchema"], swiftSettings: swift),
    .testTarget(
      name: "MappingTests", dependencies: ["Mapping", "Corpus", "TestSupport"], swiftSettings: swift
    ),
    .testTarget(
      name: "DataLoadingTests",
      dependencies: [
        "DataLoading", "DatasetCache", "Safetensors", "Corpus", "CKernels", "TestSupport",
      ],
      swiftSettings: swiftOverC),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Training", "Corpus", "DataLoading", "Safetensors", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "NetworksTests",
      dependencies: [
        "Networks", "Training", "Corpus", "DataLoading", "Safetensors", "CKernels", "TestSupport",
      ],
      swiftSettings: swift),
    .testTarget(
      name: "RunsTests",
      dependencies: [
        "Runs", "Training", "Networks", "Preparation", "DatasetCache", "Corpus", "DataLoading",
        "Safetensors", "Synthesis", "AudioIO", "TestSupport",
      ],
      swiftSettings: swift),
    .testTarget(
      name: "ReportingTests",
      dependencies: ["Reporting", "Training", "Corpus", "DataLoading", "TestSupport"],
      swiftSettings: swift),
    .testTarget(
      name: "ExportingTests", dependencies: ["Exporting", "TestSupport"], swiftSettings: swift),
    .testTarget(
      name: "SynthesisTests", dependencies: ["Synthesis"], swiftSettings: swift),
    .testTarget(
      name: "LatheCTests",
      dependencies: [
        "LatheC", "OpenCaches", "Corpus", "DataLoading", "DatasetCache", "FuzzTargets",
        "TestSupport",
      ],
      exclude: ["reads_a_cache.c"], swiftSettings: swift),
    .testTarget(
      name: "ServiceTests",
      dependencies: [
        "Service", "OpenCaches", "Preparation", "DatasetCache", "Mapping", "DataLoading",
        "Training", "Safetensors", "AudioIO", "Corpus", "CZstd", "Wording", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: swift),
    .testTarget(
      name: "CommandLineTests", dependencies: ["lathe", "Wording", "TestSupport"],
      swiftSettings: swift),
  ]
)

// libFuzzer comes with the compiler and only `Tests/Fuzzing/fuzz.py` links it.
if Context.environment["LATHE_FUZZING"] != nil {
  package.products.append(.executable(name: "lathe-fuzz", targets: ["lathe-fuzz"]))
  package.targets += [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzzing/CLibFuzzer"),
    .executableTarget(
      name: "lathe-fuzz", dependencies: ["CLibFuzzer", "FuzzTargets"],
      path: "Tests/Fuzzing/Fuzzer", swiftSettings: swift),
  ]
}
