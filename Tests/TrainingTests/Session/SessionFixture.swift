import Corpus
import DataLoading
import Foundation
import Safetensors

@testable import Training

/// A small training with a folder of its own: 14 samples in batches of 4, so that an epoch has 4
/// steps and ends in a short one.
struct SessionFixture {
  let folder: RunFolder
  var configuration = SessionConfiguration()
  var source: TrainingSource
  /// The inputs of a sample.
  static let shape = [3, 4]

  init(selects: Bool = true) throws {
    folder = try RunFolder()
    let sides = try ["validation", "test"].enumerated().map {
      TrainingSource.Side($1, try Self.samples(tracks: 4, seed: $0 + 2, name: $1))
    }
    source = try TrainingSource(
      training: try Self.samples(tracks: 7, seed: 1, name: "train"), evaluated: sides,
      selection: selects ? "validation" : nil)
    configuration.epochs = 3
    configuration.batchSize = 4
    configuration.seed = 5
  }

  /// Two slices of each track, of three labels in turn: noise about a centre that the label has.
  static func samples(
    tracks: Int, seed: Int, name: String, labels: Int = 3, noise: Double = 2
  ) throws -> MemorySamples {
    var generator = CounterGenerator(seed: UInt64(seed))
    let size = shape.reduce(1, *)
    var values: [Float] = []
    var rows: [MemorySamples.Row] = []
    for track in 0..<tracks {
      for slice in 0..<2 {
        let label = track % labels
        rows.append(MemorySamples.Row(label: label, track: track, slice: slice))
        for index in 0..<size {
          let centre = index % labels == label ? 1.0 : 0
          values.append(
            Float(centre + noise * (Double(generator.next() >> 11) / 0x1p53 - 0.5)))
        }
      }
    }
    return try MemorySamples(
      name: name, identity: "\(name)-\(seed)-\(tracks)", shape: shape,
      labels: (0..<labels).map { "label\($0)" }, trackIDs: (0..<tracks).map { "track\($0)" },
      rows: rows, values: values)
  }

  func trainer(_ misdeed: SoftmaxRegression.Misdeed = .none) -> SoftmaxRegression {
    SoftmaxRegression(inputs: Self.shape.reduce(1, *), labels: 3, misdeed: misdeed)
  }

  func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  func begin(_ name: String) throws -> RunDirectory {
    var record = RunFixtures.record()
    record.labels = source.training.labels
    return try RunDirectory.create(at: path(name), record: record)
  }

  func session(_ trainer: any Trainer, _ directory: RunDirectory?) -> TrainingSession {
    TrainingSession(trainer, source, configuration, directory: directory)
  }

  /// Trains from the beginning.
  @discardableResult
  func train(_ trainer: any Trainer, in name: String) throws -> ResultRecord {
    try session(trainer, try begin(name)).run()
  }

  /// Goes on with a run by a trainer that knows nothing yet.
  @discardableResult
  func resume(
    _ name: String, with trainer: (any Trainer)? = nil, cancellation: Cancellation = Cancellation()
  ) throws -> ResultRecord {
    let directory = try RunDirectory.resume(at: path(name)).directory
    let session = session(trainer ?? self.trainer(), directory)
    try session.resume()
    return try session.run(cancellation: cancellation)
  }

  /// What `body` throws, and what the run's result says then.
  func failure(
    in name: String, _ body: () throws -> Void
  ) throws -> (error: TrainingError, result: ResultRecord?) {
    do {
      try body()
    } catch let error as TrainingError {
      return (error, try RunDirectory.contents(at: path(name)).result)
    }
    throw TrainingError(kind: .run, subject: "test", detail: "nothing failed")
  }

  /// What a run left: everything but times.
  func outcome(_ name: String) throws -> Outcome {
    let contents = try RunDirectory.contents(at: path(name))
    var result = contents.result
    result?.seconds = 0
    return Outcome(
      best: FileManager.default.contents(atPath: "\(path(name))/best.safetensors"),
      last: FileManager.default.contents(atPath: "\(path(name))/last.safetensors"),
      epochs: contents.epochs.map {
        var epoch = $0
        (epoch.seconds, epoch.trainSeconds, epoch.loaderSeconds) = (0, 0, 0)
        epoch.samplesPerSecond = 0
        return epoch
      }, result: result)
  }

  struct Outcome: Equatable {
    let best, last: Data?
    let epochs: [EpochRecord]
    let result: ResultRecord?
  }

  /// Where a run's state file says that it stands, as JSON.
  func stateJSON(_ name: String) throws -> String {
    let file = try TensorFile(reading: "\(path(name))/state.safetensors")
    return String(decoding: file["session"]?.bytes ?? [], as: UTF8.self)
  }

  /// Writes a run's state anew, with other facts in its header and another position.
  func rewriteState(
    _ name: String, schema: String? = "lathe.state/1", _ change: (String) -> String = { $0 }
  ) throws {
    let file = try TensorFile(reading: "\(path(name))/state.safetensors")
    let json = Array(change(try stateJSON(name)).utf8)
    let tensors = file.names.filter { $0 != "session" }.compactMap { file[$0] }
    let bytes = try CheckpointFile.bytes(
      tensors + [Tensor("session", shape: [json.count], json)],
      metadata: schema.map { ["schema": $0] } ?? [:])
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path(name))/state.safetensors"))
  }
}
