import Foundation
import Glibc
import Testing

/// `lathe` run on a terminal: its three standard streams are one, as a person's are.
final class PseudoTerminal {
  private let master: Int32
  private let process = Process()
  /// All that it wrote so far.
  private(set) var text = ""
  private var bytes: [UInt8] = []

  /// Starts it on a terminal of so many columns; 0 for one that does not know its own.
  init(
    _ arguments: [String], columns: UInt16 = 80, environment: [String: String] = [:],
    in folder: String? = nil
  ) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // What unlockpt and ptsname ask; Glibc's module leaves these out.
    let (unlock, number) = (UInt(0x4004_5431), UInt(0x8004_5430))
    var (isLocked, index): (Int32, UInt32) = (0, 0)
    try #require(master >= 0 && ioctl(master, unlock, &isLocked) == 0)
    try #require(ioctl(master, number, &index) == 0)
    let slave = open("/dev/pts/\(index)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(slave >= 0)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(ioctl(slave, UInt(TIOCSWINSZ), &size) == 0)
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment.merging(
      ["TERM": "xterm-256color"], uniquingKeysWith: { $1 })
    variables["COLUMNS"] = nil
    variables["NO_COLOR"] = nil
    process.environment = variables.merging(environment, uniquingKeysWith: { $1 })
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
    process.standardInput = handle
    process.standardOutput = handle
    process.standardError = handle
    defer { close(slave) }
    try process.run()
  }

  deinit { close(master) }

  /// Reads until `words` were written; false where the program ended without them.
  func wait(for words: String) -> Bool {
    while !text.contains(words) {
      if !read() { return text.contains(words) }
    }
    return true
  }

  /// Types an answer.
  func type(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Reads to the end; the exit code.
  func end() -> Int32 {
    while read() {}
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// What each line of the terminal was at the end of each drawing: the parts between line ends and
  /// returns.
  var drawings: [String] {
    text.split { $0.isNewline || $0 == "\r" }.map {
      $0.replacingOccurrences(of: "\u{1B}[K", with: "")
    }
  }

  private func read() -> Bool {
    var part = [UInt8](repeating: 0, count: 4_096)
    let count = Glibc.read(master, &part, part.count)
    guard count > 0 else { return false }
    bytes += part[..<count]
    text = String(decoding: bytes, as: UTF8.self)
    return true
  }
}
