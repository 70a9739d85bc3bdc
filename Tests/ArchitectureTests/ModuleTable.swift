/// The design's picture as data: the modules in the order in which a track travels through them,
/// and what each may import. A new module gets its row here and in the README's table, nowhere
/// else.
struct ModuleTable {
  struct Row {
    var name: String
    var imports: [String]

    init(_ name: String, _ imports: [String] = []) {
      self.name = name
      self.imports = imports
    }
  }

  /// From the first to the last; an arrow may only point up this list.
  var rows: [Row]
  /// What every module may import: the language's own libraries.
  var system: Set<String> = [
    "Swift", "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch",
  ]
  /// Packages from elsewhere; only the rows that name them may import them.
  var products: Set<String> = []
  /// The modules that may print: the command line.
  var printing: Set<String> = []
  /// Names that no module uses: JSON has one reader (`StrictJSON`) and one writer (`JSONWriter`), so
  /// that all of it keeps to the same rules and has the same bytes.
  var reserved = [
    "JSONDecoder", "JSONEncoder", "JSONSerialization",
  ]
  /// Targets that tests share; no module may use them, and they use no module.
  var testSupport: Set<String> = []
  /// Targets of tests that use modules as tests do; no module may use them.
  var testHarness: Set<String> = []
  /// What may lie at the top of the repository, besides dot-files.
  var topLevel: Set<String> = [
    "Package.swift", "Sources", "Tests", "Manifests", "README.md", "LICENSE",
  ]

  static let lathe = ModuleTable(
    rows: [
      Row("CSndfile"), Row("CMPG123"), Row("CSoxr"), Row("CFFTW"), Row("CLMDB"), Row("CXXHash"),
      Row("CCrypto"), Row("CArchive"), Row("CRenaming"),
      Row("COpenBLAS"), Row("CCairo"), Row("CCurl"), Row("CZstd"),
      Row("CKernels"),
      Row("Wording"),
      Row("Files", ["Wording", "CCrypto", "CRenaming"]),
      Row("Archives", ["Wording", "Files", "CArchive"]),
      Row("Programs", ["Wording"]),
      Row("Safetensors", ["Wording", "CXXHash"]),
      Row("Corpus", ["Wording"]),
      Row(
        "AudioIO",
        ["Wording", "Files", "Archives", "Corpus", "CSndfile", "CMPG123", "CSoxr", "CXXHash"]),
      Row("Fetching", ["Wording", "Files", "Archives", "Corpus", "AudioIO", "CCurl"]),
      Row("SignalKit", ["Wording", "CFFTW", "CKernels"]),
      Row("LMDBStore", ["Wording", "CLMDB"]),
      Row("DatasetCache", ["Wording", "Files", "Safetensors", "Corpus", "LMDBStore"]),
      Row(
        "Preparation",
        [
          "Wording", "Files", "Programs", "Safetensors", "Corpus", "AudioIO", "SignalKit",
          "DatasetCache",
        ]),
      Row("Mapping", ["Wording", "Files", "Safetensors", "Corpus", "DatasetCache"]),
      Row("DataLoading", ["Wording", "Corpus", "CKernels"]),
      Row("Training", ["Wording", "Files", "Programs", "Corpus", "DataLoading", "Safetensors"]),
      Row(
        "Networks",
        ["Corpus", "DataLoading", "Training", "Safetensors", "COpenBLAS", "CKernels"]),
      Row(
        "Runs",
        [
          "Wording", "Corpus", "AudioIO", "SignalKit", "DatasetCache", "Preparation", "DataLoading",
          "Training", "Networks",
        ]),
      Row("Reporting", ["Wording", "Files", "Corpus", "DataLoading", "Training", "CCairo"]),
      Row("Exporting", ["Wording", "Files", "Corpus", "DatasetCache"]),
      Row("Synthesis"),
      Row("OpenCaches", ["Wording", "Corpus", "DatasetCache", "DataLoading"]),
      Row("LatheC", ["Wording", "Corpus", "DatasetCache", "DataLoading", "OpenCaches"]),
      Row("Python"),
      Row(
        "lathe",
        [
          "Wording", "Files", "Safetensors", "Corpus", "AudioIO", "Fetching", "SignalKit",
          "DatasetCache", "Preparation", "Mapping",
          "DataLoading", "Training", "Networks", "Runs", "Reporting", "Exporting", "Synthesis",
          "ArgumentParser",
        ]),
      Row("ServicePage", []),
      Row(
        "Service",
        [
          "Wording", "Files", "Programs", "Safetensors", "Corpus", "AudioIO", "LMDBStore",
          "DatasetCache", "Preparation", "Mapping", "DataLoading", "Training", "Reporting",
          "Exporting", "OpenCaches", "ServicePage", "CZstd", "Hummingbird",
          "HummingbirdCore", "HummingbirdTLS", "ServiceLifecycle", "Logging", "NIOCore",
          "NIOPosix", "NIOHTTP1", "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "NIOSSL", "HTTPTypes",
          "UnixSignals",
        ]),
      Row("lathed", ["Service", "ArgumentParser", "Logging"]),
    ],
    products: [
      "ArgumentParser", "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "ServiceLifecycle",
      "Logging", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "NIOSSL",
      "HTTPTypes", "UnixSignals",
    ], printing: ["lathe", "lathed"], testSupport: ["TestSupport"],
    testHarness: ["FuzzTargets", "CLibFuzzer", "lathe-fuzz"])

  func row(_ name: String) -> Row? {
    rows.first { $0.name == name }
  }

  /// Why `module` may not use `other`, or nil where it may.
  func objection(of module: String, to other: String) -> String? {
    guard let index = rows.firstIndex(where: { $0.name == module }) else {
      return "\(module) has no row in the module table"
    }
    if other == module { return "a module doesn't import itself" }
    if rows[index].imports.contains(other) { return nil }
    if let target = rows.firstIndex(where: { $0.name == other }) {
      return target > index
        ? "the arrow points back: \(other) comes after \(module)"
        : "\(module)'s row in the module table doesn't name \(other)"
    }
    if testSupport.contains(other) || testHarness.contains(other) {
      return "\(other) is for tests only"
    }
    if products.contains(other) { return "\(module)'s row doesn't name the package \(other)" }
    return "\(other) is not in the module table"
  }
}
