import Corpus
import DataLoading
import NIOCore
import Safetensors

/// What a stream of batches is made of: eight bytes of length, little-endian, and a safetensors
/// value of that length.
///
/// A batch has the tensors `inputs`, `labels`, `tracks` and `slices`, and `label_distributions`
/// where labels are mixed or several. Its metadata says `epoch`, `index`, `ends_epoch`, and where
/// the loader stands after it, `state_epoch` and `state_position`. The last frame has no tensors;
/// its metadata says why the stream ends.
enum BatchFrame {
  /// Why a stream ends.
  enum End: Sendable {
    /// There are no more batches.
    case epochs
    /// As many were sent as were asked for.
    case count
    /// The server is shutting down; another one can go on.
    case shutdown
    /// The next batch cannot be had.
    case problem(Problem)
  }

  /// The layout of a batch.
  static func layout(_ lent: LentBatch, of loader: any BatchSource) throws(TensorError)
    -> SafetensorsLayout
  {
    let state = loader.state(after: lent)
    let isFloat = loader.configuration.dataType == .float32
    var entries: [SafetensorsLayout.Entry] = [
      .init(
        name: "inputs", dataType: isFloat ? .float32 : .float16,
        shape: [lent.count] + loader.sampleShape)
    ]
    for name in ["labels", "tracks", "slices"] {
      entries.append(.init(name: name, dataType: .int64, shape: [lent.count]))
    }
    if loader.hasLabelDistributions {
      entries.append(
        .init(
          name: "label_distributions", dataType: .float32,
          shape: [lent.count, loader.labels.count]))
    }
    return try SafetensorsLayout(
      entries,
      metadata: [
        "epoch": "\(lent.epoch)", "index": "\(lent.index)", "ends_epoch": "\(lent.endsEpoch)",
        "state_epoch": "\(state.epoch)", "state_position": "\(state.position)",
      ])
  }

  /// Where the numbers of a batch lie, in the order of a layout.
  static func pieces(
    _ lent: LentBatch, of loader: any BatchSource, _ layout: SafetensorsLayout
  ) -> [UnsafeRawBufferPointer] {
    let addresses = unsafe loader.addresses(of: lent)
    return layout.entries.map { entry in
      let start: UnsafeRawPointer? =
        switch entry.name {
        case "inputs": UnsafeRawPointer(addresses.inputs)
        case "labels": UnsafeRawPointer(addresses.labels)
        case "tracks": UnsafeRawPointer(addresses.tracks)
        case "slices": UnsafeRawPointer(addresses.slices)
        default: addresses.labelDistributions.map { UnsafeRawPointer($0) }
        }
      return UnsafeRawBufferPointer(start: start, count: entry.byteCount)
    }
  }

  /// What stands before the numbers: the frame's length and its header.
  static func head(of layout: SafetensorsLayout) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: layout.byteCount >> (8 * $0)) } + layout.header
  }

  /// The frame that ends a stream.
  static func end(_ end: End) -> ByteBuffer {
    let metadata: [String: String] =
      switch end {
      case .epochs: ["end": "epochs"]
      case .count: ["end": "count"]
      case .shutdown: ["end": "shutdown"]
      case .problem(let problem):
        [
          "end": "problem",
          "problem": String(decoding: problem.json.canonicalBytes(), as: UTF8.self),
        ]
      }
    var buffer = ByteBuffer()
    if let layout = try? SafetensorsLayout([], metadata: metadata) {
      buffer.writeBytes(head(of: layout))
    }
    return buffer
  }
}
