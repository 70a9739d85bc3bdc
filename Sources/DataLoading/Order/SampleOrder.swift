import Corpus

/// Which sample stands at each position of each epoch.
///
/// The samples come in one endless sequence that is cut into epochs of ``epochLength``: position p
/// of epoch e is position e · length + p of it. The sequence is a mixture of strata in fixed shares
/// (only one stratum where nothing is weighted), and each stratum walks through its samples pass
/// after pass, each pass in an order of its own. So no sample comes again before all others of its
/// stratum came, across the ends of epochs too, and any position is reached at once.
struct SampleOrder: Sendable {
  enum Kind: Sendable {
    /// All samples, pass after pass.
    case passes
    /// Strata in fixed shares.
    case strata(StratumBlocks, Strata)
    /// Samples drawn with replacement.
    case replacement(AliasTable)
  }

  let kind: Kind
  let count: Int
  /// nil where the samples come in their own order.
  let seed: UInt64?
  /// Samples in an epoch.
  let epochLength: Int

  /// The order of these sources.
  /// - Throws: where the weights cannot be used, or the epoch's length.
  init(
    _ sources: SourceList, sampling: Sampling, shuffle: Bool, seed: UInt64, samplesPerEpoch: Int?
  ) throws(LoadingError) {
    count = sources.count
    self.seed = shuffle ? seed : nil
    epochLength = samplesPerEpoch ?? sources.count
    guard (1...SourceList.most).contains(epochLength) else {
      throw LoadingError(
        kind: .configuration, subject: "samplesPerEpoch", detail: "\(epochLength) cannot be done",
        hint: "give 1 or more, or none for as many as there are samples")
    }
    switch sampling {
    case .uniform:
      guard let weights = sources.weights else {
        kind = .passes
        return
      }
      kind = try Self.mixture(
        Strata(ofSources: sources, weights: weights), subject: "weights of sources")
    case .balanced:
      kind = try Self.mixture(
        Strata(ofLabels: sources, weights: [:]), subject: "balanced sampling")
    case .labels(let weights):
      kind = try Self.mixture(
        Strata(ofLabels: sources, weights: weights), subject: "weights of labels")
    case .tracks(let weights):
      guard shuffle else {
        throw LoadingError(
          kind: .configuration, subject: "shuffle",
          detail: "samples drawn with replacement have no order of their own",
          hint: "leave shuffle on, or take another sampling")
      }
      kind = .replacement(
        AliasTable(weights: try TrackWeights.weights(of: sources, byTrack: weights)))
    }
  }

  private static func mixture(_ strata: Strata, subject: String) throws(LoadingError) -> Kind {
    guard let blocks = StratumBlocks(weights: strata.weights) else {
      throw LoadingError(
        kind: .configuration, subject: subject,
        detail: "the smallest is less than 1 in \(2 * StratumBlocks.longest) of the whole",
        hint: "give it weight 0, or more")
    }
    return .strata(blocks, strata)
  }
}

/// Finds the draws of positions one after the other; keeps what neighbouring positions share. One a
/// thread.
struct DrawReader {
  private let order: SampleOrder
  private let sources: SourceList
  /// Of each stratum the pass that was last walked through, -1 before the first, and its bijection.
  private var passes: [(number: Int, permutation: Permutation)]
  /// The block whose table is held.
  private var block = -1
  private var strata: [Int32] = []
  private var ranks: [Int32] = []
  private var counters: [Int32] = []

  private static let none = (number: -1, permutation: Permutation(count: 1, seed: 0, stream: 0))

  init(order: SampleOrder, sources: SourceList) {
    self.order = order
    self.sources = sources
    guard case .strata(let blocks, let members) = order.kind else {
      passes = [Self.none]
      return
    }
    passes = Array(repeating: Self.none, count: members.ranges.count)
    strata = Array(repeating: 0, count: blocks.length)
    ranks = strata
    counters = Array(repeating: 0, count: blocks.quotas.count)
  }

  /// What stands at a position of the endless sequence, and the number of its source.
  /// - Complexity: O(1) amortised over neighbouring positions.
  mutating func draw(at position: Int) -> (source: Int, draw: Draw) {
    switch order.kind {
    case .passes:
      let (number, pass) = walk(stratum: 0, count: order.count, draw: position)
      return draw(number, pass: pass)
    case .strata(let blocks, let members):
      let (block, offset) = position.quotientAndRemainder(dividingBy: blocks.length)
      if block != self.block {
        blocks.fill(
          block: block, seed: order.seed, strata: &strata, ranks: &ranks, counters: &counters)
        self.block = block
      }
      let stratum = Int(strata[offset])
      let range = members.ranges[stratum]
      let (number, pass) = walk(
        stratum: stratum, count: range.count,
        draw: block * blocks.quotas[stratum] + Int(ranks[offset]))
      return draw(members.sample(range.lowerBound + number), pass: pass)
    case .replacement(let table):
      var generator = CounterGenerator(
        seed: order.seed ?? 0, stream: LoaderStream.number(.replacement, 0, 0),
        position: 2 * UInt64(position))
      let column = generator.next()
      return draw(table.number(column, generator.next()), pass: position)
    }
  }

  @inline(__always)
  private func draw(_ number: Int, pass: Int) -> (source: Int, draw: Draw) {
    let (source, sample) = sources.sourceAndSample(number)
    return (source, Draw(sample: sample, pass: pass))
  }

  /// The number within its stratum of a stratum's draw, and the pass that the draw belongs to.
  @inline(__always)
  private mutating func walk(
    stratum: Int, count: Int, draw: Int
  ) -> (number: Int, pass: Int) {
    let held = passes[stratum].number
    if held >= 0 {
      let number = draw &- held &* count
      if number >= 0, number < count { return (passes[stratum].permutation[number], held) }
    }
    let (pass, number) = draw.quotientAndRemainder(dividingBy: count)
    guard let seed = order.seed else { return (number, pass) }
    let permutation = Permutation(
      count: count, seed: seed, stream: LoaderStream.number(.passOrder, stratum, pass))
    passes[stratum] = (pass, permutation)
    return (permutation[number], pass)
  }
}
