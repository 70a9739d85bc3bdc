import Corpus
import LMDBStore
import Testing

@testable import DatasetCache

@Suite struct SampleIndexTests {
  let made: MadeCache

  init() throws {
    made = try MadeCache(tracks: 45, seed: 3)
    let cache = try Cache.open(at: made.path, for: .writing)
    try cache.putSplit(try made.split())
    try cache.putSplit(try made.split(.slices, name: "sliced"))
  }

  /// Everything that samples say about themselves, for every view, of all tracks and of every side.
  private func everything() throws -> [String] {
    let cache = try Cache.open(at: made.path, for: .loading)
    var all: [String] = []
    let choices = [(nil, nil), ("half", "train"), ("half", "test"), ("sliced", "train")]
    for view in View.loadable {
      for (split, side) in choices {
        let samples = try cache.samples(view: view, split: split, side: side)
        all.append("\(samples.name) \(samples.identity) \(samples.shape) \(samples.labels)")
        for sample in 0..<samples.count {
          let location = samples.location(of: sample)
          let (values, window) = try numbers(samples, sample)
          all.append(
            "\(samples.trackID(location.track)) \(location.slice) \(samples.label(of: sample)) "
              + "\(window) \(values.reduce(0, +))")
        }
      }
    }
    return all
  }

  private func indexKeys() throws -> [String] {
    let shard = try Environment(path: "\(made.path)/shard-00000.lmdb")
    guard let index = try shard.database(named: "index") else { return [] }
    return try shard.read { transaction throws(StoreError) in
      var keys: [String] = []
      var cursor = try transaction.cursor(in: index)
      while try cursor.next() { keys.append(cursor.keyText) }
      return keys
    }
  }

  private static let all = [
    "slices/features", "slices/features-30s", "slices/mel", "slices/waveform", "split/half",
    "split/sliced", "tracks",
  ]

  private func write(_ body: (Cache) throws -> Void) throws {
    try body(try Cache.open(at: made.path, for: .writing))
  }

  @Test func withAndWithoutItTheSamplesAreTheSame() throws {
    let without = try everything()
    #expect(try indexKeys() == [])
    try write { try $0.writeIndex() }
    #expect(try indexKeys() == Self.all)
    let with = try everything()
    #expect(with.count > 500)
    #expect(with == without)
  }

  @Test func itIsNoPartOfTheDigest() throws {
    let before = try Cache.open(at: made.path, for: .reading).digest()
    try write { try $0.writeIndex() }
    let cache = try Cache.open(at: made.path, for: .reading)
    #expect(try cache.digest() == before)
    #expect(try cache.verify() == [])
  }

  @Test func whatChangesTracksTakesItAway() throws {
    let changes: [(String, (Cache) throws -> Void)] = [
      ("store", { try $0.store([try made.tracks[0].prepared()]) }),
      ("remove", { try $0.remove(tracks: [made.tracks[1].id]) }),
      (
        "quarantine",
        { cache in
          let track = made.tracks[2]
          try cache.quarantine(
            QuarantineRecord(
              id: track.id, path: "\(track.label)/\(track.id).wav", label: track.label,
              code: "gone", message: "gone"))
        }
      ),
      ("drop", { try $0.dropStaleViews(keeping: try $0.fingerprints()) }),
      (
        "repair",
        {
          try $0.repair([
            CacheProblem(kind: .damaged, database: "tracks", key: made.tracks[3].id, detail: "")
          ])
        }
      ),
    ]
    for (name, change) in changes {
      try write { try $0.writeIndex() }
      #expect(try indexKeys() == Self.all)
      try write(change)
      #expect(try indexKeys() == [], "after \(name)")
    }
    let without = try everything()
    try write { try $0.writeIndex() }
    #expect(try everything() == without)
  }

  @Test func aSplitTakesOnlyItsOwnAway() throws {
    try write { try $0.writeIndex() }
    try write { try $0.putSplit(try made.split()) }
    #expect(try indexKeys() == Self.all, "the same split again changes nothing")
    let other = try Split.make(
      try SplitPlan(policy: .stratified, seed: 77, division: .ratios([0.6, 0.4]), name: "half"),
      tracks: made.tracks.map { SplitTrack(id: $0.id, label: $0.label) })
    try write { try $0.putSplit(other) }
    #expect(try indexKeys() == Self.all.filter { $0 != "split/half" })
    try write { try $0.removeSplit(name: "sliced") }
    #expect(try indexKeys() == Self.all.filter { !$0.hasPrefix("split/") })
  }

  @Test func anotherRecipeOfAViewIsNotReadByTheOldIndex() throws {
    try write { try $0.writeIndex() }
    try write { try MadeCache.describe($0, views: View.loadable, recipe: "two") }
    #expect(try indexKeys() == Self.all)
    let cache = try Cache.open(at: made.path, for: .loading)
    let error = #expect(throws: CacheError.self) { try cache.samples(view: .mel) }
    #expect(error?.kind == .noSamples)
  }

  @Test func aDamagedOneIsNamedAndMended() throws {
    try write { try $0.writeIndex() }
    do {
      let shard = try Environment(path: "\(made.path)/shard-00000.lmdb")
      try shard.write { transaction throws(StoreError) in
        let index = try transaction.database(named: "index")
        var value = copied(try transaction.value(for: "tracks", in: index))
        value[value.count - 1] ^= 1
        try transaction.put(value, for: "tracks", in: index)
      }
    }
    let error = #expect(throws: CacheError.self) {
      try Cache.open(at: made.path, for: .loading).samples(view: .mel)
    }
    #expect(error?.kind == .damaged)
    #expect(error?.description.contains("'tracks' in 'index'") == true)
    try write { cache in
      let problems = try cache.verify()
      #expect(problems.map(\.key) == ["tracks"] && problems.map(\.database) == ["index"])
      #expect(try cache.repair(problems) == [])
      #expect(try cache.verify() == [])
    }
    #expect(try everything().count > 500)
  }

  @Test func theMemoryOfTheTableIsBounded() throws {
    let samples = try Cache.open(at: made.path, for: .loading).samples(view: .features30s)
    #expect(samples.count == 45)
    #expect(samples.indexByteCount <= 45 * 24 + 64)
  }
}
