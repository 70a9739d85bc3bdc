import Foundation
import Testing

/// The documents are short where they must be, and lead where they say.
@Suite("Documents")
struct DocumentTests {
  let tree = RepositoryTree()

  private func documents() throws -> [String] {
    try ["README.md"]
      + ["Sources", "Tests", "Manifests"].flatMap { try tree.files(under: $0) }
      .filter { $0.hasSuffix(".md") }
  }

  @Test("The README takes three minutes: 10 kB at most")
  func length() throws {
    let bytes = try tree.text("README.md").utf8.count
    #expect(bytes <= 10_000, "README.md has \(bytes) bytes: move depth to an article")
  }

  @Test("Every link between documents leads to a file")
  func links() throws {
    let documents = try documents()
    #expect(documents.count >= 10, "the documents were not found")
    for document in documents {
      for target in try links(in: document) {
        let file = tree.root.appendingPathComponent(target).path
        #expect(FileManager.default.fileExists(atPath: file), "\(document) leads to \(target)")
      }
    }
  }

  @Test("Every article is reached from the README")
  func reached() throws {
    var reached: Set<String> = []
    var open = ["README.md"]
    while let document = open.popLast() {
      guard reached.insert(document).inserted, document.hasSuffix(".md") else { continue }
      open += try links(in: document)
    }
    for document in try documents() where document.contains(".docc/") {
      #expect(reached.contains(document), "no document leads to \(document)")
    }
  }

  /// The files that a document links to, from the root of the repository.
  private func links(in document: String) throws -> [String] {
    let folder = URL(fileURLWithPath: "/" + document).deletingLastPathComponent()
    return try tree.text(document).matches(of: #/\]\((?<target>[^)\s]+)\)/#).compactMap { match in
      let target = match.output.target.prefix { $0 != "#" }
      if target.isEmpty || target.contains("://") { return nil }
      return String(folder.appendingPathComponent(String(target)).standardized.path.dropFirst())
    }
  }
}
