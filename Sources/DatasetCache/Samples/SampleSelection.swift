import Corpus
import LMDBStore
import Safetensors

extension Cache {
  func failure(
    _ kind: CacheError.Kind, _ detail: String, _ hint: String
  ) -> CacheError {
    CacheError(kind: kind, operation: "read samples of", subject: path, detail: detail, hint: hint)
  }

  /// The state of now with the databases of a view, and the view's fingerprint in that very state.
  func state(
    view: View, split: String?
  ) throws(CacheError) -> (state: CacheState, fingerprint: Fingerprint, facts: ViewFacts) {
    var attempts = 0
    while true {
      let known = try fingerprints()
      guard let fingerprint = known[view] else { throw try noView(view) }
      let state = try state([
        Layout.meta, Layout.views, Layout.tracks, Layout.splits, Layout.index,
        Layout.slices(view),
        Layout.values(view, fingerprint), Layout.blocks(of: Layout.values(view, fingerprint)),
      ])
      let current = try state.bytes(of: "fingerprint/\(view.rawValue)", in: Layout.meta)
      if current == Array(fingerprint.hex.utf8) {
        let facts = try state.facts(view, fingerprint)
        guard facts.hasSamples else { throw try noView(view) }
        return (state, fingerprint, facts)
      }
      attempts += 1
      if attempts == 3 {
        throw failure(.store, "its recipe changes all the time", "wait until it is prepared")
      }
    }
  }

  /// The views whose slices can be read as samples, in the order of their names.
  public func sampleViews() throws(CacheError) -> [View] {
    try viewFacts().filter { $0.value.hasSamples }.keys.sorted()
  }

  private func noView(_ view: View) throws(CacheError) -> CacheError {
    let names = try sampleViews().map(\.rawValue)
    return failure(
      .unknownName, "it has no view '\(view.rawValue)'",
      names.isEmpty ? "prepare it again" : "it has \(names.joined(separator: ", "))")
  }

  /// The sides of a split, from the index or from the split itself.
  func sides(
    of name: String, _ state: CacheState, _ tracks: TrackColumns
  ) throws(CacheError) -> SideColumn {
    if let value = try state.indexValue(SampleIndex.split(name)) {
      return try SideColumn(value, name: name, tracks: tracks.count)
    }
    guard let made = try SampleIndexBuilder.split(name, state, tracks) else {
      throw noSplit(named: name, among: try splitNames())
    }
    return try SideColumn(try IndexValue(made), name: name, tracks: tracks.count)
  }

  /// The number of a side in its split; nil where no split was asked for.
  func side(
    _ name: String?, of split: Split?
  ) throws(CacheError) -> (number: Int, name: String)? {
    guard let split else {
      guard let name else { return nil }
      throw failure(.unknownName, "the side '\(name)' is of no split", "name the split too")
    }
    let hint = "its sides are \(split.sides.joined(separator: ", "))"
    guard let name else {
      throw failure(.unknownName, "no side of the split '\(split.plan.name)' is named", hint)
    }
    guard let number = split.sides.firstIndex(of: name) else {
      throw failure(
        .unknownName, "the split '\(split.plan.name)' has no side '\(name)'", hint)
    }
    return (number, name)
  }

  static func table(
    _ tracks: TrackColumns, _ slices: SliceColumns, _ sides: SideColumn?, side: Int?
  ) -> SampleTable? {
    guard let sides, let side else {
      return SampleTable(tracks: tracks.count) { .first(Int(slices.counts[$0])) }
    }
    if sides.split.plan.policy != .slices {
      return SampleTable(tracks: tracks.count) { track in
        .first(Int(sides.numbers[track]) == side ? Int(slices.counts[track]) : 0)
      }
    }
    let name = sides.split.sides[side]
    var numbers: [UInt32] = []
    var ends: [Int] = []
    for track in 0..<tracks.count {
      let id = tracks.id(track)
      for slice in 0..<Int(slices.counts[track])
      where sides.split.side(of: id, slice: slice) == name { numbers.append(UInt32(slice)) }
      ends.append(numbers.count)
    }
    return SampleTable(tracks: tracks.count) { track in
      .some(numbers[(track == 0 ? 0 : ends[track - 1])..<ends[track]])
    }
  }

  /// The shape of a sample: a window of the waveform, or what the first value whose header is sound
  /// says.
  func shape(
    _ view: View, _ facts: ViewFacts, _ state: CacheState, _ values: String,
    _ tracks: TrackColumns, _ slices: SliceColumns, _ table: borrowing SampleTable
  ) throws(CacheError) -> [Int] {
    if facts.isSignal {
      return facts.channels == 1 ? [slices.length] : [slices.length, facts.channels]
    }
    var fault: CacheError?
    for member in 0..<table.memberCount {
      let track = table.track(member)
      do throws(CacheError) {
        let found = unsafe try inStore { () throws(StoreError) in
          let key = unsafe tracks.key(track)
          return unsafe try state.holder(ofTrack: key).rawValue(of: key, in: values)
        }
        guard let found = unsafe found else { continue }
        let header = try inTensors { () throws(TensorError) in
          try SafetensorsHeader(of: unsafe RawSpan(_unsafeBytes: found))
        }
        guard let shape = header.entries.first?.shape, shape.count > 1 else { continue }
        return Array(shape.dropFirst())
      } catch {
        fault = fault ?? error
      }
    }
    throw failure(
      .damaged, "no value of \(view.rawValue) is sound" + (fault.map { ": \($0.detail)" } ?? ""),
      StoredSamples.hint)
  }

  /// What decides which sample has which number, and what is in it.
  static func identity(
    _ view: View, _ fingerprint: Fingerprint, _ tracks: TrackColumns, _ slices: SliceColumns,
    _ sides: SideColumn?, _ side: String?
  ) throws(CacheError) -> String {
    let parts = ["lathe.samples/1", view.rawValue, fingerprint.hex, side ?? ""]
    var hash = try SHA256()
    for part in parts { try hash.updateDelimited(unsafe Array(part.utf8).span.bytes) }
    for value in [tracks.value, slices.value] + (sides.map { [$0.value] } ?? []) {
      for (key, fact) in value.header.metadata.sorted(by: { $0.key < $1.key }) {
        try hash.updateDelimited(unsafe Array("\(key)=\(fact)".utf8).span.bytes)
      }
    }
    return try hash.finish()
  }
}
