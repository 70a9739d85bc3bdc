import Corpus
import DatasetCache
import Glibc
import Safetensors
import Synchronization
import Testing

@Suite struct CacheSamplesTests {
  @Test(arguments: View.loadable) func everySampleIsTheSliceItIsSaidToBe(_ view: View) throws {
    let made = try MadeCache(tracks: 40)
    let cache = try Cache.open(at: made.path, for: .loading)
    let samples = try cache.samples(view: view)
    let expected = made.slices(view)
    #expect(samples.count == expected.count)
    #expect(samples.labels == ["blues", "jazz", "rock"])
    let shapes: [View: [Int]] = [
      .features: [57], .features30s: [57], .waveform: [300], .mel: [4, 6],
    ]
    #expect(samples.shape == shapes[view])
    var types: Set<SampleType> = []
    for (sample, location) in expected.enumerated() {
      let track = made.tracks[location.track]
      #expect(
        samples.location(of: sample) == SampleLocation(track: location.track, slice: location.slice)
      )
      #expect(samples.trackID(location.track) == track.id)
      #expect(samples.labels[samples.label(of: sample)] == track.label)
      let (values, window) = try numbers(samples, sample)
      let isRight = values == track.slice(view, location.slice)
      #expect(isRight, "sample \(sample)")
      #expect(window.isSignal == (view == .waveform))
      let whole = view == .waveform ? track.frames : track.count(view) * values.count
      #expect(window.trackElements == whole)
      types.insert(window.type)
    }
    #expect(types == (view == .waveform ? [.int16, .float32] : [.float32]))
  }

  @Test(arguments: [SplitPolicy.stratified, .slices])
  func sidesShareTheSamplesOut(_ policy: SplitPolicy) throws {
    let made = try MadeCache(tracks: 60, seed: 5)
    let split = try made.split(policy)
    try Cache.open(at: made.path, for: .writing).putSplit(split)
    let cache = try Cache.open(at: made.path, for: .loading)
    var identities: Set<String> = []
    for view in View.loadable {
      var seen: [SampleLocation: Int] = [:]
      for side in split.sides {
        let samples = try cache.samples(view: view, split: "half", side: side)
        identities.insert(samples.identity)
        var last = (-1, -1)
        for sample in 0..<samples.count {
          let location = samples.location(of: sample)
          seen[location, default: 0] += 1
          #expect(split.side(of: samples.trackID(location.track), slice: location.slice) == side)
          #expect(last < (location.track, location.slice))
          last = (location.track, location.slice)
          let (values, window) = try numbers(samples, sample)
          let isRight = values == made.tracks[location.track].slice(view, location.slice)
          #expect(isRight, "sample \(sample) of \(side) in \(view)")
          // What lies beside a slice of a divided track may be of the other side.
          #expect(policy != .slices || window.trackElements == values.count)
          #expect(policy == .slices || window.trackElements == wholeCount(made, location, view))
          #expect(try lentBytes(samples, sample) == window.trackElements * window.type.size)
        }
      }
      #expect(seen.count == made.slices(view).count && seen.values.allSatisfy { $0 == 1 })
    }
    #expect(identities.count == 8)
  }

  private func wholeCount(_ made: MadeCache, _ location: SampleLocation, _ view: View) -> Int {
    let track = made.tracks[location.track]
    return view == .waveform ? track.frames : track.count(view) * track.slice(view, 0).count
  }

  private func lentBytes(_ samples: CacheSamples, _ sample: Int) throws -> Int {
    var count = 0
    try samples.read(sample) { bytes, _ in count = bytes.byteCount }
    return count
  }

  @Test func whatIsNotThereIsNamedWithWhatIs() throws {
    let made = try MadeCache(tracks: 8, views: [.features, .mel])
    try Cache.open(at: made.path, for: .writing).putSplit(try made.split())
    let cache = try Cache.open(at: made.path, for: .loading)
    func refusal(_ body: () throws -> CacheSamples) -> CacheError? {
      #expect(throws: CacheError.self) { try body() }
    }
    let view = refusal { try cache.samples(view: .waveform) }
    #expect(view?.kind == .unknownName)
    #expect(view?.description.contains("it has features, mel") == true)
    let split = refusal { try cache.samples(view: .mel, split: "thirds", side: "train") }
    #expect(split?.kind == .unknownName && split?.description.contains("it has half") == true)
    let side = refusal { try cache.samples(view: .mel, split: "half", side: "dev") }
    #expect(side?.kind == .unknownName)
    #expect(side?.description.contains("its sides are train, test") == true)
    #expect(refusal { try cache.samples(view: .mel, split: "half") }?.kind == .unknownName)
    #expect(refusal { try cache.samples(view: .mel, side: "train") }?.kind == .unknownName)
  }

  @Test func anEmptySideIsRefused() throws {
    let made = try MadeCache(tracks: 8)
    let plan = try SplitPlan(
      policy: .published("theirs"), seed: 0, division: .sides(["train", "test"]), name: "theirs")
    let split = try Split(
      plan: plan, sides: plan.sides,
      assignment: Dictionary(uniqueKeysWithValues: made.tracks.map { ($0.id, "train") }))
    try Cache.open(at: made.path, for: .writing).putSplit(split)
    let cache = try Cache.open(at: made.path, for: .loading)
    let error = #expect(throws: CacheError.self) {
      try cache.samples(view: .mel, split: "theirs", side: "test")
    }
    #expect(error?.kind == .noSamples)
    #expect(error?.description.contains("no track has a slice of mel in test") == true)
  }

  @Test func windowsOfAnotherLengthAreRefused() throws {
    let made = try MadeCache(tracks: 6)
    var odd = try MadeTrack(id: "odd", label: "rock", frames: 900, rows: 2, isFloat: false)
      .prepared()
    odd.values[2].slices = SliceIndex(count: 2, length: 400, hop: 150, frames: 900)
    try Cache.open(at: made.path, for: .writing).store([odd])
    let cache = try Cache.open(at: made.path, for: .loading)
    let error = #expect(throws: CacheError.self) { try cache.samples(view: .waveform) }
    #expect(error?.kind == .damaged)
    #expect(error?.description.contains("windows of 300 samples every 150, where others") == true)
    #expect(try cache.samples(view: .mel).count > 0)
  }

  @Test func aValueOfAnotherShapeIsNamedWhenItIsTouched() throws {
    let made = try MadeCache(tracks: 6)
    var odd = try MadeTrack(id: "zebra", label: "rock", frames: 900, rows: 1, isFloat: false)
      .prepared()
    odd.values[0].tensors = [
      Tensor("features", shape: [1, 40], [Float](repeating: 0, count: 40))
    ]
    try Cache.open(at: made.path, for: .writing).store([odd])
    let samples = try Cache.open(at: made.path, for: .loading).samples(view: .features)
    let last = samples.count - 1
    #expect(samples.trackID(samples.location(of: last).track) == "zebra")
    let error = #expect(throws: SampleError.self) { try numbers(samples, last) }
    #expect(error?.kind == .damaged)
    #expect(error?.description.contains("its shape is [1, 40]") == true)
    #expect(try numbers(samples, 0).values.count == 57)
  }

  @Test func manyThreadsReadTheSame() throws {
    let made = try MadeCache(tracks: 50, seed: 9)
    let samples = try Cache.open(at: made.path, for: .loading).samples(view: .mel)
    let expected = made.slices(.mel).map { made.tracks[$0.track].slice(.mel, $0.slice) }
    let work = Work(samples: samples, expected: expected)
    var threads = [pthread_t](repeating: 0, count: 4)
    for index in threads.indices {
      let raw = unsafe Unmanaged.passRetained(work).toOpaque()
      unsafe pthread_create(&threads[index], nil, Work.run, raw)
    }
    for thread in threads { pthread_join(thread, nil) }
    #expect(work.wrong.withLock { $0 } == [])
  }

  /// What one thread of many does: reads everything in an order of its own.
  final class Work: Sendable {
    let samples: CacheSamples
    let expected: [[Float]]
    let wrong = Mutex<[Int]>([])

    init(samples: CacheSamples, expected: [[Float]]) {
      self.samples = samples
      self.expected = expected
    }

    static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { raw in
      guard let raw = unsafe raw else { return nil }
      unsafe Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().readAll()
      return nil
    }

    private func readAll() {
      var generator = SystemRandomNumberGenerator()
      for sample in (0..<samples.count).shuffled(using: &generator) {
        samples.prefetch(sample)
        if let found = try? numbers(samples, sample).values, found == expected[sample] { continue }
        wrong.withLock { $0.append(sample) }
      }
    }
  }
}
