import Corpus
import DatasetCache

/// An array of a side, with what writes its numbers.
struct NumpyArray {
  let name: String
  let header: [UInt8]
  /// Bytes of the numbers.
  let byteCount: Int
  /// Gives the numbers piece by piece.
  let pieces: (_ write: ([UInt8]) throws(ExportError) -> Void) throws(ExportError) -> Void

  /// Bytes of the whole `.npy` file.
  var fileBytes: Int { header.count + byteCount }
}

/// The arrays of a side: `samples`, `labels`, `tracks`, `slices`, `label_names`, and `groups` where the
/// dataset has any.
struct NumpyArrays {
  private static let pieceBytes = 1 << 22
  let side: ExportContent.Side
  let content: ExportContent
  let numbers: SampleNumbers

  /// The arrays in order; that of the samples is the last, since it takes longest.
  ///
  /// - Parameter advance: hears how many tracks of the side are done.
  func all(
    _ advance: @escaping (_ tracks: Int) throws(ExportError) -> Void
  ) -> [NumpyArray] {
    let entries = side.tracks
    var all = [
      Self.texts("label_names", content.labels), labels,
      Self.texts("tracks", perSample { $0.record.id }), slices,
    ]
    if content.dataset.tracks.contains(where: { $0.record.group != nil }) {
      all.append(Self.texts("groups", perSample { $0.record.group ?? "" }))
    }
    let (samples, numbers) = (side.samples, numbers)
    let shape = [samples.count] + samples.shape
    all.append(
      NumpyArray(
        name: "samples", header: NumpyHeader.bytes(numbers.numpyName, shape: shape),
        byteCount: shape.reduce(numbers.type.size, *)
      ) { write throws(ExportError) in
        var piece: [UInt8] = []
        for (index, entry) in entries.enumerated() {
          try advance(index)
          for sample in entry.samples {
            try numbers.append(sample, of: samples, to: &piece)
            if piece.count >= Self.pieceBytes {
              try write(piece)
              piece.removeAll(keepingCapacity: true)
            }
          }
        }
        try write(piece)
        try advance(entries.count)
      })
    return all
  }

  /// The number of each sample's label, 64-bit integers, -1 for none; where a track may have several
  /// labels, a row of their weights for each sample, 32-bit floats.
  private var labels: NumpyArray {
    let samples = side.samples
    guard content.isTagged else {
      return Self.integers("labels", (0..<samples.count).map(samples.label(of:)))
    }
    let width = content.labels.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(samples.count * width * 4)
    for sample in 0..<samples.count {
      var row = [Float](repeating: 0, count: width)
      samples.forEachLabel(of: sample) { row[$0] = $1 }
      for weight in row { Self.append(weight.bitPattern, to: &bytes) }
    }
    return Self.array("labels", "<f4", [samples.count, width], bytes)
  }

  private var slices: NumpyArray {
    Self.integers("slices", (0..<side.samples.count).map { side.samples.location(of: $0).slice })
  }

  private func perSample(_ text: (ExportTrack) -> String) -> [String] {
    side.tracks.flatMap { entry in
      [String](repeating: text(entry.track), count: entry.samples.count)
    }
  }

  private static func integers(_ name: String, _ numbers: [Int]) -> NumpyArray {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(numbers.count * 8)
    for number in numbers { append(Int64(number), to: &bytes) }
    return array(name, "<i8", [numbers.count], bytes)
  }

  /// Texts of one width, that of the longest, as Unicode code points of 32 bits.
  private static func texts(_ name: String, _ texts: [String]) -> NumpyArray {
    let width = max(1, texts.map(\.unicodeScalars.count).max() ?? 0)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(texts.count * width * 4)
    for text in texts {
      let end = bytes.count + width * 4
      for scalar in text.unicodeScalars { append(scalar.value, to: &bytes) }
      bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
    }
    return array(name, "<U\(width)", [texts.count], bytes)
  }

  private static func array(
    _ name: String, _ type: String, _ shape: [Int], _ bytes: [UInt8]
  ) -> NumpyArray {
    NumpyArray(
      name: name, header: NumpyHeader.bytes(type, shape: shape), byteCount: bytes.count
    ) { write throws(ExportError) in try write(bytes) }
  }

  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
