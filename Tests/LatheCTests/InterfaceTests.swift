import Foundation
import FuzzTargets
import TestSupport
import Testing

/// The library as a program in C sees it.
@Suite("C interface")
struct InterfaceTests {
  private let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private var header: URL { package.appending(path: "Sources/LatheC/include/lathe.h") }

  /// Where the package's tests were built, the library was built too.
  private var library: URL {
    let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let paths = [beside, package.appending(path: ".build/debug")]
      .map { $0.appending(path: "libLatheC.so") }
    return paths.first { FileManager.default.fileExists(atPath: $0.path) } ?? paths[1]
  }

  @Test(
    "A program in C opens, loads, saves, is refused and closes", .enabled(if: tool("cc") != nil))
  func program() throws {
    let folder = try TemporaryFolder()
    let cache = folder.path("cache")
    try makeFourTracks(at: cache)

    let program = folder.path("program")
    let source = package.appending(path: "Tests/LatheCTests/reads_a_cache.c").path
    let built = try run(
      "cc", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror", "-I",
      header.deletingLastPathComponent().path, source, "-o", program, library.path, "-pthread",
      "-Wl,-rpath,\(library.deletingLastPathComponent().path)")
    try #require(built.status == 0, "\(built.text)")
    let ran = try run(program, cache)
    #expect(ran.status == 0)
    #expect(ran.text == "done\n")
  }

  @Test("The header is C++, too", .enabled(if: tool("c++") != nil))
  func headerInCPlusPlus() throws {
    let checked = try run(
      "c++", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-include", header.path, "-x", "c++",
      "/dev/null")
    #expect(checked.status == 0, "\(checked.text)")
  }

  @Test("What the library shows is what the header declares", .enabled(if: tool("nm") != nil))
  func symbols() throws {
    let text = try String(contentsOf: header, encoding: .utf8)
    let declared = Set(
      text.matches(of: #/(?m)^[a-z].*?\b(lathe_\w+)\(/#).map { String($0.output.1) })
    #expect(declared.count == 24)
    let listed = try run("nm", "-D", "--defined-only", library.path)
    try #require(listed.status == 0, "\(listed.text)")
    let shown = listed.text.split(separator: "\n").compactMap { $0.split(separator: " ").last }
      .filter { $0.hasPrefix("lathe_") && !$0.contains(".") }.map(String.init)
    #expect(Set(shown) == declared)
  }
}

/// The path of a tool; nil where it is not installed.
private func tool(_ name: String) -> String? {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// Runs a program; its status and all that it wrote.
private func run(_ arguments: String...) throws -> (status: Int32, text: String) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: tool(arguments[0]) ?? arguments[0])
  process.arguments = Array(arguments.dropFirst())
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return (process.terminationStatus, text)
}
