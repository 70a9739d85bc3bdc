import ArgumentParser
import Corpus
import DatasetCache
import Preparation

/// The embedded networks that are measured.
enum BenchNetwork: String, ExpressibleByArgument, CaseIterable {
  case features, waveform, mel
  case melSmall = "mel-small"

  /// What it is trained on.
  var view: View {
    switch self {
    case .features: .features
    case .waveform: .waveform
    case .mel, .melSmall: .mel
    }
  }

  /// Samples of a batch where nothing else is asked for.
  var usualBatch: Int {
    switch self {
    case .features: 128
    case .waveform: 64
    case .mel, .melSmall: 32
    }
  }

  /// The share of a target that its trainer spreads over all labels; PyTorch's step does the same
  /// work then.
  var smoothing: Double {
    switch self {
    case .features, .waveform: 0.1
    case .mel, .melSmall: 0
    }
  }

  /// What its trainer is given, so that it is the network of PyTorch's twin whatever its defaults
  /// are.
  var options: [String: String] {
    var options = [
      "label-smoothing": "\(smoothing)", "optimiser": "adamw", "schedule": "constant",
      "weight-decay": "0.01", "momentum": "0.9", "nesterov": "0", "averaging": "0",
    ]
    switch self {
    case .features:
      options.merge(["transform": "none", "dropout": "0.3", "input-dropout": "0"]) { $1 }
    case .waveform: options["dropout"] = "0.25"
    case .mel: break
    case .melSmall: options["dropout"] = "0.3"
    }
    return options
  }

  /// The same without chance and smoothing, for comparisons.
  var plainOptions: [String: String] {
    options.merging(["label-smoothing": "0"]) { $1 }
      .merging(self == .mel ? [:] : ["dropout": "0"]) { $1 }
  }

  private var sampleShape: [Int] {
    switch self {
    case .features: [57]
    case .waveform: [44_100]
    case .mel, .melSmall: [128, 87]
    }
  }

  /// Noise of mean 0 and variance 1 with ten labels, as many samples as a batch has.
  func madeUpSamples(_ count: Int) throws -> MemorySamples {
    var generator = CounterGenerator(seed: 1, stream: rawValue)
    let labels = (0..<10).map { "label-\($0)" }
    // Uniform within ±√3.
    let values = (0..<count * sampleShape.reduce(1, *)).map { _ in
      (Float(generator.next() >> 40) / Float(1 << 23) - 1) * Float(3).squareRoot()
    }
    return try MemorySamples(
      name: "made-up samples", identity: "made up for \(rawValue), \(count)", shape: sampleShape,
      labels: labels, trackIDs: (0..<count).map { "\($0)" },
      rows: (0..<count).map { MemorySamples.Row(label: $0 % labels.count, track: $0, slice: 0) },
      values: values)
  }
}
