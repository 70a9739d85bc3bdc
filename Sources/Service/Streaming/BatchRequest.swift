import Corpus
import DataLoading
import OpenCaches

/// A request for batches: the query as the configuration that every other way in reads too.
enum BatchRequest {
  /// What a query calls differently, so that it stays short.
  private static let keys = ["batch": "batch_size", "ranks": "world_size"]

  /// Bytes of batches that are filled ahead of one stream: what a slow reader costs.
  private static let bytesAhead = 16 << 20
  private static let mostAhead = 64

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

  /// Opens what is asked for.
  static func parts(_ call: Call) throws -> LoaderParts {
    let options = try Texts.options(json(call), LoaderOptions.form)
    let catalogue = call.service.catalogue
    var parts = try LoaderParts(options, of: try call.cache().open) {
      name throws(InterfaceError) in
      do { return try catalogue.cache(named: name).open } catch let error as InterfaceError {
        throw error
      } catch { throw InterfaceError(.notFound, "sources: there is no cache '\(name)'") }
    }
    let limits = call.service.configuration.limits
    parts.configuration.threads = limits.loaderThreads
    let batchBytes = max(
      1,
      parts.sampleBytes.multipliedReportingOverflow(by: parts.configuration.batchSize)
        .partialValue)
    parts.configuration.prefetch = min(mostAhead, max(1, bytesAhead / batchBytes))
    if let position = call.integer("position") {
      guard parts.state == nil || call["state"] == nil else {
        throw Problem.parameter("position", "stands beside a state", hint: "give one of the two")
      }
      parts.state = try parts.start(epoch: options.epoch)
      parts.state?.position = position
    }
    return parts
  }

  /// A loader of these parts.
  static func loader(_ parts: LoaderParts, _ call: Call) throws -> Loader {
    do throws(InterfaceError) { return try parts.loader() } catch {
      if error.code == .state, let position = call["position"] {
        throw Problem.parameter(
          "position", "\(position) is not in an epoch", hint: "give one that a frame says")
      }
      throw error
    }
  }

  /// The configuration as the C interface and Python have it.
  private static func json(_ call: Call) -> JSONValue {
    var fields: [String: JSONValue] = [:]
    for parameter in parameters where parameter.name != "position" {
      guard let text = call[parameter.name] else { continue }
      fields[keys[parameter.name] ?? parameter.name] = value(text, parameter.form)
    }
    return .object(fields)
  }

  private static func value(_ text: String, _ form: ParameterForm) -> JSONValue {
    switch form {
    case .text, .choice: .string(text)
    case .integer, .number, .flag, .unsigned, .json:
      (try? JSONValue(json: text.utf8, named: "value")) ?? .string(text)
    }
  }
}
