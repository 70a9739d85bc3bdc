import Corpus
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import DatasetCache

/// A damaged block is found whenever a sample that touches it is read, and by no other.
@Suite struct BlockCheckingTests {
  @Test(arguments: 0..<8) func samplesFindTheBlocksThatTheyTouch(seed: UInt64) throws {
    let cache = try BlockCache()
    var generator = SeededGenerator(seed: seed)
    let track = cache.made.tracks[Int.random(in: 0..<3, using: &generator)]
    let number = Int.random(in: 0..<track.frames, using: &generator)
    let damaged = BlockCache.block(of: number, frames: track.frames)
    try cache.flip(number, bit: Int.random(in: 0..<16, using: &generator), of: track)

    let samples = try Cache.open(at: cache.path, for: .loading).samples(view: .waveform)
    let slices = cache.made.slices(.waveform)
    var failures = 0
    for sample in (0..<samples.count).shuffled(using: &generator) {
      let location = slices[sample]
      let owner = cache.made.tracks[location.track]
      let window =
        location.slice * MadeTrack.hop..<location.slice * MadeTrack.hop + MadeTrack.length
      let isTouched =
        owner.id == track.id
        && BlockCache.block(of: window.lowerBound, frames: owner.frames) <= damaged
        && BlockCache.block(of: window.upperBound - 1, frames: owner.frames) >= damaged
      if Bool.random(using: &generator) { samples.prefetch(sample) }
      do throws(SampleError) {
        let values = try numbers(samples, sample).values
        #expect(!isTouched, "slice \(location.slice) of \(owner.id)")
        let isRight = values == owner.slice(.waveform, location.slice)
        #expect(isRight)
      } catch {
        failures += 1
        #expect(isTouched, "slice \(location.slice) of \(owner.id)")
        #expect(error.kind == .damaged && error.subject.hasPrefix("'\(track.id)' in 'waveform/"))
        #expect(error.detail == "its data does not have its checksum")
      }
    }
    #expect(failures >= 28)
  }

  /// Windows that begin anywhere, as random crops do, and of any length.
  @Test(arguments: 0..<8) func cropsFindTheBlocksThatTheyTouch(seed: UInt64) throws {
    let cache = try BlockCache()
    var generator = SeededGenerator(seed: seed &+ 100)
    let track = cache.made.tracks[Int.random(in: 0..<3, using: &generator)]
    let number = Int.random(in: 0..<track.frames, using: &generator)
    let damaged = BlockCache.block(of: number, frames: track.frames)
    try cache.flip(number, of: track)

    let samples = try Cache.open(at: cache.path, for: .loading).samples(view: .waveform)
    let first = try #require(
      (0..<samples.count).first { samples.trackID(samples.location(of: $0).track) == track.id })
    var failures = 0
    for _ in 0..<300 {
      let start = Int.random(in: -50..<track.frames, using: &generator)
      let end = start + Int.random(in: 1...9_000, using: &generator)
      let read = max(0, start)..<min(track.frames, end)
      let isTouched =
        !read.isEmpty && BlockCache.block(of: read.lowerBound, frames: track.frames) <= damaged
        && BlockCache.block(of: read.upperBound - 1, frames: track.frames) >= damaged
      let reach: (SampleWindow) -> Range<Int> = { window in
        #expect(window.trackElements == track.frames)
        return start..<end
      }
      let error: SampleError?
      do throws(SampleError) {
        try samples.read(first, reaching: reach) { _, _ in }
        error = nil
      } catch let found {
        error = found
      }
      #expect((error != nil) == isTouched, "numbers \(start) to \(end)")
      failures += error == nil ? 0 : 1
    }
    #expect(failures > 0 && failures < 300)
  }

  /// Pictures have blocks of 171 slices here; a divided track is lent slice by slice.
  @Test(arguments: [View.mel, .waveform]) func sidesOfDividedTracksFindThem(_ view: View) throws {
    let cache = try BlockCache(views: [.waveform, .mel])
    try Cache.open(at: cache.path, for: .writing).putSplit(try cache.made.split(.slices))
    let track = cache.made.tracks[0]
    let number = view == .mel ? 9_000 : 12_000
    try cache.flip(number, of: track, view)
    let size = view == .mel ? 24 : MadeTrack.hop
    let isTouched: (Int) -> Bool = { slice in
      if view == .mel { return slice >= 171 }
      return slice * size < 12_600 && slice * size + MadeTrack.length > 8_400
    }
    let opened = try Cache.open(at: cache.path, for: .loading)
    var failures = 0
    for side in ["train", "test"] {
      let samples = try opened.samples(view: view, split: "half", side: side)
      for sample in 0..<samples.count {
        let location = samples.location(of: sample)
        let found = try? numbers(samples, sample).values
        let isBad = location.track == 0 && isTouched(location.slice)
        failures += isBad ? 1 : 0
        let expected = cache.made.tracks[location.track].slice(view, location.slice)
        let isRight = isBad ? found == nil : found == expected
        #expect(isRight, "slice \(location.slice) of track \(location.track)")
      }
    }
    #expect(failures >= 28)
  }

  @Test func threadsThatTouchABlockAtOnceFindTheSame() throws {
    let cache = try BlockCache(frames: [40_000, 40_000])
    try cache.flip(14_000, of: cache.made.tracks[1])
    let opened = try Cache.open(at: cache.path, for: .loading)
    let slices = cache.made.slices(.waveform)
    for _ in 0..<20 {
      let samples = try opened.samples(view: .waveform)
      let bad = Set(
        slices.indices.filter { sample in
          let start = slices[sample].slice * MadeTrack.hop
          return slices[sample].track == 1 && start < 16_800 && start + MadeTrack.length > 12_600
        })
      let race = Race(samples: samples, bad: bad)
      var threads = [pthread_t](repeating: 0, count: 4)
      for index in threads.indices {
        let raw = unsafe Unmanaged.passRetained(race).toOpaque()
        unsafe pthread_create(&threads[index], nil, Race.run, raw)
      }
      for thread in threads { pthread_join(thread, nil) }
      #expect(race.wrong.withLock { $0 } == [])
    }
  }

  /// Reads everything in an order of its own and notes what was found where it should not be, or
  /// not.
  final class Race: Sendable {
    let samples: CacheSamples
    let bad: Set<Int>
    let wrong = Mutex<[Int]>([])

    init(samples: CacheSamples, bad: Set<Int>) {
      self.samples = samples
      self.bad = bad
    }

    static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { raw in
      guard let raw = unsafe raw else { return nil }
      unsafe Unmanaged<Race>.fromOpaque(raw).takeRetainedValue().readAll()
      return nil
    }

    private func readAll() {
      var generator = SystemRandomNumberGenerator()
      for sample in (0..<samples.count).shuffled(using: &generator) {
        let isRead = (try? samples.read(sample) { _, _ in }) != nil
        if isRead == bad.contains(sample) { wrong.withLock { $0.append(sample) } }
      }
    }
  }

  @Test func theMemoryIsBounded() throws {
    let cache = try BlockCache()
    let opened = try Cache.open(at: cache.path, for: .loading)
    let samples = try opened.samples(view: .waveform)
    #expect(samples.indexByteCount <= 3 * 32 + samples.count * 8 + 64)
    let unchecked = try opened.samples(view: .waveform, verification: .none)
    #expect(unchecked.indexByteCount < samples.indexByteCount)
  }
}
