internal import DatasetCache
internal import Programs
internal import SignalKit
internal import Wording

/// Says why a program gave no values.
struct ExecTexts {
  let kind: ExecKind
  let context: ViewContext

  private var subject: String { "view \(context.view.rawValue)" }
  private var program: String { "its program \(LastWords.shown(Words.command(kind.program)))" }
  private static let hint =
    "see what a program must do: Sources/Preparation/Preparation.docc/ExecViews.md"

  /// It could not be started.
  func notStarted(_ error: ProgramError) -> SignalError {
    SignalError(
      subject, "its program \(error.subject): \(error.detail)", hint: error.hint,
      code: SignalError.programNotStarted)
  }

  /// The conversation with it is over.
  func broken(
    _ end: ProgramConversation.End, _ lastWords: LastWords, code: String
  ) -> SignalError {
    switch end {
    case .cancelled:
      SignalError(
        subject, "\(program) was stopped", hint: "start again", code: SignalError.interrupted)
    case .broken(let detail):
      SignalError(
        subject, lastWords.following("\(program) \(detail)"), hint: Self.hint, code: code)
    }
  }

  /// What it answered is no answer.
  func badAnswer(_ fault: ExecFrames.Fault, _ lastWords: LastWords, code: String) -> SignalError {
    let detail = "\(program) \(fault.detail)"
    return SignalError(
      subject, fault.isItsOwnWord ? detail : lastWords.following(detail), hint: Self.hint,
      code: code)
  }
}

extension SignalError {
  /// A program that computes a view broke, or gave what cannot be used.
  static let programFailed = "program-failed"
  /// It could not be started, or refused the view as a whole.
  static let programNotStarted = "program-not-started"
  /// The run was stopped meanwhile.
  static let interrupted = "interrupted"
}
