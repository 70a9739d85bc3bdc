import Corpus

/// Samples in groups, each of which is to have its share.
struct Strata: Sendable {
  /// The weight of each stratum, above 0.
  let weights: [Double]
  /// Of each stratum: its range of ``members``, or the numbers of its samples where that is nil.
  let ranges: [Range<Int>]
  /// The numbers of samples, stratum by stratum.
  private let members: [Int]?

  @inline(__always)
  func sample(_ index: Int) -> Int {
    guard let members else { return index }
    return members[index]
  }

  /// One stratum a source.
  init(ofSources sources: SourceList, weights: [Double]) {
    let kept = weights.indices.filter { weights[$0] > 0 }
    self.weights = kept.map { weights[$0] }
    ranges = kept.map { sources.firsts[$0]..<sources.firsts[$0 + 1] }
    members = nil
  }

  /// One stratum a label; where the sources have weights, one a label in each of them, so that the
  /// labels share out each source's part.
  /// - Parameters:
  ///   - weights: by label; 1 where it has none.
  init(ofLabels sources: SourceList, weights: [String: Double]) throws(LoadingError) {
    if sources.isTagged {
      throw LoadingError(
        kind: .configuration, subject: "weights of labels",
        detail: "the samples may have several labels each, which cannot all have their share",
        hint: "draw uniformly, or give weights of tracks")
    }
    let labels = sources.labels.count
    let strataOfSources = sources.weights == nil ? [0] : Array(sources.sources.indices)
    // Samples counted by stratum, then each put in its place: a counting sort.
    var counts = [Int](repeating: 0, count: strataOfSources.count * labels)
    // Nil for a sample without a label, which is not drawn.
    func stratum(_ source: Int, _ sample: Int) -> Int? {
      let own = sources.sources[source].label(of: sample)
      if own < 0 { return nil }
      let label = sources.labelNumbers[source][own]
      return sources.weights == nil ? label : source * labels + label
    }
    for source in sources.sources.indices {
      for sample in 0..<sources.sources[source].count {
        if let stratum = stratum(source, sample) { counts[stratum] += 1 }
      }
    }
    let byLabel = try Self.checked(weights, labels: sources.labels) { label in
      strataOfSources.contains { counts[$0 * labels + label] > 0 }
    }
    var starts: [Int] = [0]
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    let bounds = starts
    var members = [Int](repeating: 0, count: sources.count)
    for source in sources.sources.indices {
      for sample in 0..<sources.sources[source].count {
        guard let number = stratum(source, sample) else { continue }
        members[starts[number]] = sources.firsts[source] + sample
        starts[number] += 1
      }
    }
    var kept: [(weight: Double, range: Range<Int>)] = []
    let shares = sources.weights.map(Weights.scaled)
    for source in strataOfSources {
      let present = (0..<labels).filter { counts[source * labels + $0] > 0 && byLabel[$0] > 0 }
      let sum = present.reduce(0) { $0 + byLabel[$1] }
      let share = shares?[source] ?? 1
      guard share > 0 else { continue }
      guard sum > 0 else {
        throw LoadingError(
          kind: .configuration, subject: "weights of labels",
          detail: "every label of \(sources.sources[source].name) weighs 0",
          hint: "leave the source out, or weigh one of its labels")
      }
      for label in present {
        let number = source * labels + label
        kept.append((share * byLabel[label] / sum, bounds[number]..<bounds[number + 1]))
      }
    }
    self.weights = kept.map(\.weight)
    ranges = kept.map(\.range)
    self.members = members
  }

  /// The weight of every label, by its number.
  private static func checked(
    _ weights: [String: Double], labels: [String], hasSamples: (Int) -> Bool
  ) throws(LoadingError) -> [Double] {
    let subject = "weights of labels"
    let known = Set(labels)
    if let unknown = weights.keys.filter({ !known.contains($0) }).min() {
      throw LoadingError(
        kind: .configuration, subject: subject, detail: "there is no label \"\(unknown)\"",
        hint: "name some of \(labels.joined(separator: ", "))")
    }
    let all = labels.map { (name: $0, weight: weights[$0] ?? 1) }
    try Weights.check(all, subject: subject)
    for (number, label) in labels.enumerated() {
      if let weight = weights[label], weight > 0, !hasSamples(number) {
        throw LoadingError(
          kind: .configuration, subject: subject, detail: "no sample has the label \"\(label)\"",
          hint: "leave it out, or give it weight 0")
      }
    }
    return Weights.scaled(all.map(\.weight))
  }
}

/// Weights of tracks as weights of their samples.
enum TrackWeights {
  /// The weight of every sample of every source, that of its track.
  static func weights(
    of sources: SourceList, byTrack weights: [String: Double]
  ) throws(LoadingError) -> [Double] {
    let subject = "weights of tracks"
    try Weights.check(
      weights.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + [("others", 1)],
      subject: subject)
    let shares = sources.weights.map(Weights.scaled)
    var unseen = Set(weights.keys)
    var result: [Double] = []
    result.reserveCapacity(sources.count)
    for (number, source) in sources.sources.enumerated() {
      var track = -1
      var weight = 1.0
      let first = result.count
      for sample in 0..<source.count {
        let location = source.location(of: sample)
        if location.track != track {
          track = location.track
          let id = source.trackID(track)
          weight = weights[id] ?? 1
          unseen.remove(id)
        }
        result.append(weight)
      }
      guard let share = shares?[number] else { continue }
      // The source's own part, shared out among its samples.
      let own = Weights.scaled(Array(result[first...]))
      let sum = own.reduce(0, +)
      guard sum > 0 || share == 0 else {
        throw LoadingError(
          kind: .configuration, subject: subject, detail: "every track of \(source.name) weighs 0",
          hint: "leave the source out, or weigh one of its tracks")
      }
      for (index, weight) in own.enumerated() {
        result[first + index] = weight * (sum > 0 ? share / sum : 0)
      }
    }
    if let unknown = unseen.min() {
      throw LoadingError(
        kind: .configuration, subject: subject, detail: "there is no track \"\(unknown)\"",
        hint: "name tracks by their id, such as \(sources.sources[0].trackID(0))")
    }
    guard result.contains(where: { $0 > 0 }) else {
      throw LoadingError(
        kind: .configuration, subject: subject, detail: "every weight is 0",
        hint: "give at least one track a weight above 0")
    }
    return result
  }
}
