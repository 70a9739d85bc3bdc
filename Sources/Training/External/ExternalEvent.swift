import Corpus
import Programs

/// A line that a trainer writes to its standard output; ``ExternalTraining`` says what each means.
enum ExternalEvent: Equatable {
  /// What it is about to train.
  struct Start: Equatable, Decodable {
    var parameters: Int?
    var options: [String: String]?
  }

  /// How far an epoch is.
  struct Progress: Equatable, Decodable {
    var epoch: Int
    var samples: Int
    var of: Int
    var loss: Double
    var accuracy: Double
  }

  /// The predictions of a side, in a file.
  struct Predictions: Equatable, Decodable {
    var epoch: Int
    var side: String
    var file: String
  }

  /// An epoch is done.
  struct Epoch: Equatable, Decodable {
    var epoch: Int
    var train: EpochRecord.Training
    var learningRate: Double?
    var trainSeconds: Double?
    var loaderSeconds: Double?
    var samples: Int?
    var checkpoint: String?
  }

  /// There are no more epochs.
  struct End: Equatable, Decodable {
    var status: ResultRecord.Status
    var message: String?
  }

  case start(Start)
  case progress(Progress)
  case predictions(Predictions)
  case epoch(Epoch)
  case end(End)

  /// Reads a line.
  ///
  /// - Parameter subject: which line it is, for messages.
  /// - Throws: ``TrainingError``: `.diverged` for a number that is none, such as Python's `NaN`;
  ///   `.plugin` for all else that is no event.
  init(_ line: [UInt8], subject: String) throws(TrainingError) {
    struct Name: Decodable { let event: String }
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
      try StrictJSON.decode(type, from: line, named: "the line")
    }
    do {
      let name = try decoded(Name.self).event
      switch name {
      case "start": self = .start(try decoded(Start.self))
      case "progress": self = .progress(try decoded(Progress.self))
      case "predictions": self = .predictions(try decoded(Predictions.self))
      case "epoch": self = .epoch(try decoded(Epoch.self))
      case "end": self = .end(try decoded(End.self))
      default:
        throw TrainingError(
          kind: .plugin, subject: subject, detail: "there is no event '\(Self.shown(name))'",
          hint: "events are start, progress, predictions, epoch and end")
      }
    } catch let error as TrainingError {
      throw error
    } catch {
      throw Self.refusal(of: line, error, subject: subject)
    }
  }

  private static func refusal(
    of line: [UInt8], _ error: any Error, subject: String
  ) -> TrainingError {
    let text = shown(String(decoding: line.prefix(200), as: UTF8.self))
    if text.contains("\"event\""), text.contains("NaN") || text.contains("Infinity") {
      return TrainingError(
        kind: .diverged, subject: subject, detail: "a number is none: \(text)",
        hint: "the trainer has diverged: lower its learning rate")
    }
    var detail = "'\(text)' is no JSON object with an \"event\""
    if let error = error as? JSONFieldError { detail += ": it \(error.detail)" }
    switch error as? DecodingError {
    case .keyNotFound(let key, _) where key.stringValue != "event":
      detail = "'\(key.stringValue)' is missing in \(text)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      if !path.isEmpty { detail = "'\(path)' is of the wrong kind in \(text)" }
    default: break
    }
    return TrainingError(
      kind: .plugin, subject: subject, detail: detail,
      hint:
        "standard output is for events alone, one JSON object a line; print all else to standard "
        + "error")
  }

  /// Text from elsewhere, fit for one line of a message.
  static func shown(_ text: String) -> String { LastWords.shown(text) }
}
