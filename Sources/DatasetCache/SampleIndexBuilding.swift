import Corpus
import LMDBStore

/// Makes the values of ``SampleIndex`` from the records of one state of a cache.
struct SampleIndexBuilder {
  let state: SampleState

  /// The value of the tracks.
  func tracks() throws(CacheError) -> SafetensorsWriter {
    var ids: [UInt8] = []
    var idEnds: [Int64] = []
    var labels: [Int32] = []
    var numbers: [String: Int32] = [:]
    var content = try SHA256()
    try state.walk(Layout.tracks) { (key, json) throws(CacheError) in
      let facts = try TrackFacts(json, key: key)
      unsafe key.withUnsafeBytes { unsafe ids.append(contentsOf: $0) }
      idEnds.append(Int64(ids.count))
      let next = Int32(numbers.count)
      labels.append(numbers[facts.label, default: next])
      if labels.last == next { numbers[facts.label] = next }
      try content.updateDelimited(key)
      try content.updateDelimited(unsafe facts.md5.span.bytes)
    }
    let names = numbers.keys.sorted(by: ByteOrder.precedes)
    var renumbered = [Int32](repeating: 0, count: names.count)
    for (place, name) in names.enumerated() { renumbered[Int(numbers[name] ?? 0)] = Int32(place) }
    var nameBytes: [UInt8] = []
    var nameEnds: [Int64] = []
    for name in names {
      nameBytes += name.utf8
      nameEnds.append(Int64(nameBytes.count))
    }
    return try SafetensorsWriter(
      tensors: [
        Tensor("id-bytes", shape: [ids.count], ids),
        Tensor("id-ends", shape: [idEnds.count], idEnds),
        Tensor("labels", shape: [labels.count], labels.map { renumbered[Int($0)] }),
        Tensor("label-bytes", shape: [nameBytes.count], nameBytes),
        Tensor("label-ends", shape: [nameEnds.count], nameEnds),
      ], metadata: ["content": try content.finish()])
  }

  /// The value of the slices of a view.
  ///
  /// - Throws: `CacheError` `.damaged` where a track lacks the slices that its record promises, or has
  ///   windows of another length than the others.
  func slices(
    of view: View, fingerprint: Fingerprint, tracks: TrackColumns
  ) throws(CacheError) -> SafetensorsWriter {
    var counts = [Int32](repeating: 0, count: tracks.count)
    var frames = [Int64](repeating: 0, count: tracks.count)
    var isMember = [Bool](repeating: false, count: tracks.count)
    var track = 0
    try state.walk(Layout.tracks) { (key, json) throws(CacheError) in
      isMember[track] = try TrackFacts(json, key: key).views[view] == fingerprint
      track += 1
    }
    var window: SliceIndex?
    track = 0
    let name = Layout.slices(view)
    try state.walk(name) { (key, bytes) throws(CacheError) in
      while track < tracks.count, unsafe Self.precedes(tracks.key(track), key) { track += 1 }
      guard track < tracks.count, unsafe Self.isEqual(tracks.key(track), key), isMember[track]
      else { return }
      guard let slices = SliceIndex(copy(bytes) ?? []), slices.isSound(in: view) else {
        throw Self.damage(name, tracks.id(track), "is no index of slices")
      }
      if view == .waveform {
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
      isMember[track] = false
    }
    if let missing = isMember.firstIndex(of: true) {
      throw Self.damage(name, tracks.id(missing), "is not there, and its record names it")
    }
    var metadata = ["view": view.rawValue, "fingerprint": fingerprint.hex]
    if let window {
      metadata["length"] = "\(window.length)"
      metadata["hop"] = "\(window.hop)"
    }
    return try SafetensorsWriter(
      tensors: [
        Tensor("counts", shape: [counts.count], counts),
        Tensor("frames", shape: [frames.count], frames),
      ], metadata: metadata)
  }

  /// The value of a split; nil where there is none of that name.
  func split(_ name: String, tracks: TrackColumns) throws(CacheError) -> SafetensorsWriter? {
    guard let json = try state.bytes(of: name, in: Layout.splits) else { return nil }
    let split = try Cache.decodeSplit(json, name: name)
    var sides: [Int16] = []
    if split.plan.policy != .slices {
      let places = Dictionary(
        split.sides.enumerated().map { ($1, Int16($0)) }, uniquingKeysWith: { first, _ in first })
      sides = (0..<tracks.count).map { track in
        split.assignment[tracks.id(track)].flatMap { places[$0] } ?? -1
      }
    }
    let frame: [UInt8]
    do {
      frame = try CanonicalJSON.encode(
        Split(plan: split.plan, sides: split.sides, assignment: [:]))
    } catch {
      throw Self.damage(Layout.splits, name, "\(error)")
    }
    return try SafetensorsWriter(
      tensors: [Tensor("sides", shape: [sides.count], sides)],
      metadata: ["split": String(decoding: frame, as: UTF8.self)])
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
      hint: "take it out with lathe inspect --verify --repair and prepare again")
  }
}

/// The few facts of a track's record that an index is made from, read without the rest.
struct TrackFacts {
  private(set) var label = ""
  private(set) var md5: [UInt8] = []
  private(set) var views: [View: Fingerprint] = [:]

  init(_ json: RawSpan, key: RawSpan) throws(CacheError) {
    do throws(CacheError) {
      var scanner = HeaderScanner(copy(json) ?? [])
      try scanner.object { (scanner, name) throws(CacheError) in
        switch name {
        case "label": label = try scanner.string()
        case "md5": md5 = Array(try scanner.string().utf8)
        case "views":
          try scanner.object { (scanner, name) throws(CacheError) in
            let hex = try scanner.string()
            if let view = View(rawValue: name) { views[view] = Fingerprint(hex: hex) }
          }
        default: try scanner.skip()
        }
      }
    } catch {
      let id = String(decoding: copy(key) ?? [], as: UTF8.self)
      throw CacheError(
        kind: .invalidRecord, operation: "read", subject: "track '\(id)'", detail: error.detail,
        hint: "the record is damaged: prepare the track again")
    }
  }
}

extension SliceIndex {
  /// Whether its numbers can be those of a track in a view.
  fileprivate func isSound(in view: View) -> Bool {
    guard (0...Int(Int32.max)).contains(count), frames >= 0 else { return false }
    if view != .waveform || count == 0 { return true }
    let (start, isLarge) = (count - 1).multipliedReportingOverflow(by: hop)
    return length > 0 && hop >= 0 && length <= frames && !isLarge && start <= frames - length
  }
}
