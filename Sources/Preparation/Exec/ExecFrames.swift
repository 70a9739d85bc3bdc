internal import Corpus
internal import DatasetCache
internal import Safetensors
internal import Wording

/// The frames that go to a program and come from it: 8 bytes of length, little-endian, then a
/// safetensors buffer.
struct ExecFrames {
  /// The version of the contract, in the metadata of every frame that is sent.
  static let schema = "lathe.exec/1"

  let kind: ExecKind
  let context: ViewContext

  /// Why an answer is not one.
  struct Fault: Error {
    let detail: String
    /// Whether it is what the program itself says, not what is found out about it.
    var isItsOwnWord = false
    /// Whether answers and frames have come apart, so that no later answer can be trusted either.
    var isOutOfStep = false
  }

  private var shapeText: String { "[" + kind.shape.map(String.init).joined(separator: ",") + "]" }
  private var common: [String: String] {
    ["schema": Self.schema, "view": context.view.rawValue, "rate": "\(context.sampleRate)"]
  }

  /// The first frame: what is going to be asked for.
  func hello() throws(TensorError) -> [UInt8] {
    var facts = common
    facts["frame"] = "0"
    facts["hello"] = "true"
    facts["shape"] = shapeText
    facts["batch"] = "\(kind.batch)"
    facts["channels"] = "\(context.channels.count)"
    facts["version"] = kind.version
    if let length = context.sliceLength { facts["samples"] = "\(length)" }
    return try Self.frame([], facts)
  }

  /// Slices of a track.
  ///
  /// - Parameters:
  ///   - slices: consecutive ones of it.
  ///   - number: of the frame since the program was started; its answer has to name it.
  func request(
    _ slices: Slices.SubSequence, of track: TrackAudio, number: Int
  ) throws(TensorError) -> [UInt8] {
    let channels = context.channels.count
    let length = slices.first?.length ?? 0
    var samples: [Float] = []
    samples.reserveCapacity(slices.count * length * channels)
    for slice in slices {
      samples +=
        track.floats[slice.range.lowerBound * channels..<slice.range.upperBound * channels]
    }
    var facts = common
    facts["frame"] = "\(number)"
    facts["track"] = track.id
    facts["first"] = "\(slices.startIndex)"
    let shape = [slices.count, length] + (channels == 1 ? [] : [channels])
    return try Self.frame([Tensor("samples", shape: shape, samples)], facts)
  }

  private static func frame(
    _ tensors: [Tensor], _ facts: [String: String]
  ) throws(TensorError) -> [UInt8] {
    let value = try SafetensorsWriter(tensors: tensors, metadata: facts)
    let length = UInt64(value.byteCount)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + value.bytes()
  }

  /// The most bytes of an answer for so many slices: the widest numbers, and a header.
  func longestAnswer(slices: Int) -> Int {
    slices * kind.shape.reduce(1, *) * 8 + SafetensorsHeader.longestHeader + 8
  }

  /// Takes the answer to the first frame.
  /// - Throws: ``Fault`` with the sentence of a program that refuses.
  func takeHello(_ answer: [UInt8]) throws(Fault) {
    _ = try header(of: answer, number: 0)
  }

  /// The values of an answer, slice after slice.
  ///
  /// - Parameters:
  ///   - count: how many slices were sent.
  ///   - first: the first of them, for messages.
  ///   - number: of the frame.
  /// - Throws: ``Fault`` for other than what was asked for, and what the program itself says is
  ///   wrong.
  func values(
    _ answer: [UInt8], slices count: Int, from first: Int, number: Int
  ) throws(Fault) -> [Float] {
    let header = try header(of: answer, number: number)
    let wanted = "F32 'values' [\(([count] + kind.shape).map(String.init).joined(separator: ", "))]"
    guard let entry = header["values"] else {
      let names = header.entries.map { Words.quoted($0.name) }
      throw Fault(
        detail:
          "answered with \(names.isEmpty ? "no tensor" : Words.list(names)), and \(wanted) is due")
    }
    guard entry.shape == [count] + kind.shape else {
      let shape = entry.shape.map(String.init).joined(separator: ", ")
      throw Fault(detail: "answered with 'values' [\(shape)], and \(wanted) is due")
    }
    let values = entry.floats(in: answer.span.bytes)
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      let size = values.count / count
      throw Fault(
        detail: "gave \(values[index]) as number \(index % size) of slice \(first + index / size)")
    }
    return values
  }

  private func header(of answer: [UInt8], number: Int) throws(Fault) -> SafetensorsHeader {
    let header: SafetensorsHeader
    do throws(TensorError) {
      header = try SafetensorsHeader(of: answer.span.bytes)
    } catch {
      throw Fault(detail: "answered with no whole safetensors buffer: \(error.detail)")
    }
    guard header.metadata["frame"] == "\(number)" else {
      let named = header.metadata["frame"].map { "frame \(Words.quoted($0))" } ?? "no frame"
      throw Fault(
        detail: "answered \(named) by its metadata, and frame \"\(number)\" is due",
        isOutOfStep: true)
    }
    if let sentence = header.metadata["error"] {
      throw Fault(detail: "says: \(Words.shown(String(sentence.prefix(500))))", isItsOwnWord: true)
    }
    return header
  }
}
