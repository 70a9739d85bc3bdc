/// Something that breaks the design, and where.
struct Violation: Equatable, CustomStringConvertible {
  var file: String
  /// From 1; 0 where the whole file is meant.
  var line: Int
  var detail: String

  var description: String { "\(file):\(line): \(detail)" }
}

/// Compares source text with the module table. It knows texts, not files, so that it can be tried
/// on a made-up tree.
struct ArchitectureChecker {
  var table: ModuleTable

  /// - Parameters:
  ///   - path: From the package root, `Sources/<module>/…` or `Sources/CLibraries/<module>/…`.
  ///   - text: The file's text.
  func violations(path: String, text: String) -> [Violation] {
    guard let module = Self.module(of: path) else {
      return [Violation(file: path, line: 0, detail: "lies in no module's folder")]
    }
    guard table.row(module) != nil else {
      return [
        Violation(file: path, line: 0, detail: "\(module) has no row in the module table")
      ]
    }
    guard path.hasSuffix(".swift") else { return [] }
    var found: [Violation] = []
    for (index, line) in SourceText(text).lines.enumerated() {
      for other in Self.imports(in: line) where !table.system.contains(other) {
        if let objection = table.objection(of: module, to: other) {
          found.append(
            Violation(
              file: path, line: index + 1, detail: "\(module) -> \(other): \(objection)"))
        }
      }
      if !table.printing.contains(module), Self.prints(line) {
        found.append(
          Violation(file: path, line: index + 1, detail: "\(module) prints: libraries don't"))
      }
      for name in table.reserved where line.contains(name) {
        found.append(
          Violation(
            file: path, line: index + 1,
            detail: "\(name): JSON has a reader and a writer of its own"))
      }
    }
    return found
  }

  /// Checks the dependencies that a Package.swift declares.
  func violations(manifest text: String) -> [Violation] {
    ManifestTarget.targets(in: text).flatMap { target -> [Violation] in
      // Tests may use every module, but no unknown one.
      let isTest = target.kind == "testTarget" || table.testHarness.contains(target.name)
      let isSupport = table.testSupport.contains(target.name)
      if !isTest, !isSupport, table.row(target.name) == nil {
        return [
          Violation(
            file: "Package.swift", line: target.line,
            detail: "\(target.name) has no row in the module table")
        ]
      }
      return target.dependencies.compactMap { dependency in
        let known =
          table.row(dependency.name) != nil || table.products.contains(dependency.name)
          || table.testSupport.contains(dependency.name)
          || table.testHarness.contains(dependency.name)
        let objection =
          isTest
          ? (known ? nil : "\(dependency.name) is not in the module table")
          : table.objection(of: target.name, to: dependency.name)
        return objection.map {
          Violation(
            file: "Package.swift", line: dependency.line,
            detail: "\(target.name) -> \(dependency.name): \($0)")
        }
      }
    }
  }

  /// Whoever looks for a file by its name finds one: no two files of Swift share theirs.
  ///
  /// - Parameter paths: From the package root.
  func violations(fileNames paths: [String]) -> [Violation] {
    let swift = paths.filter { $0.hasSuffix(".swift") }
    let namesakes = Dictionary(grouping: swift) {
      String($0[($0.lastIndex(of: "/") ?? $0.startIndex)...])
    }
    return namesakes.values.filter { $0.count > 1 }.flatMap { $0.sorted().dropFirst() }.sorted().map
    {
      Violation(file: $0, line: 0, detail: "another file has this name: name it by what it holds")
    }
  }

  /// - Parameter names: What lies at the top of the repository.
  func violations(topLevel names: [String]) -> [Violation] {
    names.filter { !$0.hasPrefix(".") && !table.topLevel.contains($0) }.sorted().map {
      Violation(file: $0, line: 0, detail: "doesn't belong at the top of the repository")
    }
  }

  /// The module of a path, by its folder.
  static func module(of path: String) -> String? {
    let parts = path.split(separator: "/").map(String.init)
    guard parts.count >= 3, parts[0] == "Sources" else { return nil }
    if parts[1] == "CLibraries" { return parts.count >= 4 ? parts[2] : nil }
    return parts[1]
  }

  /// The modules that a line imports, whatever attributes and access stand before and whatever kind
  /// after (`@testable public import struct Corpus.Track`).
  static func imports(in line: Substring) -> [String] {
    // Nearly all lines end here: a regular expression costs more than this look.
    guard line.contains("import") else { return [] }
    return line.split(separator: ";").compactMap { statement in
      let pattern =
        #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:typealias|struct|class|enum|protocol|let|var|func)\s+)?`?(?<module>\w+)/#
      return statement.firstMatch(of: pattern).map { String($0.output.module) }
    }
  }

  /// Whether a line calls `print`, `debugPrint` or `dump` of the standard library.
  static func prints(_ line: Substring) -> Bool {
    guard line.contains("rint") || line.contains("dump") else { return false }
    let pattern = #/(?:^|[^.\w`]|\bSwift\.)(?:print|debugPrint|dump)\s*\(/#
    return line.firstMatch(of: pattern) != nil && !line.contains(#/\bfunc\s+(?:print|dump)\b/#)
  }
}
