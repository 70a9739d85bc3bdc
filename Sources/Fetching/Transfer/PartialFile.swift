import Corpus
import Files
import Glibc

/// What is known of a file that has come in part, as the JSON beside it says.
struct PartialState: Codable, Sendable, Hashable {
  static let currentSchema = "lathe.download/1"

  var schema = currentSchema
  /// Where it comes from.
  var url: String
  /// What says whether the file there is still the same; nil where the server gives nothing of the kind.
  var validator: String?
  /// All its bytes, where that is known.
  var size: Int?
  /// The name of the ranges that are wanted, where that is not all; see ``ByteRanges``.
  var ranges: String?
  /// Bytes that are on the disk for certain.
  var synced = 0
  /// The running system's start: what this same start has written is there, whether it has reached the disk or not.
  var boot = currentBoot

  init(url: String, validator: String? = nil, size: Int? = nil, ranges: String? = nil) {
    self.url = url
    self.validator = validator
    self.size = size
    self.ranges = ranges
  }

  static let currentBoot: String = {
    let bytes = (try? Files.read("/proc/sys/kernel/random/boot_id", limit: 1 << 10)) ?? nil
    return String(decoding: bytes ?? [], as: UTF8.self).filter { !$0.isWhitespace }
  }()
}

/// A file that comes from elsewhere, `NAME.part`, with a small JSON beside it, `NAME.part.json`. It has its own name
/// only when it is whole.
final class PartialFile {
  /// Bytes after which what has come is brought to the disk.
  private static let syncBytes = 64 << 20

  /// Where it lies while it is a part.
  let path: String
  /// The offset up to which bytes have come.
  private(set) var count = 0
  /// Nil where nothing has come, and once it has its name.
  private(set) var state: PartialState?
  /// What was known of it when it got its name.
  private(set) var lastState: PartialState?
  private let target: String
  private var descriptor: Int32
  private var hasItsName = false

  private var statePath: String { "\(path).json" }

  /// Opens the part of an earlier run, or begins one.
  /// - Parameter target: the name that it takes when it is whole; its folder is made.
  init(_ target: String) throws(FetchError) {
    self.target = target
    path = "\(target).part"
    descriptor = try Self.open(path)
    let bytes = (try? Files.read(statePath, limit: 1 << 20)) ?? nil
    state = bytes.flatMap { try? StrictJSON.decode(from: $0, named: statePath) }
    var status = stat()
    let length = unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    if let state, state.schema == PartialState.currentSchema {
      count = state.boot == PartialState.currentBoot ? length : min(length, max(state.synced, 0))
    } else {
      state = nil
    }
    try truncate(to: count)
  }

  deinit {
    close(descriptor)
    if count == 0 { unsafe unlink(path) }
  }

  private static func open(_ path: String) throws(FetchError) -> Int32 {
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw FetchError(file: FileError(.system(errno), "write", path)) }
    return descriptor
  }

  /// Throws away what has come, and begins anew; beside a file that has its name, another one.
  func begin(_ state: PartialState) throws(FetchError) {
    if hasItsName {
      let next = try Self.open(path)
      close(descriptor)
      descriptor = next
      hasItsName = false
    }
    // Not for a moment may the old bytes stand beside the new description.
    try truncate(to: 0)
    try save(state)
  }

  /// Goes on with what there is, under a new description.
  func resume(_ state: PartialState) throws(FetchError) {
    var state = state
    state.synced = min(self.state?.synced ?? 0, count)
    try save(state)
  }

  /// Adds bytes.
  func append(_ bytes: RawSpan) throws(FetchError) {
    var done = 0
    while done < bytes.byteCount {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done,
          off_t(count))
      }
      if written < 0, errno == EINTR { continue }
      if written <= 0 {
        throw FetchError(file: FileError(.system(written == 0 ? ENOSPC : errno), "write", path))
      }
      done += written
      count += written
    }
    if let state, count - state.synced >= Self.syncBytes { try sync(state) }
  }

  /// Brings what has come to the disk, as far as it will go.
  func sync() { if let state { try? sync(state) } }

  /// Gives the file its name.
  func finish() throws(FetchError) {
    if fsync(descriptor) != 0 { throw FetchError(file: FileError(.system(errno), "write", path)) }
    if unsafe rename(path, target) != 0 {
      throw FetchError(file: FileError(.system(errno), "create", target))
    }
    unsafe unlink(statePath)
    lastState = state
    state = nil
    hasItsName = true
    Files.syncFolder(of: target)
  }

  /// Leaves out bytes that are not wanted: the next come at a later offset.
  func skip(to offset: Int) { count = max(count, offset) }

  /// Throws away what has come.
  func discard() throws(FetchError) {
    unsafe unlink(statePath)
    state = nil
    try truncate(to: 0)
  }

  private func truncate(to length: Int) throws(FetchError) {
    if ftruncate(descriptor, off_t(length)) != 0 {
      throw FetchError(file: FileError(.system(errno), "write", path))
    }
    count = length
  }

  private func sync(_ state: PartialState) throws(FetchError) {
    if fdatasync(descriptor) != 0 {
      throw FetchError(file: FileError(.system(errno), "write", path))
    }
    var state = state
    state.synced = count
    try save(state, isDurable: true)
  }

  private func save(_ state: PartialState, isDurable: Bool = false) throws(FetchError) {
    self.state = state
    do {
      try Files.replace(statePath, with: Array(try OrderedJSON.encode(state)), isDurable: isDurable)
    } catch let error as FileError {
      throw FetchError(file: error)
    } catch {
      throw FetchError(.library, statePath, "cannot be written", hint: "\(error)")
    }
  }
}
