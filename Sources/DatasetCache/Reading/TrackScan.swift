import Corpus
import LMDBStore
import Safetensors

/// What all records of tracks say that an index is made from, read in one pass.
struct TrackScan {
  private var ids = PackedKeys()
  /// Of each track the number of its label, -1 where it has none or may have several.
  private var labels: [Int32] = []
  private var labelNames: [String] = []
  /// Where tracks may have several labels: the numbers and weights of all tracks' labels one after the other, and
  /// where each track's end.
  private var tagLabels: [Int32] = []
  private var tagWeights: [Float] = []
  private var tagEnds: [Int64] = []
  private var isTagged = false
  private var content = ""
  /// Whether each track has each view under its fingerprint.
  private(set) var members: [View: [Bool]] = [:]

  init(_ state: CacheState, fingerprints: [View: Fingerprint]) throws(CacheError) {
    let wanted = fingerprints.map { (view: $0.key, hex: Array($0.value.hex.utf8)) }
    var flags = [[Bool]](repeating: [], count: wanted.count)
    var numbers: [String: Int32] = [:]
    func number(of label: String) -> Int32 {
      if let number = numbers[label] { return number }
      let number = Int32(labelNames.count)
      numbers[label] = number
      labelNames.append(label)
      return number
    }
    var hash = try SHA256()
    try state.walk(Layout.tracks) { (key, json) throws(CacheError) in
      let facts = try TrackFacts(json, key: key)
      ids.append(key)
      if let tags = facts.tags {
        isTagged = true
        labels.append(-1)
        for name in tags.names { tagLabels.append(number(of: name)) }
        tagWeights += tags.weights
      } else {
        labels.append(facts.label.isEmpty ? -1 : number(of: facts.label))
      }
      tagEnds.append(Int64(tagLabels.count))
      for (index, view) in wanted.enumerated() {
        flags[index].append(facts.has(view.view, fingerprint: view.hex))
      }
      try hash.updateDelimited(key)
      try hash.updateDelimited(unsafe facts.checksum.span.bytes)
    }
    content = try hash.finish()
    for (index, view) in wanted.enumerated() { members[view.view] = flags[index] }
  }

  /// How many tracks there are.
  var count: Int { ids.count }

  /// What a summary counts of them.
  var census: TrackCensus {
    var counts = [Int](repeating: 0, count: labelNames.count)
    for label in labels + tagLabels where label >= 0 { counts[Int(label)] += 1 }
    return TrackCensus(
      ids: ids, labels: Dictionary(zip(labelNames, counts)) { $0 + $1 }, members: members)
  }

  /// The value of the tracks in the index.
  func value() throws(CacheError) -> SafetensorsWriter {
    let order = labelNames.indices.sorted { ByteOrder.precedes(labelNames[$0], labelNames[$1]) }
    var renumbered = [Int32](repeating: 0, count: order.count)
    var names: [UInt8] = []
    var nameEnds: [Int64] = []
    for (rank, number) in order.enumerated() {
      renumbered[number] = Int32(rank)
      names += labelNames[number].utf8
      nameEnds.append(Int64(names.count))
    }
    var tensors = [
      Tensor("id-bytes", shape: [ids.bytes.count], ids.bytes),
      Tensor("id-ends", shape: [ids.count], ids.ends.map(Int64.init)),
      Tensor("labels", shape: [labels.count], labels.map { $0 < 0 ? $0 : renumbered[Int($0)] }),
      Tensor("label-bytes", shape: [names.count], names),
      Tensor("label-ends", shape: [nameEnds.count], nameEnds),
    ]
    if isTagged {
      tensors += [
        Tensor("tag-labels", shape: [tagLabels.count], tagLabels.map { renumbered[Int($0)] }),
        Tensor("tag-weights", shape: [tagWeights.count], tagWeights),
        Tensor("tag-ends", shape: [tagEnds.count], tagEnds),
      ]
    }
    return try inTensors { () throws(TensorError) in
      try SafetensorsWriter(tensors: tensors, metadata: ["content": content])
    }
  }
}

extension HeaderScanner {
  /// The labels of a track, a list or an object of weights.
  fileprivate mutating func tags() throws(TensorError) -> TrackTags {
    let start = position
    try skip()
    let json = Array(bytes(from: start))
    do { return try StrictJSON.decode(TrackTags.self, from: json, named: "the list") } catch {
      throw failure("its labels cannot be read: \(error)")
    }
  }
}

/// The few facts of a track's record that an index is made from, read without the rest.
struct TrackFacts {
  let label: String
  /// Nil where each track has one label.
  let tags: TrackTags?
  /// ``TrackRecord/contentChecksum``.
  let checksum: ArraySlice<UInt8>
  private let views: [(name: ArraySlice<UInt8>, fingerprint: ArraySlice<UInt8>)]

  /// - Throws: `CacheError` `.invalidRecord`, which names the track.
  init(_ json: RawSpan, key: RawSpan) throws(CacheError) {
    var scanner = HeaderScanner(copy(json) ?? [])
    do throws(TensorError) {
      var label: String?
      var tags: TrackTags?
      var md5: ArraySlice<UInt8>?
      var xxh3: ArraySlice<UInt8> = []
      var views: [(name: ArraySlice<UInt8>, fingerprint: ArraySlice<UInt8>)] = []
      try scanner.members { (scanner, name) throws(TensorError) in
        if name.elementsEqual("label".utf8) {
          label = try scanner.string().composed
        } else if name.elementsEqual("tags".utf8) {
          tags = try scanner.tags()
        } else if name.elementsEqual("md5".utf8) {
          md5 = try scanner.literal()
        } else if name.elementsEqual("xxh3".utf8) {
          xxh3 = try scanner.literal()
        } else if name.elementsEqual("views".utf8) {
          try scanner.members { (scanner, name) throws(TensorError) in
            views.append((name, try scanner.literal()))
          }
        } else {
          try scanner.skip()
        }
      }
      guard let label, scanner.isAtEnd() else { throw scanner.failure("no label") }
      self.label = label
      self.tags = tags
      checksum = md5 ?? xxh3
      self.views = views
    } catch {
      let id = String(decoding: copy(key) ?? [], as: UTF8.self)
      throw CacheError(
        kind: .invalidRecord, operation: "read", subject: "track '\(id)'", detail: error.detail,
        hint: CacheError.repairHint)
    }
  }

  /// Whether the track has a view under a fingerprint, given as the bytes of its hex digits.
  func has(_ view: View, fingerprint: [UInt8]) -> Bool {
    views.contains {
      $0.fingerprint.elementsEqual(fingerprint) && $0.name.elementsEqual(view.rawValue.utf8)
    }
  }
}
