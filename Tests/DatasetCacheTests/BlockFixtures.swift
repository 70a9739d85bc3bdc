import Corpus
import LMDBStore
import Testing

@testable import DatasetCache

/// A cache of tracks with several blocks each, and what may befall it.
struct BlockCache {
  let made: MadeCache
  /// Numbers of a block: 28 hops of 150, the first multiple that is not below 4,096.
  static let length = 4_200

  init(frames: [Int] = [30_000, 9_000, 21_111], views: [View] = [.waveform]) throws {
    made = try MadeCache(
      frames.enumerated().map { number, frames in
        MadeTrack(
          id: "track.\(number)", label: ["rock", "blues"][number % 2], frames: frames, rows: 400,
          isFloat: number % 3 == 1)
      }, views: views)
  }

  var path: String { made.path }

  static func values(_ view: View) throws -> String {
    "\(view.rawValue)/\(try fingerprint("one \(view.rawValue)").hex)"
  }

  /// Changes the store behind the cache's back.
  func change(
    _ body: (inout WriteTransaction) throws(StoreError) -> Void
  ) throws {
    try Environment(path: "\(path)/shard-00000.lmdb").write { transaction throws(StoreError) in
      try body(&transaction)
    }
  }

  /// Changes a value of a database.
  func edit(_ database: String, _ key: String, _ body: (inout [UInt8]) -> Void) throws {
    try change { transaction throws(StoreError) in
      let database = try transaction.database(named: database)
      var value = copied(try transaction.value(for: key, in: database))
      body(&value)
      try transaction.put(value, for: key, in: database)
    }
  }

  /// Flips a bit of a number of a track's value.
  func flip(_ number: Int, bit: Int = 3, of track: MadeTrack, _ view: View = .waveform) throws {
    let width = view == .waveform && !track.isFloat ? 2 : 4
    let elements = view == .waveform ? track.frames : track.count(view) * 24
    try edit(try Self.values(view), track.id) { value in
      value[value.count - (elements - number) * width + bit / 8] ^= 1 << (bit % 8)
    }
  }

  /// The keys of a database.
  func keys(_ name: String) throws -> [String] {
    let shard = try Environment(path: "\(path)/shard-00000.lmdb")
    guard let database = try shard.database(named: name) else { return [] }
    return try shard.read { transaction throws(StoreError) in
      var keys: [String] = []
      var cursor = try transaction.cursor(in: database)
      while try cursor.next() { keys.append(cursor.keyText) }
      return keys
    }
  }

  /// The block of a number; what is left over belongs to the last one.
  static func block(of number: Int, frames: Int) -> Int {
    min(number / length, max(1, frames / length) - 1)
  }
}
