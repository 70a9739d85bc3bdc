import Dispatch
import LMDBStore
import Safetensors
import Synchronization

extension Verification {
  /// Checks every value, on all cores, or where it is not deep their headers alone, and that every value that a record names is there.
  mutating func checkValues(isDeep: Bool) throws(CacheError) {
    var seen: [String: [Bool]] = [:]
    for name in state.names {
      guard let (view, fingerprint) = Layout.valueDatabase(name) else { continue }
      seen[name] = try checkValues(in: name, view, fingerprint, isDeep)
    }
    for (view, fingerprint) in Set(tracks.views.flatMap { $0.map(NamedValues.init) }).map(\.pair) {
      let name = Layout.values(view, fingerprint)
      let present = seen[name]
      for position in 0..<tracks.count
      where tracks.fingerprint(of: view, at: position) == fingerprint
        && present?[position] != true
      {
        problems.append(.init(name, tracks.ids.text(position), "its record names it", .missing))
      }
    }
  }

  /// Checks one database of values; a tree that is itself damaged ends it early.
  ///
  /// - Returns: whether each track had a value.
  private mutating func checkValues(
    in name: String, _ view: View, _ fingerprint: Fingerprint, _ isDeep: Bool
  ) throws(CacheError) -> [Bool] {
    let facts = try facts(view, fingerprint)
    var seen = [Bool](repeating: false, count: tracks.count)
    var block: [StoredValue] = []
    var next = 0
    do throws(CacheError) {
      try state.rawWalk(name) { (key, value) throws(CacheError) in
        let id = String(decoding: copy(key) ?? [], as: UTF8.self)
        unsafe value.withUnsafeBytes { bytes in
          unsafe block.append(StoredValue(id: id, bytes: bytes))
        }
        let position = tracks.ids.position(of: key, hint: next)
        if let position {
          seen[position] = true
          next = position + 1
        }
        if position.map({ tracks.fingerprint(of: view, at: $0) }) != fingerprint {
          problems.append(.init(name, id, "no record names it", .orphaned))
        }
        if block.count == Self.blockOfValues {
          try check(block, in: name, view, fingerprint, facts, isDeep)
          block.removeAll(keepingCapacity: true)
        }
      }
    } catch {
      guard error.kind == .damaged else { throw error }
      problems.append(.init(name, "", error.detail))
    }
    try check(block, in: name, view, fingerprint, facts, isDeep)
    return seen
  }

  /// So many values are shared out among the cores at a time.
  private static let blockOfValues = 1_024

  /// Checks some values of a database.
  private mutating func check(
    _ values: [StoredValue], in name: String, _ view: View, _ fingerprint: Fingerprint,
    _ facts: ViewFacts, _ isDeep: Bool
  ) throws(CacheError) {
    let (slices, blocks) = (Layout.slices(view), Layout.blocks(of: name))
    let state = state
    let results = Mutex<[CacheProblem]>([])
    let failure = Mutex<CacheError?>(nil)
    DispatchQueue.concurrentPerform(iterations: values.count) { index in
      let value = values[index]
      do throws(CacheError) {
        let hop =
          isDeep && facts.isSignal
          ? try state.rawBytes(of: value.id, in: slices).flatMap(SliceIndex.init)?.hop ?? 0 : 0
        let record = isDeep ? try state.rawBytes(of: value.id, in: blocks) : nil
        let problem =
          isDeep
          ? value.problem(
            in: name, facts, fingerprint, blocks: record, named: blocks, hop: hop)
          : value.headerProblem(in: name, fingerprint)
        if let problem { results.withLock { $0.append(problem) } }
        if isDeep { unsafe state.release(value.bytes) }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
    problems += results.withLock { $0 }
    // Of each value's header a page was touched, and those around it came with it.
    for store in state.stores { store.snapshot.environment.releasePages() }
  }
}

/// A database of values.
private struct NamedValues: Hashable {
  let view: View
  let fingerprint: Fingerprint

  init(_ entry: (key: View, value: Fingerprint)) { (view, fingerprint) = entry }

  var pair: (View, Fingerprint) { (view, fingerprint) }
}

extension Verification {
  /// The facts of a view, or those of the first version where they cannot be read, which is
  /// reported.
  private mutating func facts(
    _ view: View, _ fingerprint: Fingerprint
  ) throws(CacheError) -> ViewFacts {
    do throws(CacheError) { return try state.facts(view, fingerprint) } catch {
      guard error.isOfDamage else { throw error }
      problems.append(.init(Layout.views, Layout.values(view, fingerprint), error.detail))
      return .ofFirstVersion(view)
    }
  }
}

/// A value where it lies in the mapped file; it ends with the state.
@safe private struct StoredValue: @unchecked Sendable {
  // Unchecked: nobody writes to the bytes of a state.
  let id: String
  let bytes: UnsafeRawBufferPointer

  /// What is wrong with its header; nil where that is sound.
  func headerProblem(in name: String, _ fingerprint: Fingerprint) -> CacheProblem? {
    let value = unsafe RawSpan(_unsafeBytes: bytes)
    do throws(TensorError) {
      let header = try SafetensorsHeader(of: value)
      return header.fault(in: value, track: id, fingerprint, checked: false).map {
        CacheProblem(name, id, $0)
      }
    } catch {
      return CacheProblem(name, id, error.detail)
    }
  }

  /// The first thing that is wrong with it; nil where it is sound.
  func problem(
    in name: String, _ facts: ViewFacts, _ fingerprint: Fingerprint, blocks: [UInt8]?,
    named blocksName: String, hop: Int
  ) -> CacheProblem? {
    let value = unsafe RawSpan(_unsafeBytes: bytes)
    if let fault = Cache.fault(in: value, track: id, fingerprint) {
      return CacheProblem(name, id, fault)
    }
    if let blocks,
      !BlockChecksums.areSound(unsafe blocks.span.bytes, of: value, facts, hop: hop)
    {
      return CacheProblem(blocksName, id, "they are not those of its value's blocks")
    }
    guard let header = try? SafetensorsHeader(of: value) else { return nil }
    for entry in header.entries {
      guard let indices = entry.firstNotFinite(in: value) else { continue }
      return CacheProblem(
        name, id, "the number at \(indices) of its \(entry.name) is not finite", .notFinite)
    }
    return nil
  }
}

extension Cache {
  /// What is wrong with a stored value, its checksum included; nil where it is sound.
  static func fault(in value: RawSpan, track id: String, _ fingerprint: Fingerprint) -> String? {
    do throws(TensorError) {
      let header = try SafetensorsHeader(of: value)
      return header.fault(in: value, track: id, fingerprint)
    } catch {
      return error.detail
    }
  }
}

extension SafetensorsHeader {
  /// What is wrong with the value of a track under a fingerprint; nil where it is that.
  ///
  /// - Parameter checked: whether the data is checked against its checksum.
  func fault(
    in value: RawSpan, track id: String, _ fingerprint: Fingerprint, checked: Bool = true
  ) -> String? {
    if checked, !hasValidChecksum(value) { return "its data does not have its checksum" }
    if metadata["track"] != id { return "it is a value of another track" }
    if metadata["fingerprint"] != fingerprint.hex { return "it is a value of another recipe" }
    return nil
  }
}
