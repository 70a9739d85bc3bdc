import Wording
import Corpus
import Safetensors

extension Cache {
  /// Checks everything: every value against its checksum, its header and its record, every
  /// record against the values it names, and that all numbers are finite. Nothing is changed, a
  /// problem does not end it, and all is of one state, whoever writes meanwhile.
  ///
  /// - Parameter isDeep: whether the numbers of the values are read. Without it pages, records, headers and
  ///   counts are checked, in a time that grows with the tracks and not with their values.
  /// - Returns: The problems; empty where all is well. ``repair(_:)`` takes out what they name.
  /// - Complexity: O(n), at the speed of reading the file.
  public func verify(isDeep: Bool = true) throws(CacheError) -> [CacheProblem] {
    // In what damaged pages hold, nothing more can be looked for.
    let damaged = try pageProblems()
    guard damaged.isEmpty else { return damaged }
    let cache = try snapshot()
    var verification = Verification(state: try cache.state(nil))
    try verification.checkChecksums()
    try verification.checkTracks()
    try verification.checkShardsOfTracks()
    try verification.checkList(QuarantineRecord.self, in: Layout.quarantine)
    try verification.checkList(DroppedRecord.self, in: Layout.dropped)
    try verification.checkValues(isDeep: isDeep)
    try verification.checkSlices()
    try verification.checkSplits()
    try verification.checkDerived()
    return verification.problemsOnce.sorted { ($0.database, $0.key) < ($1.database, $1.key) }
  }
}

/// What is found while one state is checked.
struct Verification {
  let state: CacheState
  var problems: [CacheProblem] = []
  /// What the records say that can be read.
  private(set) var tracks = KnownTracks()

  init(state: CacheState) { self.state = state }

  /// Of several problems of one record the first one, which says most.
  var problemsOnce: [CacheProblem] {
    var seen: Set<[[UInt8]]> = []
    return problems.filter { problem in
      problem.kind == .orphaned || problem.key.isEmpty
        || seen.insert([Array(problem.database.utf8), Array(problem.key.utf8)]).inserted
    }
  }

  /// Checks that every record is there and as it was written.
  mutating func checkChecksums() throws(CacheError) {
    for store in state.stores {
      for name in store.names where Layout.isChecked(name) {
        problems += try store.problems(in: name)
      }
      let names = Set(store.names)
      try store.rawWalk(Layout.totals) { (key, _) throws(CacheError) in
        let name = String(decoding: copy(key) ?? [], as: UTF8.self)
        if names.contains(name) { return }
        problems.append(.init(name, "", "the database is gone", .missing))
      }
      let tags = Set(names.map(RecordChecksum.tag))
      try store.rawWalk(Layout.checksums) { (key, bytes) throws(CacheError) in
        let areKnown = unsafe bytes.withUnsafeBytes {
          unsafe KeyChecksums.areAll(of: tags, in: $0)
        }
        if areKnown { return }
        problems.append(
          .init(
            Layout.checksums, String(decoding: copy(key) ?? [], as: UTF8.self),
            "its record's database is gone", .missing))
      }
    }
  }

  mutating func checkTracks() throws(CacheError) {
    var reader = TrackRecordReader()
    try state.rawWalk(Layout.tracks) { (key, json) throws(CacheError) in
      let id = String(decoding: copy(key) ?? [], as: UTF8.self)
      do throws(CacheError) {
        let record = try reader.record(copy(json) ?? [], subject: id)
        tracks.append(key, record)
        if !record.id.utf8.elementsEqual(id.utf8) {
          problems.append(.init(Layout.tracks, id, "it is the record of '\(record.id)'"))
        }
      } catch {
        problems.append(.init(Layout.tracks, id, error.detail))
      }
    }
  }

  /// Checks that every track lies in the shard where it is looked for.
  mutating func checkShardsOfTracks() throws(CacheError) {
    for (number, shard) in state.shards.enumerated() {
      try shard.rawWalk(Layout.tracks) { (key, _) throws(CacheError) in
        let right = unsafe key.withUnsafeBytes {
          unsafe Shard.index(of: $0, count: state.shards.count)
        }
        if right == number { return }
        let id = String(decoding: copy(key) ?? [], as: UTF8.self)
        problems.append(
          .init(Layout.tracks, id, "it lies in shard \(number), and belongs in \(right)"))
      }
    }
  }

  /// Checks that every record of a database can be read.
  mutating func checkList<Record: Decodable>(
    _ type: Record.Type, in database: String
  ) throws(CacheError) {
    try state.rawWalk(database) { (bytes, json) throws(CacheError) in
      let key = String(decoding: copy(bytes) ?? [], as: UTF8.self)
      do throws(CacheError) {
        _ = try RecordJSON.decode(type, from: copy(json) ?? [], subject: key)
      } catch {
        problems.append(.init(database, key, error.detail))
      }
    }
  }

  /// Checks that every track has the slices of its views, of as many samples as its record says.
  mutating func checkSlices() throws(CacheError) {
    for view in views {
      let name = Layout.slices(view)
      var found = [Bool](repeating: false, count: tracks.count)
      var next = 0
      try state.rawWalk(name) { (key, bytes) throws(CacheError) in
        func problem(_ detail: String, _ kind: CacheProblem.Kind = .damaged) {
          let id = String(decoding: copy(key) ?? [], as: UTF8.self)
          problems.append(.init(name, id, detail, kind))
        }
        let position = tracks.ids.position(of: key, hint: next)
        if let position {
          found[position] = true
          next = position + 1
        }
        guard let index = SliceIndex(copy(bytes) ?? []) else {
          return problem("it is no index of slices")
        }
        guard let position, tracks.fingerprint(of: view, at: position) != nil else {
          return problem("no record names it", .orphaned)
        }
        let frames = tracks.frames(at: position)
        if index.frames != frames {
          problem("it is of \(Words.counted(index.frames, "sample")), its record of \(frames)")
        }
      }
      for position in found.indices
      where !found[position] && tracks.fingerprint(of: view, at: position) != nil {
        problems.append(
          .init(name, tracks.ids.text(position), "there is no slice index", .missing))
      }
    }
  }

  /// The views that there are slices of, or that a record names.
  private var views: [View] {
    Set(state.names.compactMap(Layout.view(ofSlices:)))
      .union(tracks.views.flatMap(\.keys)).sorted()
  }

  /// Checks that every split can be read and that one made here holds every track.
  mutating func checkSplits() throws(CacheError) {
    let isUnfinished = try state.home.hasUnfinishedChange
    for (name, json) in try state.rawEntries(of: Layout.splits) {
      do throws(CacheError) {
        let split = try Cache.decodeSplit(json, name: name)
        // A published one leaves tracks out; one of slices names none; one that fits no more is
        // empty.
        if case .published = split.plan.policy { continue }
        if split.plan.policy == .slices || split.assignment.isEmpty { continue }
        // New tracks come to the sides when all are stored.
        if isUnfinished { continue }
        let ids = tracks.ids
        let lost = (0..<ids.count).first { split.assignment[ids.text($0)] == nil }
        if let lost = lost.map(ids.text) {
          problems.append(
            .init(Layout.splits, name, "track '\(lost)' is on none of its sides; make it again"))
        }
      } catch {
        problems.append(.init(Layout.splits, name, "it cannot be read; make it again"))
      }
    }
  }

  /// Checks what was made from the rest against its checksums.
  mutating func checkDerived() throws(CacheError) {
    for (key, bytes) in try state.rawEntries(of: Layout.index) {
      do throws(TensorError) {
        let value = unsafe bytes.span.bytes
        if try SafetensorsHeader(of: value).hasValidChecksum(value) { continue }
        problems.append(.init(Layout.index, key, "its data does not have its checksum"))
      } catch {
        problems.append(.init(Layout.index, key, error.detail))
      }
    }
    for (key, json) in try state.rawEntries(of: Layout.statistics) {
      let kept = try? RecordJSON.decode(KeptStatistics.self, from: json, subject: key)
      if kept?.isWhole != true {
        problems.append(.init(Layout.statistics, key, "it does not have its checksum"))
      }
    }
  }
}
