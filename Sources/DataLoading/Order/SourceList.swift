import Corpus

/// The sources of a loader as one: samples numbered on from source to source, labels merged by
/// name.
struct SourceList: Sendable {
  let sources: [any SampleSource]
  /// The weight of each source, or nil where none has one.
  let weights: [Double]?
  let shape: [Int]
  /// All labels of all sources, in byte order.
  let labels: [String]
  /// Of each source: the number in ``labels`` of each of its own labels.
  let labelNumbers: [[Int]]
  /// The number of each source's first sample, and at last the number of all samples.
  let firsts: [Int]

  /// Whether a sample may have any number of labels; all sources agree.
  var isTagged: Bool { sources[0].isTagged }

  var count: Int { firsts[firsts.count - 1] }
  /// Numbers in a sample.
  let elements: Int

  init(_ list: [WeightedSource]) throws(LoadingError) {
    guard let first = list.first else {
      throw LoadingError(
        kind: .source, subject: "sources", detail: "there is none", hint: "give at least one")
    }
    sources = list.map(\.source)
    shape = first.source.shape
    weights = try Self.weights(of: list)
    var firsts = [0]
    for source in sources {
      try Self.check(source, against: first.source)
      let (sum, overflows) = firsts[firsts.count - 1].addingReportingOverflow(source.count)
      guard !overflows, sum <= Self.most else {
        throw LoadingError(
          kind: .source, subject: source.name, detail: "too many samples to be numbered",
          hint: "give fewer")
      }
      firsts.append(sum)
    }
    self.firsts = firsts
    elements = shape.reduce(1, *)
    let names = Set(sources.flatMap(\.labels))
    labels = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let numbers = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
    labelNumbers = sources.map { source in source.labels.map { numbers[$0] ?? 0 } }
  }

  /// More samples than this are refused, so that positions can be added up without overflow.
  static let most = 1 << 48

  private static func check(
    _ source: any SampleSource, against first: any SampleSource
  ) throws(LoadingError) {
    guard source.count > 0 else {
      throw LoadingError(
        kind: .source, subject: source.name, detail: "there are no samples",
        hint: "choose a split and side that have some")
    }
    guard source.shape == first.shape else {
      throw LoadingError(
        kind: .source, subject: source.name,
        detail: "its samples have shape \(source.shape), those of \(first.name) \(first.shape)",
        hint: "mix sources of one shape")
    }
    guard source.isTagged == first.isTagged else {
      throw LoadingError(
        kind: .source, subject: source.name,
        detail:
          "its samples have \(source.isTagged ? "any number of labels" : "one label each"), those of "
          + "\(first.name) \(first.isTagged ? "any number of labels" : "one each")",
        hint: "mix sources of one kind")
    }
    var elements = 1
    for length in source.shape {
      let (product, overflows) = elements.multipliedReportingOverflow(by: length)
      guard !overflows, length > 0, product <= 1 << 40 else {
        throw LoadingError(
          kind: .source, subject: source.name,
          detail: "no sample can have the shape \(source.shape)", hint: "prepare the view again")
      }
      elements = product
    }
  }

  private static func weights(of list: [WeightedSource]) throws(LoadingError) -> [Double]? {
    let weights = list.compactMap(\.weight)
    guard !weights.isEmpty else { return nil }
    guard weights.count == list.count else {
      throw LoadingError(
        kind: .configuration, subject: "sources", detail: "some have a weight and some have none",
        hint: "give all of them a weight, or none")
    }
    try Weights.check(
      zip(list, weights).map { ($0.source.name, $1) }, subject: "weights of sources")
    return weights
  }

  /// The source and the number in it of a sample by its number among all.
  @inline(__always)
  func sourceAndSample(_ number: Int) -> (source: Int, sample: Int) {
    guard sources.count > 1 else { return (0, number) }
    var low = 0
    var high = sources.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if firsts[middle] <= number { low = middle } else { high = middle }
    }
    return (low, number - firsts[low])
  }

  /// Changes where any source or its position in the list does.
  var identity: String { sources.map(\.identity).joined(separator: "+") }
}

/// What holds for every list of weights.
enum Weights {
  /// Refuses weights that are not numbers, negative, or all zero.
  static func check(_ weights: [(name: String, weight: Double)], subject: String)
    throws(LoadingError)
  {
    for (name, weight) in weights where !(weight.isFinite && weight >= 0) {
      throw LoadingError(
        kind: .configuration, subject: subject, detail: "\"\(name)\" weighs \(weight)",
        hint: "give finite weights of 0 or more")
    }
    let sum = weights.reduce(0) { $0 + $1.weight }
    guard sum > 0, sum.isFinite else {
      throw LoadingError(
        kind: .configuration, subject: subject,
        detail: sum == 0 ? "every weight is 0" : "their sum is too large",
        hint: "give at least one a weight above 0, and none above 1e300")
    }
  }

  /// The weights times the power of two that brings the largest to 1 or more, but below 2, so that
  /// any number of them can be added up and any two multiplied. Their proportions stay as they are,
  /// bit for bit, but for those that are less than 1e-290 of the largest.
  static func scaled(_ weights: [Double]) -> [Double] {
    guard let largest = weights.max(), largest > 0 else { return weights }
    return weights.map { Double(sign: .plus, exponent: -largest.exponent, significand: $0) }
  }
}
