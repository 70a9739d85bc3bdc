import Safetensors

/// The checksum of the records of one database:
///
///     XXH3-64 of the value, seeded with the XXH3-64 of the key, seeded with the XXH3-64 of the database's name
///
/// so that a record under another key, or in another database, is found too. Of a safetensors value
/// only the length and the header are taken, which hold the checksum of the numbers.
struct RecordChecksum: Sendable {
  /// The database.
  let database: String
  /// XXH3-64 of its name.
  let tag: UInt64
  private let isOfHeader: Bool

  init(of database: String) {
    self.database = database
    tag = Self.tag(database)
    isOfHeader = Layout.holdsValues(database)
  }

  /// XXH3-64 of a database's name.
  static func tag(_ database: String) -> UInt64 {
    unsafe Array(database.utf8).withUnsafeBytes { unsafe XXH3.checksum($0) }
  }

  /// The checksum of a record.
  func checksum(key: RawSpan, value: RawSpan) -> UInt64 {
    let seed = unsafe key.withUnsafeBytes { unsafe XXH3.checksum($0, seed: tag) }
    return unsafe value.withUnsafeBytes { bytes in
      unsafe XXH3.checksum(
        UnsafeRawBufferPointer(rebasing: bytes.prefix(length(of: bytes))), seed: seed)
    }
  }

  /// The checksum of a record.
  func checksum(key: String, value: RawSpan) -> UInt64 {
    checksum(key: unsafe Array(key.utf8).span.bytes, value: value)
  }

  /// The bytes of a value that are taken.
  private func length(of value: UnsafeRawBufferPointer) -> Int {
    guard isOfHeader, value.count >= 8 else { return value.count }
    return 8 + Int(min(unsafe LittleEndian.number(0, in: value), UInt64(value.count - 8)))
  }
}

/// The checksums of all records of one key, in the database `checksums` under that key. For each
/// database that has such a record, in the order of the first number:
///
///     8 bytes   XXH3-64 of the database's name
///     8 bytes   checksum of the record, see RecordChecksum
///
/// in little-endian order.
struct KeyChecksums {
  private var pairs: [(tag: UInt64, checksum: UInt64)] = []

  init(_ bytes: [UInt8]?) {
    guard let bytes, bytes.count % 16 == 0 else { return }
    pairs = unsafe bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 16).map {
        unsafe (LittleEndian.number(2 * $0, in: bytes), LittleEndian.number(2 * $0 + 1, in: bytes))
      }
    }
  }

  /// The checksum for a database in stored bytes, without a copy of them.
  static func find(_ tag: UInt64, in bytes: UnsafeRawBufferPointer) -> UInt64? {
    for index in 0..<bytes.count / 16 where unsafe LittleEndian.number(2 * index, in: bytes) == tag
    {
      return unsafe LittleEndian.number(2 * index + 1, in: bytes)
    }
    return nil
  }

  var isEmpty: Bool { pairs.isEmpty }

  var encoded: [UInt8] { LittleEndian.bytes(pairs.flatMap { [$0.tag, $0.checksum] }) }

  /// Whether all checksums in stored bytes are of some databases, given by their tags; so they are where the
  /// bytes are none.
  static func areAll(of tags: Set<UInt64>, in bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count % 16 == 0 else { return true }
    for index in 0..<bytes.count / 16 {
      guard tags.contains(unsafe LittleEndian.number(2 * index, in: bytes)) else { return false }
    }
    return true
  }

  /// All checksums with the tags of their databases.
  var all: [(tag: UInt64, checksum: UInt64)] { pairs }

  /// Sets or takes away the checksum for a database.
  ///
  /// - Returns: the one before.
  mutating func set(_ tag: UInt64, to checksum: UInt64?) -> UInt64? {
    let index = pairs.firstIndex { $0.tag >= tag } ?? pairs.count
    let old = index < pairs.count && pairs[index].tag == tag ? pairs.remove(at: index) : nil
    if let checksum { pairs.insert((tag, checksum), at: index) }
    return old?.checksum
  }
}

/// How many records a database has, and the sum of their checksums modulo 2^64, in the database
/// `totals` under the database's name, as two little-endian 64-bit integers: with it a record is
/// missed that has gone with its checksum, and a database that is read whole is checked without a
/// look-up of each record.
struct RecordTotal: Equatable {
  private(set) var count = 0
  private(set) var sum: UInt64 = 0

  init() {}

  init?(_ bytes: [UInt8]?) {
    guard let bytes, bytes.count == 16 else { return nil }
    (count, sum) = unsafe bytes.withUnsafeBytes { bytes in
      unsafe (
        Int(truncatingIfNeeded: LittleEndian.number(0, in: bytes)),
        LittleEndian.number(1, in: bytes)
      )
    }
  }

  var encoded: [UInt8] { LittleEndian.bytes([UInt64(bitPattern: Int64(count)), sum]) }

  mutating func add(_ checksum: UInt64) {
    count += 1
    sum &+= checksum
  }

  /// Takes one record's checksum for another's; nil for no record.
  mutating func replace(_ old: UInt64?, by new: UInt64?) {
    count += (new == nil ? 0 : 1) - (old == nil ? 0 : 1)
    sum = sum &- (old ?? 0) &+ (new ?? 0)
  }

  mutating func add(_ other: RecordTotal) {
    count &+= other.count
    sum &+= other.sum
  }
}
