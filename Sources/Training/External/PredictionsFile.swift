import Wording
import Corpus
import Safetensors

/// The predictions of a side that a trainer wrote to a file of its run directory.
///
/// A safetensors file of F32 `probabilities` [n, labels], I64 `tracks` [n] and I64 `slices` [n]:
/// every sample of the side once, in any order.
struct PredictionsFile {
  private let subject: String
  private let bytes: [UInt8]

  /// Takes a file's bytes.
  /// - Parameter subject: the file, for messages.
  init(_ bytes: [UInt8], subject: String) {
    self.bytes = bytes
    self.subject = subject
  }

  /// The most bytes that such a file of a side has: the numbers, and a header.
  static func limit(samples: Int, labels: Int) -> Int {
    samples * (4 * labels + 16) + SafetensorsHeader.longestHeader + 8
  }

  /// Computes the metrics of the side.
  ///
  /// - Parameters:
  ///   - source: the side's samples.
  ///   - labels: how many labels the run has.
  /// - Throws: ``TrainingError``: `.plugin` where the file is not what it must be, `.diverged`
  ///   where a probability is no number.
  func evaluate(on source: any SampleSource, labels: Int) throws(TrainingError) -> SideEvaluation {
    let (probabilities, tracks, slices) = try numbers(labels: labels)
    guard tracks.count == source.count else {
      throw refused(
        "it has \(Words.counted(tracks.count, "row")), "
          + "and the side has \(Words.counted(source.count, "sample"))"
      )
    }
    var sampleNumbers: [SampleLocation: Int] = [:]
    sampleNumbers.reserveCapacity(source.count)
    for sample in 0..<source.count { sampleNumbers[source.location(of: sample)] = sample }
    var gathering = SideGathering(of: source)
    for row in tracks.indices {
      let location = SampleLocation(track: Int(tracks[row]), slice: Int(slices[row]))
      guard let sample = sampleNumbers[location] else {
        throw refused(
          "row \(row) is track \(tracks[row]), slice \(slices[row]), which the side has not")
      }
      do throws(TrainingError) {
        try gathering.add(
          location, SampleTruth(of: sample, in: source),
          probabilities: probabilities[row * labels..<(row + 1) * labels])
      } catch {
        throw TrainingError(
          kind: error.kind == .diverged ? .diverged : .plugin, subject: subject,
          detail: "row \(row), \(error.subject): \(error.detail)", hint: error.hint)
      }
    }
    return try gathering.finish()
  }

  /// The mean probability of each label over the rows.
  /// - Throws: ``TrainingError`` `.plugin` where the file is not what it must be.
  func meanProbabilities(labels: Int) throws(TrainingError) -> [Double] {
    let (probabilities, tracks, _) = try numbers(labels: labels)
    var sums = [Double](repeating: 0, count: labels)
    for (index, value) in probabilities.enumerated() { sums[index % labels] += Double(value) }
    return sums.map { $0 / Double(max(1, tracks.count)) }
  }

  private func numbers(labels: Int) throws(TrainingError) -> ([Float], [Int64], [Int64]) {
    let value = bytes.span.bytes
    let header: SafetensorsHeader
    do throws(TensorError) {
      header = try SafetensorsHeader(of: value)
    } catch {
      throw refused("it is no whole safetensors file: \(error.detail)")
    }
    guard let probabilities = header["probabilities"], probabilities.dataType == .float32,
      probabilities.shape.count == 2, probabilities.shape[1] == labels
    else { throw refused("it has no F32 'probabilities' [samples, \(labels)]") }
    let rows = probabilities.shape[0]
    func column(_ name: String) throws(TrainingError) -> [Int64] {
      guard let entry = header[name], entry.shape == [rows], let numbers = entry.int64s(in: value)
      else { throw refused("it has no I64 '\(name)' [\(rows)]") }
      return numbers
    }
    return (probabilities.floats(in: value), try column("tracks"), try column("slices"))
  }

  private func refused(_ detail: String) -> TrainingError {
    TrainingError(
      kind: .plugin, subject: subject, detail: detail,
      hint:
        "write F32 'probabilities' [samples, labels], I64 'tracks' and 'slices' [samples]: every "
        + "sample of the side once")
  }
}
