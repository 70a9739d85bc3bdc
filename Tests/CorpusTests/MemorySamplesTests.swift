import Testing

@testable import Corpus

/// Samples whose numbers are in memory, and several sources as one.
@Suite struct MemorySamplesTests {
  static func samples(
    _ name: String, tracks: [Int], labels: [String] = ["a", "b"], first: Float = 0
  ) throws -> MemorySamples {
    try MemorySamples(
      name: name, identity: "id-\(name)", shape: [2, 1], labels: labels,
      trackIDs: (0...(tracks.max() ?? 0)).map { "\(name)\($0)" },
      rows: tracks.enumerated().map { .init(label: $1 % 2, track: $1, slice: $0) },
      values: (0..<2 * tracks.count).map { first + Float($0) })
  }

  static func numbers(_ source: any SampleSource, _ sample: Int) throws -> [Float] {
    var result: [Float] = []
    try source.read(sample) { bytes, window in
      #expect(window.type == .float32 && !window.isSignal)
      for index in window.elements {
        result.append(bytes.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: Float.self))
      }
    }
    return result
  }

  @Test func rowsAreLent() throws {
    let samples = try Self.samples("m", tracks: [0, 0, 1])
    #expect(samples.count == 3 && samples.shape == [2, 1] && samples.labels == ["a", "b"])
    #expect(samples.name == "m" && samples.identity == "id-m")
    for row in 0..<3 {
      #expect(try Self.numbers(samples, row) == [Float(2 * row), Float(2 * row + 1)])
      #expect(samples.label(of: row) == [0, 0, 1][row])
      #expect(samples.location(of: row) == SampleLocation(track: [0, 0, 1][row], slice: row))
      samples.prefetch(row)
    }
    #expect(samples.trackID(1) == "m1" && samples.trackID(2) == "" && samples.trackID(-1) == "")
    #expect(samples.keptStatistics(.first) == nil)
  }

  @Test(arguments: [
    ([2], 5, 0, 0), ([2], 3, 0, 0), ([2], 4, 2, 0), ([2], 4, -1, 0), ([2], 4, 0, 1),
    ([2], 4, 0, -1), ([0], 0, 0, 0), ([2, 0], 0, 0, 0),
  ])
  func rowsThatDoNotFitAreRefused(
    _ shape: [Int], values: Int, label: Int, track: Int
  ) throws {
    let error = try #require(throws: SampleError.self) {
      try MemorySamples(
        name: "table", identity: "", shape: shape, labels: ["a", "b"], trackIDs: ["t"],
        rows: [
          .init(label: label, track: track, slice: 0), .init(label: 0, track: 0, slice: 1),
        ], values: [Float](repeating: 0, count: values))
    }
    #expect(error.kind == .damaged && error.subject == "table" && !error.hint.isEmpty)
  }

  @Test func shapesBeyondCountingAreRefused() {
    #expect(throws: SampleError.self) {
      try MemorySamples(
        name: "", identity: "", shape: [1 << 40, 1 << 40], labels: ["a"], trackIDs: ["t"],
        rows: [.init(label: 0, track: 0, slice: 0)], values: [])
    }
  }
}

@Suite struct JoinedSamplesTests {
  private func parts() throws -> [MemorySamples] {
    [
      try MemorySamplesTests.samples("x", tracks: [0, 0, 1]),
      try MemorySamplesTests.samples("y", tracks: [1]),
      try MemorySamplesTests.samples("z", tracks: [0, 2], first: 50),
    ]
  }

  /// Each sample is what it was in its part, and no two parts share a track.
  private func check(_ joined: JoinedSamples, _ parts: [any SampleSource]) throws {
    var sample = 0
    var owners: [Int: String] = [:]
    for (number, part) in parts.enumerated() {
      for own in 0..<part.count {
        let numbers = try MemorySamplesTests.numbers(joined, sample)
        #expect(try numbers == MemorySamplesTests.numbers(part, own))
        #expect(joined.label(of: sample) == part.label(of: own))
        let location = joined.location(of: sample)
        #expect(location.slice == part.location(of: own).slice)
        let id = part.trackID(part.location(of: own).track)
        #expect(joined.trackID(location.track) == id && !id.isEmpty)
        let owner = owners.updateValue("\(number)/\(id)", forKey: location.track)
        #expect(owner == nil || owner == "\(number)/\(id)")
        sample += 1
      }
    }
    #expect(joined.count == sample)
    #expect(joined.trackID(-1) == "" && joined.trackID(1 << 50) == "")
  }

  @Test func partsFollowOneAnother() throws {
    let parts = try parts()
    let joined = try JoinedSamples(parts)
    try check(joined, parts)
    #expect(joined.name == "x and 2 more" && joined.identity == "id-x+id-y+id-z")
    #expect(joined.shape == [2, 1] && joined.labels == ["a", "b"])
    #expect(try JoinedSamples([parts[2], parts[0]]).identity == "id-z+id-x")
    let one = try JoinedSamples([parts[1]])
    try check(one, [parts[1]])
    #expect(one.name == "y" && one.identity == "id-y")
  }

  /// Tracks of joined sources that are joined again stay apart.
  @Test func joinedSourcesMayBeJoined() throws {
    let parts = try parts()
    let inner = try JoinedSamples([parts[0], parts[1]])
    try check(try JoinedSamples([inner, parts[2], inner]), [inner, parts[2], inner])
  }

  @Test func emptyPartsAreNoHarm() throws {
    let parts = try parts()
    let empty = try MemorySamples(
      name: "e", identity: "e", shape: [2, 1], labels: ["a", "b"], trackIDs: [], rows: [],
      values: [])
    for order in [[empty, parts[0], parts[2]], [parts[0], empty, parts[2]], [parts[0], empty]] {
      try check(try JoinedSamples(order), order)
    }
  }

  @Test func partsThatDifferAreRefused() throws {
    let other = try MemorySamplesTests.samples("o", tracks: [0], labels: ["a", "c"])
    for parts: [any SampleSource] in [[], [try parts()[0], other]] {
      let error = try #require(throws: SampleError.self) { try JoinedSamples(parts) }
      #expect(error.hint == "join sides of one split")
    }
  }
}
