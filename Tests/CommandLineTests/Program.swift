import Foundation
import Testing

/// The built `lathe`, run as a user runs it.
struct Program {
  /// How a run ended.
  struct Result {
    let code: Int32
    /// Whether a signal ended it; `code` is the signal's number then.
    let wasKilled: Bool
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// A run that has not ended yet.
  final class Running {
    let process: Process
    private let outputPath: String
    private let errorPath: String
    private let temporaryPaths: [String]

    fileprivate init(
      _ process: Process, _ outputPath: String, _ errorPath: String, temporaryPaths: [String]
    ) {
      self.process = process
      self.outputPath = outputPath
      self.errorPath = errorPath
      self.temporaryPaths = temporaryPaths
    }

    deinit {
      for path in temporaryPaths { try? FileManager.default.removeItem(atPath: path) }
    }

    var output: String { Running.text(outputPath) }

    /// Waits until the standard output holds `text` so many times, or the process has ended.
    func wait(for text: String, times: Int) {
      while process.isRunning, output.components(separatedBy: text).count <= times {
        usleep(2_000)
      }
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    func end() -> Result {
      process.waitUntilExit()
      return Result(
        code: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
        output: output, errors: Running.text(errorPath))
    }

    private static func text(_ path: String) -> String {
      String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
  }

  /// Where the package's tests were built, the program was built too.
  static let path: String = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let folders = [beside, package.appending(path: ".build/debug")]
    let paths = folders.map { $0.appending(path: "lathe").path(percentEncoded: false) }
    return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "lathe"
  }()

  static func start(
    _ arguments: [String], in folder: String? = nil, output: String? = nil,
    environment: [String: String] = [:]
  ) throws -> Running {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let stem = FileManager.default.temporaryDirectory
      .appending(path: "lathe-run-\(UUID().uuidString)").path(percentEncoded: false)
    let outputPath = output ?? "\(stem).out"
    for path in [outputPath, "\(stem).err"] where !FileManager.default.fileExists(atPath: path) {
      try Data().write(to: URL(fileURLWithPath: path))
    }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: outputPath)
    process.standardError = FileHandle(forWritingAtPath: "\(stem).err")
    try process.run()
    return Running(
      process, outputPath, "\(stem).err",
      temporaryPaths: ["\(stem).err"] + (output == nil ? [outputPath] : []))
  }

  static func run(
    _ arguments: String..., in folder: String? = nil, output: String? = nil
  ) throws -> Result {
    try start(arguments, in: folder, output: output).end()
  }
}
