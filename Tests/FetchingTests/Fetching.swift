import Corpus
import Foundation
import Synchronization
import TestSupport

@testable import Fetching

/// What tests fetch, and from where.
enum Fetched {
  /// Bytes that look random and are always the same.
  static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    let numbers = (0..<((count + 7) / 8)).map { _ in generator.next() }
    return numbers.withUnsafeBytes { Array($0.prefix(count)) }
  }

  /// Patience that does not keep a test waiting.
  static var patience: Patience {
    var patience = Patience()
    patience.firstPause = 0
    patience.attempts = 3
    return patience
  }

  static func address(_ text: String) throws -> RemoteAddress {
    guard let address = RemoteAddress(text) else { throw NoAddress(text: text) }
    return address
  }

  struct NoAddress: Error {
    let text: String
  }
}

/// A download into a folder of its own, and what it says.
final class DownloadRun {
  let folder: TemporaryFolder
  var patience = Fetched.patience
  var environment: [String: String] = [:]
  let cancellation = Cancellation()
  private let log = Log()

  private final class Log: Sendable {
    let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  init() throws { folder = try TemporaryFolder() }

  /// What was waited for and given up.
  var events: [String] { log.lines.withLock { $0 } }

  func run(
    _ name: String, from urls: [String], checksums: Checksums = Checksums(),
    received: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws {
    let client = try FetchClient(patience, environment, cancellation) { [log] event in
      switch event {
      case .waiting(let error, let seconds):
        log.add("waiting \(Int(seconds)): \(error.kind.rawValue)")
      case .leftMirror(let error): log.add("left: \(error.kind.rawValue)")
      case .received(_, let bytes, _): received(bytes)
      default: break
      }
    }
    try Download(
      title: name, target: folder.path(name), mirrors: try urls.map(Fetched.address),
      checksums: checksums
    ).run(client)
  }

  /// The kind of error that it ends with; nil where it does not.
  func failure(
    _ name: String, from urls: [String], checksums: Checksums = Checksums()
  ) throws -> FetchError? {
    do {
      try run(name, from: urls, checksums: checksums)
      return nil
    } catch let error as FetchError {
      return error
    }
  }

  func bytes(_ name: String) throws -> [UInt8] { try TemporaryFolder.bytes(of: folder.path(name)) }
}
