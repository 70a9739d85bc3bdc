import LMDBStore
import Safetensors

extension Cache {
  /// Writes the checksums of blocks of values that have none, such as those of a cache of an
  /// earlier version. A value that does not have its own checksum gets none.
  func writeMissingBlocks() throws(CacheError) {
    // The process that prepares a shard writes those of its tracks.
    if isDivided { return }
    let known = try viewFacts()
    for (view, fingerprint) in try fingerprints() {
      guard let facts = known[view], facts.hasBlocks else { continue }
      let values = Layout.values(view, fingerprint)
      // Every value is written with its record, so equal numbers mean that none is missing.
      if try entryCount(values) == entryCount(Layout.blocks(of: values)) { continue }
      // What a write that comes between has replaced would get the checksums of what was there
      // before, which do no harm: they say of which value they are.
      let records = try missingBlocks(of: view, facts, values)
      if records.isEmpty { continue }
      try write { transaction throws(StoreError) in
        for (id, record) in records {
          try transaction.put(record, for: id, in: Layout.blocks(of: values))
        }
      }
    }
  }

  private func missingBlocks(
    of view: View, _ facts: ViewFacts, _ values: String
  ) throws(CacheError) -> [(id: String, record: [UInt8])] {
    let (slices, blocks) = (Layout.slices(view), Layout.blocks(of: values))
    let state = try state([values, slices, blocks])
    var missing: [(id: String, record: [UInt8])] = []
    for id in try state.keys(of: values) {
      if unsafe try state.rawValue(of: id, in: blocks) != nil { continue }
      let hop = try state.bytes(of: id, in: slices).flatMap(SliceIndex.init)?.hop ?? 0
      guard let value = unsafe try state.value(of: id, in: values) else { continue }
      if let record = unsafe BlockChecksums.record(
        of: RawSpan(_unsafeBytes: value), facts, hop: hop)
      {
        missing.append((id, record))
      }
      unsafe state.release(value)
    }
    return missing
  }
}

extension BlockChecksums {
  /// The record of a stored value; nil where it is damaged or has no blocks.
  fileprivate static func record(of value: RawSpan, _ facts: ViewFacts, hop: Int) -> [UInt8]? {
    guard let header = try? SafetensorsHeader(of: value), let entry = header.entries.first,
      header.entries.count == 1, header.hasValidChecksum(value),
      let checksum = header.metadata["xxh3"].flatMap({ UInt64($0, radix: 16) }),
      let division = BlockDivision(of: facts, shape: entry.shape, hop: hop)
    else { return nil }
    let blocks = unsafe value.extracting(entry.bytes).withUnsafeBytes {
      unsafe checksums(of: $0, division: division)
    }
    return record(checksum: checksum, division: division, blocks: blocks)
  }
}
