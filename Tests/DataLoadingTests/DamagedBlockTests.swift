import Corpus
import DatasetCache
import Foundation
import Safetensors
import TestSupport
import Testing

@testable import DataLoading

/// Batches of a cache of which one block of one track is damaged.
@Suite struct DamagedBlockTests {
  private static let length = 8_400
  private static let hop = 4_200
  private static let frames = 50_000
  private static let tracks = 4
  /// The block of this number is damaged, in the track of that number.
  private static let number = 22_222
  private static let damagedTrack = 2

  private let folder: TemporaryFolder
  private var path: String { folder.path("cache") }

  init() throws {
    folder = try TemporaryFolder()
    let cache = try Cache.open(at: folder.path("cache"), for: .creating)
    let fingerprint = try Fingerprint(hashing: [1])
    try cache.store(
      (0..<Self.tracks).map { track in
        let samples = Self.samples(track)
        let id = "track.\(track)"
        return PreparedTrack(
          record: TrackRecord(
            id: id, label: "rock", path: "\(id).wav", md5: String(repeating: "0", count: 32),
            frames: Self.frames, sampleRate: 22_050,
            source: .init(
              container: "WAV", encoding: "PCM_16", sampleRate: 22_050, channels: 1,
              frames: Self.frames), storage: .int16, views: [.waveform: fingerprint]),
          stamp: .init(byteCount: 1, modifiedNanoseconds: 1),
          values: [
            .init(
              view: .waveform, fingerprint: fingerprint,
              tensors: [Tensor("waveform", shape: [samples.count], samples)],
              slices: SliceIndex(
                count: (Self.frames - Self.length) / Self.hop + 1, length: Self.length,
                hop: Self.hop, frames: Self.frames))
          ])
      })
    try cache.describe(
      CacheDescription(
        recipeJSON: Array("{}".utf8), fingerprints: [.waveform: fingerprint],
        manifest: .init(name: "made", sha256: String(repeating: "0", count: 64), tracks: 4)))
  }

  private static func samples(_ track: Int) -> [Int16] {
    var generator = CounterGenerator(seed: UInt64(track) + 1)
    return (0..<frames).map { _ in Int16(truncatingIfNeeded: generator.next()) }
  }

  /// Flips a bit in the file, where the number lies.
  private func damage() throws {
    let shard = URL(filePath: "\(path)/shard-00000.lmdb")
    var file = try Data(contentsOf: shard)
    let after = unsafe Self.samples(Self.damagedTrack)[Self.number..<Self.number + 40]
      .withUnsafeBytes { unsafe Data($0) }
    let offset = try #require(file.range(of: after)).lowerBound
    file[offset] ^= 1
    try file.write(to: shard)
  }

  private struct Outcome: Equatable {
    var rows: [[Float]] = []
    var locations: [(track: Int64, slice: Int64)] = []
    var error: String?

    static func == (first: Outcome, second: Outcome) -> Bool {
      first.rows == second.rows && first.error == second.error
    }
  }

  private func batches(
    threads: Int, _ augmentation: Augmentation?,
    verification: CacheSamples.Verification = .firstTouch
  ) throws -> [Outcome] {
    let samples = try Cache.open(at: path, for: .loading)
      .samples(view: .waveform, verification: verification)
    let loader = try Loader(
      samples,
      configuration: .with {
        $0.batchSize = 8
        $0.threads = threads
        $0.seed = 5
        $0.epochs = 3
        $0.augmentation = augmentation
      })
    var all: [Outcome] = []
    while true {
      do {
        guard let batch = try loader.next() else { return all }
        var outcome = Outcome()
        let numbers = batch.floats
        for row in 0..<batch.count {
          outcome.rows.append((0..<Self.length).map { numbers[row * Self.length + $0] })
          outcome.locations.append((batch.tracks[row], batch.slices[row]))
        }
        all.append(outcome)
      } catch {
        all.append(Outcome(error: "\(error)"))
      }
    }
  }

  /// A batch fails if one of its windows touches the block, and names the first one that does.
  @Test func theBatchesThatWouldHoldItFail() throws {
    let clean = try batches(threads: 1, nil)
    #expect(clean.count == 15)
    try damage()
    let block = Self.number / Self.hop
    for threads in [0, 1, 2, 3] {
      let found = try batches(threads: threads, nil)
      #expect(found.count == clean.count)
      for (index, (found, clean)) in zip(found, clean).enumerated() {
        let row = clean.locations.firstIndex {
          $0.track == Self.damagedTrack && Int($0.slice) <= block && Int($0.slice) + 1 >= block
        }
        guard let row else {
          #expect(found == clean, "batch \(index)")
          continue
        }
        let error = try #require(found.error)
        #expect(error.contains("batch \(index), row \(row) "), "\(error)")
        #expect(error.contains("'track.2' in 'waveform/"), "\(error)")
        #expect(error.contains("its data does not have its checksum"), "\(error)")
      }
    }
  }

  /// Crops at other speeds, mixed: no row with a damaged number is delivered, and some others of
  /// the same track are.
  @Test func noDamagedNumberIsDelivered() throws {
    let everything = augmentation {
      $0.speed = .init(range: 0.9...1.1)
      $0.randomCrop = .init()
      $0.mixup = .init(alpha: 0.4)
    }
    let clean = try batches(threads: 1, everything)
    try damage()
    let unchecked = try batches(threads: 1, everything, verification: .none)
    let first = try batches(threads: 0, everything)
    var failed = 0
    for threads in [1, 2, 3] {
      let found = try batches(threads: threads, everything)
      #expect(found == first)
      for (index, found) in found.enumerated() {
        failed += found.error == nil ? 0 : 1
        if found.error == nil { #expect(found == clean[index], "batch \(index)") }
        if unchecked[index] != clean[index] { #expect(found.error != nil, "batch \(index)") }
      }
    }
    #expect(unchecked != clean && failed > 0)
    let delivered = first.filter { $0.error == nil }.flatMap(\.locations)
    #expect(delivered.contains { $0.track == Self.damagedTrack })
  }
}

extension View {
  fileprivate static let waveform = View(like: "waveform")
}
