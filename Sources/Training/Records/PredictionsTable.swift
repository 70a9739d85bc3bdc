import Corpus

/// What each track of the measured sides was taken for, `predictions.csv` of a run:
/// `side,track,label,predicted,probability`, a line a track, in the order of sides and ids.
///
/// Names are as `CSVField` writes them; the probability is the mean of the track's slices of what it
/// was taken for.
enum PredictionsTable {
  private static let columns = ["side", "track", "label", "predicted", "probability"]

  /// The table of a run's result; nil where it has no outcomes, as where tracks have several
  /// labels.
  static func csv(_ evaluations: [String: SideEvaluation], labels: [String]) -> [UInt8]? {
    guard evaluations.values.contains(where: { !$0.outcomes.isEmpty }) else { return nil }
    var text = columns.joined(separator: ",") + "\n"
    let names = labels.map(CSVField.name)
    for (side, evaluation) in evaluations.sorted(by: { $0.key < $1.key }) {
      let side = CSVField.name(side)
      for outcome in evaluation.outcomes {
        text +=
          "\(side),\(CSVField.name(outcome.track)),\(names[outcome.label]),"
          + "\(names[outcome.predicted]),\(outcome.probability)\n"
      }
    }
    return Array(text.utf8)
  }

  /// The outcomes of each side.
  /// - Throws: ``TrainingError`` `.run` that names the line at fault.
  static func outcomes(
    _ csv: [UInt8], labels: [String], subject: String
  ) throws(TrainingError) -> [String: [TrackOutcome]] {
    let numbers = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
    var sides: [String: [TrackOutcome]] = [:]
    do throws(ManifestError) {
      var reader = try CSVReader(csv)
      var isHead = true
      while let row = try reader.next() {
        let fields = try columns.indices.map { index throws(ManifestError) in
          CSVField.unguarded(try reader.text(row, index) ?? "")
        }
        if isHead {
          guard fields == columns else {
            throw reader.error(
              .badTable, row.line, "is not the head of a table of predictions", hint: "train again")
          }
          isHead = false
          continue
        }
        guard let label = numbers[fields[2]], let predicted = numbers[fields[3]],
          let probability = Double(fields[4]), (0...1.01).contains(probability)
        else {
          throw reader.error(
            .badTable, row.line, "is no prediction of this run", hint: "train again")
        }
        sides[fields[0], default: []].append(
          TrackOutcome(
            track: fields[1], label: label, predicted: predicted, probability: probability))
      }
    } catch {
      throw .record(subject, "\(error.subject) \(error.detail)")
    }
    return sides
  }
}

extension ResultRecord {
  /// The same with the outcomes of its sides, where they are of these evaluations.
  /// - Returns: nil where the outcomes of a side are of other predictions.
  func adding(_ outcomes: [String: [TrackOutcome]]) -> ResultRecord? {
    var result = self
    for (side, own) in outcomes {
      guard let evaluation = evaluations[side] else { continue }
      var matrix = ConfusionMatrix(labels: evaluation.trackConfusion.labels)
      for outcome in own { matrix.add(label: outcome.label, predicted: outcome.predicted) }
      guard matrix == evaluation.trackConfusion else { return nil }
      result.evaluations[side]?.outcomes = own
    }
    return result
  }
}
