import Foundation
import Testing

/// What the sanitizers are given is of this compiler's run-time.
@Suite("Sanitizers")
struct SanitizerTests {
  @Test("What stands before the locks of Swift's run-time has their names")
  func locks() throws {
    let source = try RepositoryTree().text("Tests/Sanitizers/mutex.c")
    let names = source.matches(of: #/"(?<name>\$s[^"]+)"/#).map { String($0.output.name) }
    #expect(names.count == 3)
    let library = try #require(dlopen("libswiftSynchronization.so", RTLD_NOW))
    defer { dlclose(library) }
    for name in names {
      #expect(dlsym(library, name) != nil, "Swift's run-time has no \(name): see mutex.c")
    }
  }
}
