import Corpus
import Foundation
import Testing

@testable import DataLoading

@Suite struct LoaderRefusalTests {
  private let source = MemorySource(tracks: [0, 1, 1, 0, 1, 0], labels: ["a", "b", "c"])

  private func refusal(
    _ subject: String, kind: LoadingError.Kind = .configuration,
    sources: [WeightedSource]? = nil, _ change: (inout LoaderConfiguration) -> Void = { _ in }
  ) {
    let error = #expect(throws: LoadingError.self) {
      try Loader(sources ?? [WeightedSource(source)], configuration: .with(change))
    }
    #expect(error?.kind == kind, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.subject == subject, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.description.contains("; ") == true)
  }

  @Test func valuesOutOfRangeAreNamed() {
    refusal("batchSize") { $0.batchSize = 0 }
    refusal("batchSize") { $0.batchSize = .min }
    refusal("batchSize") {
      $0.batchSize = 7
      $0.lastBatch = .drop
    }
    refusal("batchSize") {
      $0.batchSize = .max
      $0.worldSize = 2
      $0.lastBatch = .drop
    }
    refusal("epochs") { $0.epochs = 0 }
    refusal("rank") { $0.rank = 1 }
    refusal("rank") { $0.rank = -1 }
    refusal("worldSize") { $0.worldSize = 0 }
    refusal("worldSize") { $0.worldSize = .max }
    refusal("worldSize") { $0.worldSize = 7 }
    refusal("threads") { $0.threads = -1 }
    refusal("threads") { $0.threads = .max }
    refusal("prefetch") { $0.prefetch = 0 }
    refusal("prefetch") { $0.prefetch = .max }
    refusal("samplesPerEpoch") { $0.samplesPerEpoch = 0 }
    refusal("samplesPerEpoch") { $0.samplesPerEpoch = .max }
    refusal("memory", kind: .system) {
      $0.samplesPerEpoch = 1 << 48
      $0.batchSize = .max
    }
  }

  @Test func sourcesThatCannotBeUsedAreNamed() {
    let empty = MemorySource(tracks: [], name: "nothing")
    let other = MemorySource(tracks: [0], shape: [5], name: "other")
    refusal("sources", kind: .source, sources: [])
    refusal("nothing", kind: .source, sources: [WeightedSource(empty)])
    refusal("other", kind: .source, sources: [WeightedSource(source), WeightedSource(other)])
    refusal(
      "sources", sources: [WeightedSource(source, weight: 1), WeightedSource(source)])
    for weight in [Double.nan, -1, .infinity] {
      refusal(
        "weights of sources",
        sources: [WeightedSource(source, weight: 1), WeightedSource(source, weight: weight)])
    }
    refusal("weights of sources", sources: [WeightedSource(source, weight: 0)])
    refusal(
      "weights of sources",
      sources: [WeightedSource(source, weight: 1), WeightedSource(source, weight: 1e-12)])
  }

  @Test func weightsThatCannotBeUsedAreNamed() {
    for weight in [Double.nan, -0.5, .infinity] {
      refusal("weights of labels") { $0.sampling = .labels(["a": weight]) }
      refusal("weights of tracks") { $0.sampling = .tracks(["memory.0": weight]) }
    }
    refusal("weights of labels") { $0.sampling = .labels(["x": 1]) }
    refusal("weights of labels") { $0.sampling = .labels(["a": 0, "b": 0, "c": 0]) }
    refusal("weights of labels") { $0.sampling = .labels(["c": 2]) }
    refusal("weights of labels") { $0.sampling = .labels(["a": 0, "b": 0]) }
    refusal("weights of labels") { $0.sampling = .labels(["a": 1e300, "b": 1e308]) }
    refusal("weights of labels") { $0.sampling = .labels(["a": 1e-12]) }
    refusal("weights of tracks") { $0.sampling = .tracks(["memory.6": 1]) }
    refusal("weights of tracks") {
      $0.sampling = .tracks(
        Dictionary(uniqueKeysWithValues: (0..<6).map { ("memory.\($0)", 0) }))
    }
    refusal("shuffle") {
      $0.sampling = .tracks([:])
      $0.shuffle = false
    }
  }

  @Test func aBatchLargerThanTheSourceIsOneShortBatch() throws {
    let loader = try Loader(
      source,
      configuration: .with {
        $0.batchSize = .max
        $0.epochs = 2
      })
    var delivered = Delivered()
    try delivered.collect(loader)
    #expect(delivered.batchCounts == [6, 6])
  }

  @Test func configurationsAreReadAsTheyWereWritten() throws {
    for sampling in [
      Sampling.uniform, .balanced, .labels(["a": 0.5]), .tracks(["t": 2, "u": 0]),
    ] {
      let configuration = LoaderConfiguration.with {
        $0.sampling = sampling
        $0.seed = .max
        $0.epochs = 3
        $0.dataType = .float16
      }
      let data = try JSONEncoder().encode(configuration)
      #expect(try JSONDecoder().decode(LoaderConfiguration.self, from: data) == configuration)
    }
    #expect(try text(.balanced) == "\"balanced\"")
    #expect(try text(.labels(["a": 0.5])) == #"{"labels":{"a":0.5}}"#)
  }

  @Test(arguments: [
    ("3", "sampling is 3; give \"uniform\", \"balanced\", {\"labels\": {\"blues\": 2}} or "),
    (
      #""balancd""#, "sampling is \"balancd\"; did you mean balanced? give one of uniform, balanced"
    ),
    ("{}", "sampling is an object; give \"uniform\", \"balanced\", {\"labels\":"),
    (#"{"label": {}}"#, "sampling.label is not known; did you mean labels? here may stand "),
    (#"{"labels": {"a": 1}, "track": {}}"#, "sampling.track is not known; did you mean tracks?"),
    (#"{"labels": {}, "seed": 1}"#, "sampling.seed is not known; here may stand labels, tracks"),
    (
      #"{"labels": {}, "tracks": {}}"#,
      "sampling.tracks stands beside labels; give weights of either"
    ),
    (#"{"labels": [1]}"#, "sampling.labels is a list; give weights by name"),
    (#"{"tracks": {"b": 1, "a.wav": "x"}}"#, "sampling.tracks.a.wav is \"x\"; give a number"),
  ])
  func aSamplingOfAnotherFormIsRefused(_ json: String, _ message: String) {
    let error = #expect(throws: JSONFieldError.self) {
      try JSONDecoder().decode(Sampling.self, from: Data(json.utf8))
    }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  private func text(_ sampling: Sampling) throws -> String {
    String(decoding: try JSONEncoder().encode(sampling), as: UTF8.self)
  }
}
