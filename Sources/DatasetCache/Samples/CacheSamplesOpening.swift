import Corpus
import LMDBStore

extension Cache {
  /// The slices of a view as samples: all of them, or those of one side of a split.
  ///
  /// Open the cache for ``Access/loading`` to read them many times over.
  ///
  /// - Parameters:
  ///   - view: what the samples are; its slices are numbered track by track in the order of the
  ///     ids' bytes.
  ///   - split: the name of a stored split; nil for all tracks.
  ///   - side: one of its sides; nil without a split.
  ///   - verification: when stored values are checked.
  /// - Returns: a source that holds the state of this moment; it keeps the cache open.
  /// - Throws: `CacheError`: `.unknownName` for a view, split or side that is not there (it names
  ///   those that are), `.noSamples`, `.damaged` (also of the index), `.invalidRecord`.
  /// - Complexity: O(tracks), some nanoseconds each, where the cache has an index
  ///   (``writeIndex()``); otherwise some microseconds each, for the same samples.
  public func samples(
    view: View, split: String? = nil, side: String? = nil,
    verification: CacheSamples.Verification = .firstTouch
  ) throws(CacheError) -> CacheSamples {
    let (state, fingerprint, facts) = try self.state(view: view, split: split)
    let tracks = try TrackColumns(try state.trackValue())
    let slices = try SliceColumns(
      try state.sliceValue(view, fingerprint, facts, tracks), view: view, tracks: tracks.count)
    var sides: SideColumn?
    if let split { sides = try self.sides(of: split, state, tracks) }
    let wanted = try self.side(side, of: sides?.split)
    guard let table = Self.table(tracks, slices, sides, side: wanted?.number) else {
      throw failure(
        .noSamples, "there are more than \(SampleTable.limit) samples", "divide the cache")
    }
    let values = Layout.values(view, fingerprint)
    guard table.count > 0, state.contains(values) else {
      throw failure(
        .noSamples,
        "no track has a slice of \(view.rawValue)" + (wanted.map { " in \($0.name)" } ?? ""),
        "prepare some tracks, or take another side")
    }
    let whole = wanted.map { " of \($0.name) of \(split ?? "")" } ?? ""
    let shape = try shape(view, facts, state, values, tracks, slices, table)
    let blocks =
      verification == .firstTouch
      ? Self.blocks(facts, in: Layout.blocks(of: values), of: state, slices, table, shape) : nil
    let samples = CacheSamples(
      cache: self, state: state, values: values, blocks: blocks, view: view, facts: facts,
      fingerprint: fingerprint, tracks: tracks, slices: slices, table: table, shape: shape,
      name: "\(view.rawValue)\(whole) in \(path)",
      identity: try Self.identity(view, fingerprint, tracks, slices, sides, wanted?.name),
      side: wanted.map { (split ?? "", $0.name) }, verification: verification)
    tracks.value.release()
    slices.value.release()
    sides?.value.release()
    return samples
  }

  /// What is checked block by block; nil where the cache has no checksums of blocks of the view.
  private static func blocks(
    _ facts: ViewFacts, in checksums: String, of state: CacheState, _ slices: SliceColumns,
    _ table: borrowing SampleTable, _ shape: [Int]
  ) -> CheckedBlocks? {
    let isSignal = facts.isSignal
    let size = shape.reduce(1, *)
    guard facts.hasBlocks, state.contains(checksums),
      let length = BlockDivision.length(
        step: isSignal ? slices.hop * facts.channels : size)
    else { return nil }
    let marks = BlockMarks(members: table.memberCount) { member in
      let elements = CacheSamples.elements(
        of: member, table, slices, size: size, facts)
      return BlockDivision(elements: elements, length: length).count
    }
    return marks.map { CheckedBlocks(checksums: checksums, length: length, marks: $0) }
  }
}
