import Glibc
import Synchronization
internal import OpenCaches

/// What handles stand for, by number.
///
/// A number holds the process that gave it out and how many it gave out before, so it never means
/// two things, and a forked child knows what is its parent's. Nothing of the parent's is touched
/// there: its threads are gone and its locks may be held for ever, so a child begins with a table
/// of its own.
final class Handles: Sendable {
  /// What a number may stand for.
  enum Entry {
    case cache(OpenCache)
    case loader(OpenLoader)
    case samples(OpenSamples)

    /// What a message calls it.
    var name: String {
      switch self {
      case .cache: "a cache"
      case .loader: "a loader"
      case .samples: "samples"
      }
    }

    /// The error for a handle of this kind where another kind is wanted.
    func refusal(wanted: String) -> InterfaceError {
      InterfaceError(.handle, "the handle is one of \(name), not of \(wanted)")
    }
  }

  private struct Table {
    var entries: [Int: Entry] = [:]
    var given = 0
  }

  private static let countBits = 40
  private static let table = unsafe Atomic<Unmanaged<Handles>?>(nil)

  /// The caches that this process has open.
  let shelf = OpenCache.Shelf()
  private let process: Int32
  private let content = Mutex(Table())

  private init(process: Int32) { self.process = process }

  /// The id of this process, kept since the system call costs as much as the rest of a call; a fork
  /// renews it in the child. 0 where it has to be asked for each time.
  private static let ownProcess: Atomic<Int32> = {
    let code = pthread_atfork(nil, nil) {
      Handles.ownProcess.store(getpid(), ordering: .relaxed)
    }
    return Atomic(code == 0 ? getpid() : 0)
  }()

  /// The table of this process.
  static var current: Handles {
    let kept = ownProcess.load(ordering: .relaxed)
    let process = kept == 0 ? getpid() : kept
    while true {
      let found = unsafe table.load(ordering: .acquiring)
      let handles = unsafe found?.takeUnretainedValue()
      if let handles, handles.process == process { return handles }
      // The parent's table is given up as it is: to release it would close what the parent uses.
      let fresh = unsafe Unmanaged.passRetained(Handles(process: process))
      let (isSet, _) = unsafe table.compareExchange(
        expected: found, desired: fresh, ordering: .acquiringAndReleasing)
      if !isSet { unsafe fresh.release() }
    }
  }

  /// Gives a number out.
  func insert(_ entry: Entry) -> OpaquePointer? {
    let number = content.withLock { table in
      table.given += 1
      let number = Int(process) << Self.countBits | table.given
      table.entries[number] = entry
      return number
    }
    return unsafe OpaquePointer(bitPattern: number)
  }

  /// What a handle stands for.
  /// - Throws: `.handle`, `.forked`.
  func entry(_ handle: OpaquePointer?) throws(InterfaceError) -> Entry {
    let number = Int(bitPattern: handle)
    if let entry = content.withLock({ $0.entries[number] }) { return entry }
    throw refusal(number)
  }

  /// Takes a handle out of use; nil for one of the parent process.
  /// - Throws: `.handle`.
  func remove(_ handle: OpaquePointer?) throws(InterfaceError) -> Entry? {
    let number = Int(bitPattern: handle)
    if let entry = content.withLock({ $0.entries.removeValue(forKey: number) }) { return entry }
    let refusal = refusal(number)
    if refusal.code == .forked { return nil }
    throw refusal
  }

  private func refusal(_ number: Int) -> InterfaceError {
    if number == 0 { return InterfaceError(.handle, "the handle is NULL: opening it failed") }
    let owner = number >> Self.countBits
    if owner > 0, owner != process, owner < 1 << 22 {
      return InterfaceError(
        .forked,
        "the handle belongs to process \(owner) and this is process \(process): after a fork, open "
          + "the cache anew in the child")
    }
    return InterfaceError(.handle, "the handle is closed, or none of this kind")
  }
}
