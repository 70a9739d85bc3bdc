import Corpus
import Synchronization

/// Samples in memory: `slices` windows of each track, hop half a window, numbers that name their
/// place.
///
/// `@unchecked Sendable`: the numbers are written before anybody else has the source.
@safe final class MemorySource: SampleSource, @unchecked Sendable {
  /// How many there are that are named "counted"; other tests run at the same time.
  static let living = Atomic(0)

  let name: String
  let identity: String
  let shape: [Int]
  let labels: [String]
  let type: SampleType
  let slices: Int
  /// The label of each track.
  let trackLabels: [Int]
  private let length: Int
  private let hop: Int
  private let trackElements: Int
  private let numbers: UnsafeMutableRawPointer
  /// Samples that cannot be read.
  let damaged: Set<Int>
  /// What each read waits for.
  let gate: Gate?
  let pagesAsked = Atomic(0)

  init(
    tracks trackLabels: [Int], slices: Int = 1, shape: [Int] = [4], labels: [String] = ["a", "b"],
    type: SampleType = .float32, damaged: Set<Int> = [], gate: Gate? = nil,
    name: String = "memory", firstValue: Int = 0
  ) {
    if name == "counted" { Self.living.add(1, ordering: .relaxed) }
    self.name = name
    identity = "\(name)-\(trackLabels.count)-\(slices)-\(shape)-\(firstValue)"
    self.shape = shape
    self.labels = labels
    self.type = type
    self.slices = slices
    self.trackLabels = trackLabels
    self.damaged = damaged
    self.gate = gate
    length = shape.reduce(1, *)
    hop = max(1, length / 2)
    trackElements = length + hop * (slices - 1)
    let all = trackElements * trackLabels.count
    unsafe numbers = .allocate(byteCount: max(1, all * type.size), alignment: 64)
    for index in 0..<all {
      let value = firstValue + index
      switch type {
      case .int16:
        unsafe numbers.storeBytes(
          of: Int16(truncatingIfNeeded: value &* 7_919), toByteOffset: 2 * index, as: Int16.self)
      case .float32:
        unsafe numbers.storeBytes(of: Float(value), toByteOffset: 4 * index, as: Float.self)
      case .float16:
        unsafe numbers.storeBytes(of: Float16(value), toByteOffset: 2 * index, as: Float16.self)
      }
    }
  }

  deinit {
    unsafe numbers.deallocate()
    if name == "counted" { Self.living.subtract(1, ordering: .relaxed) }
  }

  var count: Int { trackLabels.count * slices }
  func label(of sample: Int) -> Int { trackLabels[sample / slices] }
  func location(of sample: Int) -> SampleLocation {
    SampleLocation(track: sample / slices, slice: sample % slices)
  }
  func trackID(_ track: Int) -> String { "\(name).\(track)" }
  func prefetch(_ sample: Int) { pagesAsked.add(1, ordering: .relaxed) }

  func read(
    _ sample: Int, _ body: (RawSpan, SampleWindow) -> Void
  ) throws(SampleError) {
    gate?.pass()
    guard !damaged.contains(sample) else {
      throw SampleError(
        kind: .damaged, subject: "sample \(sample)", detail: "is damaged", hint: "mend it")
    }
    let bytes = unsafe UnsafeRawBufferPointer(
      start: numbers + sample / slices * trackElements * type.size,
      count: trackElements * type.size)
    let start = sample % slices * hop
    unsafe body(
      bytes.bytes,
      SampleWindow(
        type: type, elements: start..<start + length, trackElements: trackElements,
        isSignal: shape.count == 1))
  }

  /// The numbers of a sample as a loader delivers them.
  func floats(_ sample: Int) -> [Float] {
    var result: [Float] = []
    try? read(sample) { bytes, window in
      for index in window.elements {
        let offset = index * type.size
        switch type {
        case .int16:
          unsafe result.append(
            Float(bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Int16.self)) / 32_768)
        case .float32:
          unsafe result.append(bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Float.self))
        case .float16:
          unsafe result.append(
            Float(bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Float16.self)))
        }
      }
    }
    return result
  }
}

/// Lets threads through while it is open, and counts who came.
final class Gate: Sendable {
  let isOpen: Atomic<Bool>
  let arrivals = Atomic(0)
  private let free: Int

  /// - Parameter free: how many pass in any case.
  init(isOpen: Bool, free: Int = 0) {
    self.isOpen = Atomic(isOpen)
    self.free = free
  }

  func pass() {
    let arrival = arrivals.add(1, ordering: .sequentiallyConsistent).newValue
    guard arrival > free else { return }
    while !isOpen.load(ordering: .sequentiallyConsistent) { usleepBriefly() }
  }
}
