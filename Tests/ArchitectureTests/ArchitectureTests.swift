import Testing

/// The picture of the design holds in this repository.
@Suite("Architecture")
struct ArchitectureTests {
  let tree = RepositoryTree()
  let checker = ArchitectureChecker(table: .lathe)

  @Test("Package.swift draws no arrow that the module table doesn't have")
  func manifest() throws {
    let text = try tree.text("Package.swift")
    #expect(ManifestTarget.targets(in: text).count >= 16, "the targets were not found")
    expectNone(checker.violations(manifest: text))
  }

  @Test("No source file imports what its module may not, none but the command line prints")
  func sources() throws {
    let files = try tree.files(under: "Sources")
    #expect(files.count >= 16, "the sources were not found")
    for path in files {
      let text = path.hasSuffix(".swift") ? try tree.text(path) : ""
      expectNone(checker.violations(path: path, text: text))
    }
  }

  @Test("A name of a Swift file occurs once")
  func fileNames() throws {
    let paths = try tree.files(under: "Sources") + tree.files(under: "Tests")
    expectNone(checker.violations(fileNames: paths))
  }

  @Test("Only the named files and folders lie at the top")
  func topLevel() throws {
    expectNone(checker.violations(topLevel: try tree.topLevel()))
  }

  @Test("The table itself has no arrow that points back")
  func tableIsOrdered() {
    let table = ModuleTable.lathe
    for (index, row) in table.rows.enumerated() {
      let before = Set(table.rows[..<index].map(\.name)).union(table.products)
      for other in row.imports {
        #expect(before.contains(other), "\(row.name) -> \(other) points back in the table")
      }
    }
    #expect(Set(table.rows.map(\.name)).count == table.rows.count, "a module has two rows")
  }

  private func expectNone(
    _ violations: [Violation], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for violation in violations {
      Issue.record("\(violation)", sourceLocation: sourceLocation)
    }
  }
}
