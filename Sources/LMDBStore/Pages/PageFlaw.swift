/// Something in a store's file that LMDB's format does not allow.
public struct PageFlaw: Error, Sendable, Hashable, CustomStringConvertible {
  /// The page's number, counted from the beginning of the file.
  public let page: UInt64
  /// The database whose tree was followed there; empty for the list of databases, and for what
  /// belongs to none.
  public internal(set) var database: String
  /// What is wrong with it.
  public let detail: String

  init(_ page: UInt64, _ detail: String, database: String = "") {
    self.page = page
    self.database = database
    self.detail = detail
  }

  /// One line.
  public var description: String {
    database.isEmpty ? "page \(page): \(detail)" : "page \(page) of '\(database)': \(detail)"
  }

  /// As the store's error.
  func error(in file: String, operation: String = "read") -> StoreError {
    StoreError(
      kind: .damaged, operation: operation, subject: file, detail: description,
      hint: "run lathe repair CACHE AUDIO_DIR, which keeps what can be read of it")
  }
}

/// The numbers of LMDB's file format: data format 1, as of 0.9.x on a 64-bit system of
/// little-endian order.
enum PageFormat {
  /// The bytes of a page's header.
  static let header = 16
  /// The bytes of an entry's header.
  static let entryHeader = 8
  /// What LMDB allows a page to have, all powers of two.
  static let pageSizes = 512...32_768
  /// The deepest tree that LMDB's cursors follow.
  static let deepest = 32
  static let longestKey = 511
  static let magic: UInt32 = 0xbeef_c0de
  static let version: UInt32 = 1
  /// Stands for no page.
  static let none = UInt64.max

  static let branch: UInt16 = 0x01
  static let leaf: UInt16 = 0x02
  static let overflow: UInt16 = 0x04
  static let meta: UInt16 = 0x08

  /// The value lies in pages of its own.
  static let isLarge: UInt16 = 0x01
  /// The value is a database's record.
  static let isTree: UInt16 = 0x02
}
