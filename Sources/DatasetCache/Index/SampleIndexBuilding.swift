import Corpus
import LMDBStore
import Safetensors

/// Makes the values of ``SampleIndex`` from the records of one state of a cache.
struct SampleIndexBuilder {
  let state: CacheState
  private let scan: TrackScan

  /// Reads all records of tracks, once for all values.
  ///
  /// - Parameter fingerprints: of the views whose slices will be asked for.
  init(state: CacheState, fingerprints: [View: Fingerprint]) throws(CacheError) {
    self.state = state
    scan = try TrackScan(state, fingerprints: fingerprints)
  }

  /// The value of the tracks.
  func tracks() throws(CacheError) -> SafetensorsWriter { try scan.value() }

  /// The value of the slices of a view.
  ///
  /// - Throws: `CacheError` `.damaged` where a track lacks the slices that its record promises, or
  ///   has windows of another length than the others.
  func slices(
    of view: View, fingerprint: Fingerprint, facts: ViewFacts, tracks: TrackColumns
  ) throws(CacheError) -> SafetensorsWriter {
    var counts = [Int32](repeating: 0, count: tracks.count)
    var frames = [Int64](repeating: 0, count: tracks.count)
    var isMissing = scan.members[view] ?? []
    var window: SliceIndex?
    var track = 0
    let name = Layout.slices(view)
    try state.walk(name) { (key, bytes) throws(CacheError) in
      while track < tracks.count, unsafe Self.precedes(tracks.key(track), key) { track += 1 }
      guard track < tracks.count, unsafe Self.isEqual(tracks.key(track), key), isMissing[track]
      else { return }
      guard let slices = SliceIndex(copy(bytes) ?? []), slices.isSound(of: facts) else {
        throw Self.damage(name, tracks.id(track), "is no index of slices")
      }
      if facts.isSignal {
        let first = window ?? slices
        guard first.length == slices.length, first.hop == slices.hop else {
          throw Self.damage(
            name, tracks.id(track),
            "has windows of \(slices.length) samples every \(slices.hop), where others have "
              + "\(first.length) every \(first.hop)")
        }
        window = first
      }
      counts[track] = Int32(slices.count)
      frames[track] = Int64(slices.frames)
      isMissing[track] = false
    }
    if let missing = isMissing.firstIndex(of: true) {
      throw Self.damage(name, tracks.id(missing), "is not there, and its record names it")
    }
    var metadata = ["view": view.rawValue, "fingerprint": fingerprint.hex]
    if let window {
      metadata["length"] = "\(window.length)"
      metadata["hop"] = "\(window.hop)"
    }
    let tensors = [
      Tensor("counts", shape: [counts.count], counts),
      Tensor("frames", shape: [frames.count], frames),
    ]
    return try inTensors { () throws(TensorError) in
      try SafetensorsWriter(tensors: tensors, metadata: metadata)
    }
  }

  /// The value of a split; nil where there is none of that name.
  static func split(
    _ name: String, _ state: CacheState, _ tracks: TrackColumns
  ) throws(CacheError) -> SafetensorsWriter? {
    guard let json = try state.bytes(of: name, in: Layout.splits) else { return nil }
    let split = try Cache.decodeSplit(json, name: name)
    var sides: [Int16] = []
    if split.plan.policy != .slices {
      let sideIndices = Dictionary(
        split.sides.enumerated().map { ($1, Int16($0)) }, uniquingKeysWith: { first, _ in first })
      sides = (0..<tracks.count).map { track in
        split.assignment[tracks.id(track)].flatMap { sideIndices[$0] } ?? -1
      }
    }
    let frame: [UInt8]
    do {
      frame = try CanonicalJSON.encode(
        Split(plan: split.plan, sides: split.sides, assignment: [:]))
    } catch {
      throw damage(Layout.splits, name, "\(error)")
    }
    return try inTensors { () throws(TensorError) in
      try SafetensorsWriter(
        tensors: [Tensor("sides", shape: [sides.count], sides)],
        metadata: ["split": String(decoding: frame, as: UTF8.self)])
    }
  }

  private static func precedes(_ first: UnsafeRawBufferPointer, _ second: RawSpan) -> Bool {
    unsafe second.withUnsafeBytes { unsafe first.lexicographicallyPrecedes($0) }
  }

  private static func isEqual(_ first: UnsafeRawBufferPointer, _ second: RawSpan) -> Bool {
    unsafe second.withUnsafeBytes { unsafe first.elementsEqual($0) }
  }

  private static func damage(_ database: String, _ key: String, _ detail: String) -> CacheError {
    CacheError(
      kind: .damaged, operation: "index", subject: "'\(key)' in '\(database)'", detail: detail,
      hint: CacheError.repairHint)
  }
}

extension SliceIndex {
  /// Whether its numbers can be those of a track in a view.
  fileprivate func isSound(of facts: ViewFacts) -> Bool {
    guard (0...Int(Int32.max)).contains(count), frames >= 0 else { return false }
    if !facts.isSignal || count == 0 { return true }
    let (start, isLarge) = (count - 1).multipliedReportingOverflow(by: hop)
    return length > 0 && hop >= 0 && length <= frames && !isLarge && start <= frames - length
  }
}
