internal import Corpus
internal import DatasetCache
internal import FoundationEssentials
internal import Programs
internal import Safetensors
internal import SignalKit
internal import Wording

/// Has a program compute a view. It is started with the first track, and again after one that it broke at.
final class ExecComputer: ViewComputer {
  private let kind: ExecKind
  private let context: ViewContext
  private let frames: ExecFrames
  private var cancellation = Cancellation()
  private var conversation: ProgramConversation?
  /// Frames that the program was sent before this track, the first one included.
  private var sent = 0

  init(_ kind: ExecKind, _ context: ViewContext) {
    self.kind = kind
    self.context = context
    frames = ExecFrames(kind: kind, context: context)
  }

  deinit { conversation.take()?.finish() }

  func watch(_ cancellation: Cancellation) { self.cancellation = cancellation }

  func value(of track: TrackAudio, slices: Slices) throws(SignalError) -> [Tensor] {
    if conversation == nil { try start() }
    var values: [Float] = []
    values.reserveCapacity(slices.count * kind.shape.reduce(1, *))
    var fault: ExecFrames.Fault?
    let starts = Array(stride(from: 0, to: slices.count, by: kind.batch))
    func group(_ number: Int) -> Slices.SubSequence {
      slices[starts[number]..<min(starts[number] + kind.batch, slices.count)]
    }
    let before = sent
    sent += starts.count
    do throws(ProgramConversation.End) {
      try conversation?.exchange(
        starts.count,
        longest: frames.longestAnswer(slices: min(kind.batch, slices.count)),
        frame: { (number) throws(ProgramConversation.End) in
          try Self.sent { () throws(TensorError) in
            try frames.request(group(number), of: track, number: before + number)
          }
        },
        take: { (number, answer) throws(ProgramConversation.End) in
          // The others of the track are read all the same: after them the program can go on with the next track.
          if fault != nil { return }
          do throws(ExecFrames.Fault) {
            values += try frames.values(
              answer, slices: group(number).count, from: starts[number], number: before + number)
          } catch {
            if error.isOutOfStep { throw .broken(error.detail) }
            fault = error
          }
        })
    } catch {
      throw broken(error, code: SignalError.programFailed)
    }
    if let fault { throw told(fault, code: SignalError.programFailed) }
    return [Tensor("values", shape: [slices.count] + kind.shape, values)]
  }

  /// Starts the program and says what is going to be asked for.
  private func start() throws(SignalError) {
    do throws(ProgramError) {
      conversation = try ProgramConversation(
        kind.program, environment: ProcessInfo.processInfo.environment,
        silence: .seconds(kind.seconds), cancellation)
    } catch {
      throw SignalError(
        subject, "its program \(error.subject): \(error.detail)", hint: error.hint,
        code: SignalError.programNotStarted)
    }
    sent = 1
    var fault: ExecFrames.Fault?
    do throws(ProgramConversation.End) {
      try conversation?.exchange(
        1, longest: SafetensorsHeader.longestHeader + 8,
        frame: { (_) throws(ProgramConversation.End) in
          try Self.sent { () throws(TensorError) in try frames.hello() }
        },
        take: { (_, answer) throws(ProgramConversation.End) in
          do throws(ExecFrames.Fault) { try frames.takeHello(answer) } catch { fault = error }
        })
    } catch {
      throw broken(error, code: SignalError.programNotStarted)
    }
    guard let fault else { return }
    defer { conversation = nil }
    throw told(fault, code: SignalError.programNotStarted)
  }

  private static func sent(
    _ make: () throws(TensorError) -> [UInt8]
  ) throws(ProgramConversation.End) -> [UInt8] {
    do throws(TensorError) { return try make() } catch { throw .broken("\(error.detail)") }
  }

  private var subject: String { "view \(context.view.rawValue):" }
  private var program: String { "its program \(LastWords.shown(Words.command(kind.program)))" }

  /// The end of a conversation, which is over then.
  private func broken(_ end: ProgramConversation.End, code: String) -> SignalError {
    defer { conversation = nil }
    switch end {
    case .cancelled:
      return SignalError(
        subject, "\(program) was stopped", hint: "start again", code: SignalError.interrupted)
    case .broken(let detail):
      return SignalError(
        subject, conversation?.lastWords.told("\(program) \(detail)") ?? "\(program) \(detail)",
        hint: Self.hint, code: code)
    }
  }

  private func told(_ fault: ExecFrames.Fault, code: String) -> SignalError {
    let detail = "\(program) \(fault.detail)"
    return SignalError(
      subject, fault.isItsOwnWord ? detail : conversation?.lastWords.told(detail) ?? detail,
      hint: Self.hint, code: code)
  }

  private static let hint =
    "see what a program must do: Sources/Preparation/Preparation.docc/ExecViews.md"
}

extension SignalError {
  /// A program that computes a view broke, or gave what cannot be used.
  static let programFailed = "program-failed"
  /// It could not be started, or refused the view as a whole.
  static let programNotStarted = "program-not-started"
  /// The run was stopped meanwhile.
  static let interrupted = "interrupted"
}
