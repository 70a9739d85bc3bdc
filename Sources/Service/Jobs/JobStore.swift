import Corpus
import DatasetCache
import Files
import Glibc
import LMDBStore
import Synchronization

/// The jobs of a root and what they said: records in an LMDB store, since one that is cut off at any
/// moment must be known after it, and that is what the caches' store was shown to do; a text file
/// of output each.
final class JobStore: Sendable {
  private struct Open {
    let environment: Environment
    /// One service a root: two would run the same jobs.
    let lock: ExclusiveLock
  }

  private let folder: String
  /// Nil once it is closed.
  private let open: Mutex<Open?>
  private static let database = "jobs"

  /// Opens the store of a root, `ROOT/.lathed`, and makes it where there is none.
  /// - Throws: `FileError`, `StoreError`.
  init(root: String) throws {
    folder = "\(root)/.lathed"
    try Files.makeFolder(folder)
    try Files.makeFolder("\(folder)/logs")
    let lock: ExclusiveLock
    do throws(ExclusiveLock.Refusal) { lock = try ExclusiveLock("\(folder)/lock") } catch {
      switch error {
      case .held(let id):
        throw StoreError(
          kind: .alreadyOpen, operation: "open", subject: "the jobs of \(root)",
          detail: "\(ExclusiveLock.Refusal.holder(id)) keeps them")
      case .file(let error): throw error
      }
    }
    let environment = try Environment(
      path: "\(folder)/jobs.lmdb", options: .init(initialMapSize: 16 << 20, maximumMapSize: 1 << 30)
    )
    open = Mutex(Open(environment: environment, lock: lock))
  }

  /// Lets the root go, for another service.
  func close() { open.withLock { $0 = nil } }

  private func environment() throws(StoreError) -> Environment {
    if let environment = open.withLock({ $0?.environment }) { return environment }
    throw StoreError(
      kind: .misuse, operation: "open", subject: "the jobs", detail: "they were closed")
  }

  /// Where a job's output is written.
  func log(of id: Int) -> String { "\(folder)/logs/\(Self.key(id)).log" }

  /// The numbers of all jobs, in the order of asking.
  /// - Throws: `StoreError`.
  func numbers() throws -> [Int] {
    var numbers: [Int] = []
    let environment = try environment()
    guard let database = try environment.database(named: Self.database) else { return [] }
    try environment.read { transaction throws(StoreError) in
      var cursor = try transaction.cursor(in: database)
      while try cursor.next() {
        if let number = Int(cursor.keyText) { numbers.append(number) }
      }
    }
    return numbers
  }

  /// A job; nil where there is none of that number.
  /// - Throws: `StoreError`, `JSONFieldError`.
  func job(_ id: Int) throws -> Job? {
    let environment = try environment()
    guard let database = try environment.database(named: Self.database) else { return nil }
    let record = try environment.read { transaction throws(StoreError) in
      try transaction.value(for: Self.key(id), in: database)?.withUnsafeBytes { Array($0) }
    }
    return try record.map { try StrictJSON.decode(Job.self, from: $0, named: "the job") }
  }

  /// Keeps a job; it is on the disk when this returns.
  func keep(_ job: Job) throws {
    let bytes = try CanonicalJSON.encode(job)
    try environment().write { transaction throws(StoreError) in
      let database = try transaction.database(named: Self.database)
      try transaction.put(bytes, for: Self.key(job.id), in: database)
    }
  }

  /// Forgets a job and what it said.
  func remove(_ id: Int) throws {
    try environment().write { transaction throws(StoreError) in
      let database = try transaction.database(named: Self.database)
      _ = try transaction.delete(Self.key(id), in: database)
    }
    unlink(log(of: id))
  }

  private static func key(_ id: Int) -> String {
    let digits = String(id)
    return String(repeating: "0", count: max(0, 9 - digits.count)) + digits
  }
}
