import Corpus
import DataLoading
import OpenCaches

/// A request for batches: the query as the configuration that every other way in reads too.
enum BatchRequest {
  /// What a query calls differently, so that it stays short.
  private static let keys = ["batch": "batch_size", "ranks": "world_size"]

  /// Bytes of batches that are filled ahead of one stream: what a slow reader costs.
  ///
  /// So little that 200 clients that do not read leave room for others; batches of more, such as
  /// 22 MB, were measured to come as fast with one ahead.
  private static let bytesAhead = 8 << 20
  private static let mostAhead = 64
  /// The batches of a ring of long ones: one ahead, one that is sent, one that was.
  private static let slotsBeside = 3

  static let parameters: [Operation.Parameter] = [
    .init("view", .text(), "the name of a view", isRequired: true),
    .init("split", .text(), "the name of a split; the cache's default where a side is given"),
    .init("side", .json, "a side of it, or a list of sides in JSON; all tracks where left out"),
    .init("test", .text(), "in place of a side: all sides but this one"),
    .init("batch", .integer(1...1 << 31), "samples in a batch; 128 where left out"),
    .init("seed", .unsigned, "keys everything random; 0 where left out"),
    .init("shuffle", .flag, "whether the order is random; true where left out"),
    .init("epoch", .integer(0...1 << 31), "the first epoch; 0 where left out"),
    .init("epochs", .json, "how many epochs, or null for no end; 1 where left out"),
    .init("last_batch", .choice(["keep", "drop"]), "what becomes of the rest of an epoch"),
    .init("samples_per_epoch", .integer(1...1 << 40), "samples in an epoch"),
    .init("sampling", .json, "in which proportion samples come"),
    .init("rank", .integer(0...1 << 20), "which of the ranks asks; 0 where left out"),
    .init("ranks", .integer(1...1 << 20), "how many share the samples; 1 where left out"),
    .init("dtype", .choice(["float32", "float16"]), "the type of the numbers"),
    .init("augmentation", .json, "what is done to each sample"),
    .init("normalisation", .json, "what makes the numbers comparable"),
    .init("sources", .json, "several caches to be mixed, by their names"),
    .init("state", .json, "where to go on: what a frame's metadata or a loader's state says"),
    .init("position", .integer(0...1 << 60), "how many samples of the epoch are passed over"),
  ]

  /// What only a stream takes, not its description.
  static let streamParameters: [Operation.Parameter] = [
    .init("count", .integer(0...1 << 40), "how many batches at most; all where left out"),
    .init(
      "every", .integer(1...BatchShare.most),
      "for several connections: only every so-many-th batch; 1 where left out"),
    .init(
      "skip", .integer(0...BatchShare.most), "how many batches are passed over before the first"),
  ]

  /// Which of the batches are asked for.
  static func share(_ call: Call) -> BatchShare {
    BatchShare(skipped: call.integer("skip") ?? 0, every: call.integer("every") ?? 1)
  }

  /// Opens what is asked for.
  static func parts(_ call: Call) throws -> LoaderParts {
    let options = try options(call.values)
    let catalogue = call.service.catalogue
    var parts = try LoaderParts(options, of: try call.cache().open) {
      name throws(InterfaceError) in
      do { return try catalogue.cache(named: name).open } catch let error as InterfaceError {
        throw error
      } catch { throw InterfaceError(.notFound, "sources: there is no cache '\(name)'") }
    }
    let limits = call.service.configuration.limits
    parts.configuration.threads = limits.loaderThreads
    let (batchBytes, overflows) = parts.longestBatch.multipliedReportingOverflow(
      by: parts.sampleBytes + parts.bytesBeside)
    guard !overflows, batchBytes <= limits.streamBytes / slotsBeside else {
      throw Problem.parameter(
        "batch", "\(parts.longestBatch) samples of \(parts.sampleBytes) bytes are too many",
        hint: "a stream has \(limits.streamBytes / slotsBeside) bytes for a batch")
    }
    parts.configuration.prefetch = min(mostAhead, max(1, bytesAhead / max(1, batchBytes)))
    if let position = call.integer("position") {
      guard parts.state == nil || call["state"] == nil else {
        throw Problem.parameter("position", "stands beside a state", hint: "give one of the two")
      }
      parts.state = try parts.start(epoch: options.epoch)
      parts.state?.position = position
    }
    return parts
  }

  /// What the ring of a loader of these parts takes at most, known before it is taken.
  static func ringBytes(_ parts: LoaderParts) -> Int {
    func rounded(_ bytes: Int) -> Int {
      // Long batches begin at a multiple of a huge page, others at one of a page.
      let page = bytes < 2 << 20 ? 4 << 10 : 2 << 20
      return (bytes + page - 1) / page * page
    }
    let slots = (parts.configuration.prefetch ?? 1) + 2
    return slots
      * (rounded(parts.longestBatch * parts.sampleBytes)
        + rounded(parts.longestBatch * parts.bytesBeside))
  }

  /// A loader of these parts.
  static func loader(_ parts: LoaderParts, _ call: Call) throws -> Loader {
    try placed(call) { () throws(InterfaceError) in try parts.loader(share(call)) }
  }

  /// What makes the batches of a stream, and the state that it begins with.
  static func batches(
    _ parts: LoaderParts, _ call: Call, inPieces: Bool
  ) throws -> (FrameStream.Batches, LoaderState) {
    guard inPieces else {
      let loader = try loader(parts, call)
      return (.whole(loader), loader.state)
    }
    let loader = try placed(call) { () throws(InterfaceError) in try parts.pieces(share(call)) }
    return (.pieces(loader), loader.start)
  }

  private static func placed<Made>(
    _ call: Call, _ make: () throws(InterfaceError) -> Made
  ) throws -> Made {
    do throws(InterfaceError) { return try make() } catch {
      if error.code == .state, let position = call["position"] {
        throw Problem.parameter(
          "position", "\(position) is not in an epoch", hint: "give one that a frame says")
      }
      throw error
    }
  }

  /// What a query asks for, read as the configuration that the C interface and Python take.
  /// - Throws: `.configuration`.
  static func options(_ values: [String: String]) throws(InterfaceError) -> LoaderOptions {
    var fields: [String: JSONValue] = [:]
    for parameter in parameters where parameter.name != "position" {
      guard let text = values[parameter.name] else { continue }
      fields[keys[parameter.name] ?? parameter.name] = value(text, parameter.form)
    }
    return try Texts.options(.object(fields), LoaderOptions.form)
  }

  private static func value(_ text: String, _ form: ParameterForm) -> JSONValue {
    switch form {
    case .text, .choice: .string(text)
    case .integer, .number, .flag, .unsigned, .json:
      (try? JSONValue(json: text.utf8, named: "value")) ?? .string(text)
    }
  }
}
