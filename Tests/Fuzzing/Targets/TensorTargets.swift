import Corpus
import DataLoading
import Networks
import Safetensors
import Training

extension FuzzTarget {
  /// Safetensors values: header, tensors and checksum; what is read is written and read again.
  static let safetensors = FuzzTarget(
    "safetensors",
    words: ["\"F32\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "__metadata__"],
    seeds: {
      let tensors = [
        Tensor("a", shape: [2, 3], [1, 2, 3, 4, 5, 6] as [Float]),
        Tensor("b", shape: [2], [1, -2] as [Float16]), Tensor("c", shape: [], [7] as [Int64]),
        Tensor("d", shape: [0], [] as [Double]), Tensor("e", shape: [3], [1, 2, 3] as [Int16]),
        Tensor("f", shape: [1], [9] as [Int32]), Tensor("g", shape: [2], [9, 8] as [UInt8]),
      ]
      return [
        try SafetensorsWriter(tensors: tensors, metadata: ["track": "pop.1", "é\n": "\""]).bytes(),
        try SafetensorsWriter(tensors: []).bytes(),
      ]
    },
    run: { input in
      let value = input.span.bytes
      guard let header = try read({ try SafetensorsHeader(of: value) }) else { return }
      _ = header.hasValidChecksum(value)
      let tensors = header.entries.map { $0.tensor(in: value) }
      // A header may become longer than one that is read, by its padding and its spelling.
      let again = try read {
        try SafetensorsWriter(
          tensors: tensors, metadata: header.metadata.filter { $0.key != "xxh3" }
        ).bytes()
      }
      guard let again else { return }
      let span = again.span.bytes
      let other = try SafetensorsHeader(of: span)
      try Finding.expect(other.hasValidChecksum(span), "its own checksum is wrong")
      for entry in header.entries {
        try Finding.expect(
          other[entry.name]?.shape == entry.shape
            && other[entry.name]?.dataType == entry.dataType, "\(entry.name) was changed")
      }
    })

  /// States of trainings, and JSON in the place of what a state says of the session; with the
  /// checksum that they have, and with the right one.
  static let checkpoint = FuzzTarget(
    "checkpoint",
    seeds: {
      let trainer = try Trainers.small()
      var session = SessionState()
      let begun = try StateFile.bytes(session, weights: trainer.weights(), own: trainer.state())
      session.step = 3
      session.loader = LoaderState(
        identity: "four", order: "shuffled; 4 an epoch", seed: 1, epoch: 0, position: 2)
      let state = try StateFile.bytes(session, weights: trainer.weights(), own: trainer.state())
      let header = try SafetensorsHeader(of: state.span.bytes)
      let json = header["session"]?.tensor(in: state.span.bytes).bytes ?? []
      return [begun, state, json]
    },
    run: { input in
      var states = [input]
      if input.first == UInt8(ascii: "{") {
        states = [try Trainers.state(session: input)]
      } else if let sealed = Trainers.sealed(input) {
        states.append(sealed)
      }
      for state in states {
        let path = try file.write(state, "state.safetensors")
        let trainer = try Trainers.small()
        let session = try read { try StateFile.restore(path, to: trainer) }
        // What was taken over can be kept again.
        if let session {
          _ = try read {
            try StateFile.bytes(session, weights: trainer.weights(), own: trainer.state())
          }
        }
      }
    })

  private static let file = Scratch()
}

/// A trainer of a few weights, and states for it.
private enum Trainers {
  static func small() throws -> any Trainer {
    try EmbeddedTrainers.registry.kind(named: "features").make(
      TrainerSetting(
        sampleShape: [2], labels: ["a", "b"], labelCounts: [1, 1], threads: 1, batchSize: 2,
        options: TrainerOptions(["hidden": "3", "transform": "none"])))
  }

  /// A sound state but for what it says of the session.
  static func state(session json: [UInt8]) throws -> [UInt8] {
    let trainer = try small()
    let tensors =
      trainer.weights().map { $0.renamed("weights.\($0.name)") }
      + trainer.state().tensors.map { $0.renamed("trainer.\($0.name)") }
      + [Tensor("session", shape: [json.count], json)]
    return try SafetensorsWriter(tensors: tensors, metadata: ["schema": "lathe.state/1"]).bytes()
  }

  /// The same with the right checksum; nil where it has none.
  static func sealed(_ input: [UInt8]) -> [UInt8]? {
    guard let header = try? SafetensorsHeader(of: input.span.bytes),
      let old = header.metadata["xxh3"].map({ Array($0.utf8) }), old.count == 16
    else { return nil }
    let data = input[header.dataOffset...]
    let checksum = Array(data.withUnsafeBytes { XXH3.text(XXH3.checksum($0)) }.utf8)
    guard let range = input[..<header.dataOffset].firstRange(of: old), old != checksum else {
      return nil
    }
    var sealed = input
    sealed.replaceSubrange(range, with: checksum)
    return sealed
  }
}
