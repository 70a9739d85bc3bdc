import Safetensors

/// One of the parts that a cache is divided into, each a file that one process prepares.
///
/// Which one a track lies in is a function of its id alone: the XXH3-64 of its bytes, modulo the
/// number of shards.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// Its number, from 0.
  public let index: Int
  /// How many there are.
  public let count: Int

  /// How many a cache may have: each is a file that a reader holds open.
  public static let possibleCounts = 1...4_096

  /// The shard of a number; nil where there is none.
  public init?(_ index: Int, of count: Int) {
    guard Self.possibleCounts.contains(count), (0..<count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// The shard that a text such as `3/64` names; nil for another text.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Self.number(parts[0]), let count = Self.number(parts[1])
    else { return nil }
    self.init(index, of: count)
  }

  private static func number(_ digits: Substring) -> Int? {
    (1...5).contains(digits.count) && digits.utf8.allSatisfy { (48...57).contains($0) }
      ? Int(digits) : nil
  }

  /// Such as `3/64`.
  public var description: String { "\(index)/\(count)" }

  /// The number of the shard that a track lies in.
  public static func index(of id: String, count: Int) -> Int {
    unsafe Array(id.utf8).withUnsafeBytes { unsafe index(of: $0, count: count) }
  }

  /// Whether a track lies in it.
  public func holds(_ id: String) -> Bool { Self.index(of: id, count: count) == index }

  static func index(of id: UnsafeRawBufferPointer, count: Int) -> Int {
    Int(unsafe XXH3.checksum(id) % UInt64(count))
  }

  /// The name of its file.
  var file: String { Self.file(index) }

  static func file(_ index: Int) -> String { stem(index) + ending }

  /// Whether a name is that of a shard's store.
  static func isFile(_ name: String) -> Bool { name.hasPrefix(prefix) && name.hasSuffix(ending) }

  static let prefix = "shard-"
  private static let ending = ".lmdb"

  /// What the names of its files begin with.
  static func stem(_ index: Int) -> String {
    let digits = String(index)
    return prefix + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}
