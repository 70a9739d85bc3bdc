import Testing

/// The checker finds what it is there to find: each test gives it something bad.
@Suite("Architecture checker")
struct ArchitectureCheckerTests {
  let checker = ArchitectureChecker(table: .lathe)

  @Test(
    "A forbidden import is named with file, line and arrow",
    arguments: [
      ("Corpus", "import AudioIO", "the arrow points back: AudioIO comes after Corpus"),
      ("Corpus", "import CSndfile", "Corpus's row in the module table doesn't name CSndfile"),
      ("SignalKit", "import CLMDB", "SignalKit's row in the module table doesn't name CLMDB"),
      (
        "AudioIO", "@preconcurrency import CFFTW",
        "AudioIO's row in the module table doesn't name CFFTW"
      ),
      (
        "DatasetCache", "public import struct Preparation.Recipe",
        "the arrow points back: Preparation comes after DatasetCache"
      ),
      (
        "Exporting", "internal import  LMDBStore",
        "Exporting's row in the module table doesn't name LMDBStore"
      ),
      (
        "Preparation", "let a = 1; import ArgumentParser",
        "Preparation's row doesn't name the package ArgumentParser"
      ),
      ("Synthesis", "@_exported import NIO", "NIO is not in the module table"),
      ("lathe", "import CKernels", "lathe's row in the module table doesn't name CKernels"),
    ])
  func forbiddenImport(module: String, line: String, objection: String) throws {
    let path = "Sources/\(module)/Bad.swift"
    let found = checker.violations(path: path, text: "// why\n\n\(line)\nlet x = 0\n")
    let violation = try #require(found.first)
    #expect(found.count == 1)
    #expect(violation.line == 3)
    #expect(violation.description.hasPrefix("\(path):3: \(module) -> "))
    #expect(violation.detail.hasSuffix(objection))
  }

  @Test("What is allowed passes")
  func allowed() {
    let text = """
      // import Preparation
      /* import CLMDB
         /* nested */ import CFFTW
      */
      import FoundationEssentials
      internal import CSndfile
      public import Corpus
      let text = "a quote \\" and import CLMDB; print(1)"
      let raw = #"print(" "# + "x"
      let long = \"""
        import CLMDB
        print("no")
        \"""
      let important = 1
      func printed(_ x: Int) {}
      printed(1)
      report.print(1)
      """
    #expect(checker.violations(path: "Sources/AudioIO/Good.swift", text: text) == [])
  }

  @Test(
    "Printing in a library is found",
    arguments: [
      "print(1)", "  if x { print (x) }", "Swift.print(1)", "debugPrint(x)", "dump(x)",
      "let s = \"\\(print(2))\"",
    ])
  func printing(line: String) {
    let text = "import Corpus\n" + line
    let found = checker.violations(path: "Sources/Exporting/Loud.swift", text: text)
    #expect(found.map(\.line) == [2], "\(line)")
    #expect(checker.violations(path: "Sources/lathe/Loud.swift", text: text).isEmpty)
  }

  @Test("JSON that is read or written beside the one reader and writer is found")
  func reservedNames() {
    let text = "// JSONDecoder\nlet a = try JSONDecoder().decode(A.self, from: data)"
    let found = checker.violations(path: "Sources/Exporting/Own.swift", text: text)
    #expect(found.map(\.line) == [2])
  }

  @Test("A file outside a module's folder, and a module without a row, are found")
  func strangers() {
    #expect(checker.violations(path: "Sources/Loose.swift", text: "").count == 1)
    #expect(checker.violations(path: "Sources/Helpers/A.swift", text: "").count == 1)
    #expect(checker.violations(path: "Sources/CLibraries/CNew/shim.h", text: "").count == 1)
    #expect(checker.violations(path: "Sources/CLibraries/CLMDB/shim.h", text: "").isEmpty)
  }

  @Test("Forbidden dependencies in Package.swift are named with their lines")
  func manifest() {
    let text = """
      let package = Package(name: "Bad", targets: [
        // .target(name: "Commented", dependencies: ["CLMDB"]),
        .target(name: "Corpus", swiftSettings: swift),
        .target(
          name: "SignalKit",
          dependencies: ["CFFTW",
            "LMDBStore"]),
        .target(name: "Corpus", dependencies: [.target(name: "Preparation")]),
        .target(name: "Exporting", dependencies: [.product(name: "NIO", package: "swift-nio")]),
        .target(name: "Helpers"),
        .testTarget(name: "CorpusTests", dependencies: ["Corpus", "TestSupport", "Unknown"]),
        .target(name: "TestSupport", dependencies: ["Corpus"]),
        .target(name: "Files", dependencies: ["TestSupport"]),
      ])
      """
    #expect(
      checker.violations(manifest: text).map(\.description) == [
        "Package.swift:7: SignalKit -> LMDBStore: the arrow points back: "
          + "LMDBStore comes after SignalKit",
        "Package.swift:8: Corpus -> Preparation: the arrow points back: "
          + "Preparation comes after Corpus",
        "Package.swift:9: Exporting -> NIO: NIO is not in the module table",
        "Package.swift:10: Helpers has no row in the module table",
        "Package.swift:11: CorpusTests -> Unknown: Unknown is not in the module table",
        "Package.swift:12: TestSupport -> Corpus: TestSupport has no row in the module table",
        "Package.swift:13: Files -> TestSupport: TestSupport is for tests only",
      ])
  }

  @Test("The second of two files of one name is found, whatever lies between")
  func namesakes() {
    let paths = [
      "Sources/A/Numbers.swift", "Sources/A/Words.swift", "Sources/B/C/Numbers.swift",
      "Sources/B/OwnNumbers.swift", "Sources/B/shim.h", "Sources/C/shim.h",
    ]
    #expect(
      checker.violations(fileNames: paths).map(\.file) == ["Sources/B/C/Numbers.swift"])
  }

  @Test("What doesn't belong at the top is found")
  func topLevel() {
    let names = ["Package.swift", ".ci", "Sources", "notes.txt", "Helpers", "LICENSE"]
    #expect(checker.violations(topLevel: names).map(\.file) == ["Helpers", "notes.txt"])
  }
}
