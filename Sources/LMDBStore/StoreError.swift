import Wording
import CLMDB
import Glibc

/// What went wrong in a store, in words that a person can act on.
///
/// The raw code of the library is kept beside the `kind` that programs branch on.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The cause, as far as a program can do something different about it.
  public enum Kind: String, Sendable, Hashable {
    /// The map cannot grow further (the limit of `Environment.Options.maximumMapSize`).
    case mapFull
    /// Another process has grown the file; handled inside the environment, seldom seen outside.
    case mapResized
    /// Every slot for readers is taken by a living process.
    case readersFull
    /// Too many named databases are open.
    case databasesFull
    /// A named database that was asked for is not there.
    case databaseNotFound
    /// A database value outlived the database that it named.
    case staleDatabase
    /// A key is empty or above 511 bytes.
    case badKey
    /// A value is above 4 GiB - 1 bytes.
    case badValue
    /// One transaction wrote more pages than the library tracks.
    case transactionTooLarge
    /// The volume is full, or a quota or file-size limit is reached.
    case noSpace
    /// The file is not an LMDB file.
    case notAStore
    /// The file was written by another version of the LMDB format.
    case versionMismatch
    /// A page holds what it must not hold, or the library panicked.
    case damaged
    /// The file's making was cut short, and it holds nothing.
    case unbegun
    /// The file ends before its last used page.
    case truncated
    /// The file does not exist.
    case fileNotFound
    /// The file or its folder may not be read or written by this user.
    case permissionDenied
    /// This process has the file open already.
    case alreadyOpen
    /// A map that must move (or a database that must go) is still read by this process.
    case readersActive
    /// It was opened by the process from which this one was forked off.
    case forked
    /// A transaction was begun where none may be, such as a write inside a write.
    case misuse
    /// Writing was asked of an environment opened for reading.
    case readOnly
    /// Any other failure of the system.
    case system
  }

  /// The cause.
  public let kind: Kind
  /// The code that LMDB or the system gave: negative from LMDB, positive an errno, 0 for none.
  public let code: Int32
  /// What was being done, such as "put".
  public let operation: String
  /// What it was done to: a file, a database or a key.
  public let subject: String
  /// The library's own words.
  public let detail: String
  /// What to do about it; may be empty.
  public let hint: String

  /// Makes an error of parts.
  public init(
    kind: Kind, code: Int32 = 0, operation: String, subject: String, detail: String,
    hint: String = ""
  ) {
    self.kind = kind
    self.code = code
    self.operation = operation
    self.subject = subject
    self.detail = detail
    self.hint = hint
  }

  /// One line: operation, subject, cause and remedy.
  public var description: String {
    Words.fault("cannot \(operation) \(subject): \(detail)", hint: hint)
  }
}

extension StoreError {
  /// Makes an error of a code that LMDB or the system gave.
  ///
  /// - Parameters:
  ///   - code: An LMDB code (negative) or an errno (positive).
  ///   - operation: What was being done, such as "commit to".
  ///   - subject: A database, key or file.
  ///   - file: The store's file, which hints name.
  public init(code: Int32, operation: String, subject: String, file: String) {
    let kind = Self.kind(of: code)
    self.init(
      kind: kind, code: code, operation: operation, subject: subject,
      detail: Self.text(of: code), hint: Self.hint(for: kind, code: code, file: file))
  }

  private static func kind(of code: Int32) -> Kind {
    switch code {
    case MDB_MAP_FULL: .mapFull
    case MDB_MAP_RESIZED: .mapResized
    case MDB_READERS_FULL: .readersFull
    case MDB_DBS_FULL: .databasesFull
    case MDB_NOTFOUND: .databaseNotFound
    case MDB_BAD_DBI: .staleDatabase
    case MDB_BAD_VALSIZE: .badValue
    case MDB_TXN_FULL: .transactionTooLarge
    case MDB_INVALID: .notAStore
    case MDB_VERSION_MISMATCH: .versionMismatch
    case MDB_CORRUPTED, MDB_PANIC, MDB_PAGE_NOTFOUND, MDB_CURSOR_FULL: .damaged
    case MDB_BAD_TXN, MDB_BAD_RSLOT, MDB_INCOMPATIBLE: .misuse
    case ENOSPC, EDQUOT, EFBIG: .noSpace
    case ENOENT: .fileNotFound
    case EACCES, EPERM, EROFS: .permissionDenied
    default: .system
    }
  }

  private static func text(of code: Int32) -> String {
    guard let text = unsafe mdb_strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }

  private static func hint(for kind: Kind, code: Int32, file: String) -> String {
    switch kind {
    case .noSpace:
      "no space left on the volume of \(file): free some and run again; "
        + "what was committed is kept"
    case .mapFull:
      "the store has reached its largest allowed size; raise the maximum map size or split it"
    case .readersFull: "close other programs that read \(file) and run again"
    case .notAStore, .damaged, .versionMismatch:
      "\(file) is damaged or is not a store of this format: "
        + "move it away and prepare it again"
    case .permissionDenied: "check the owner and the permissions of \(file) and of its folder"
    case .fileNotFound: "check the path \(file)"
    case .transactionTooLarge: "write less in one transaction"
    case .system where code == ENOMEM:
      "there is no address space left for it: raise the limit (ulimit -v)"
    case .system where code == EIO:
      "the disk or the connection to it fails: see what the system says of it (dmesg) and run "
        + "again; what was committed is kept"
    default: ""
    }
  }
}
