internal import Corpus
internal import DatasetCache
internal import Foundation
internal import Programs
internal import Safetensors
internal import SignalKit

/// A program that computes a view, with the thread that speaks with it. It is started with the
/// first track, and again after one that it broke at.
///
/// Several threads may ask it: while it works on the track of one, another decodes the next and
/// hands it over.
final class ExecProgram: Sendable {
  private let orders = BoundedQueue<ExecOrder?>(capacity: .max)
  private let ended = BoundedQueue<Bool>(capacity: 1)

  init(_ kind: ExecKind, _ context: ViewContext, _ cancellation: Cancellation) {
    let thread = Thread { [orders, ended] in
      var talk = ExecThread(kind, context, orders, cancellation)
      talk.run()
      // Here the program ends, before anybody goes on.
      _ = consume talk
      ended.push(true)
    }
    thread.name = "lathe-\(context.view.rawValue)"
    thread.start()
  }

  /// Ends the program's input, and waits until it has ended.
  deinit {
    orders.push(nil)
    _ = ended.pop(before: nil)
  }

  /// The values of a track, slice after slice.
  ///
  /// - Throws: `SignalError` where the program gives none.
  func values(of track: TrackAudio, slices: Slices) throws(SignalError) -> [Float] {
    let order = ExecOrder(track, slices)
    orders.push(order)
    return try order.values()
  }
}

/// What the thread of a program does.
private struct ExecThread: ~Copyable {
  private let kind: ExecKind
  private let cancellation: Cancellation
  private let frames: ExecFrames
  private let texts: ExecTexts
  private var tracks: ExecTracks
  private var conversation: ProgramConversation?
  /// Why it cannot be started; once it was, a later failure is that of a track.
  private var refusal: SignalError?
  private var hasStarted = false

  init(
    _ kind: ExecKind, _ context: ViewContext, _ orders: BoundedQueue<ExecOrder?>,
    _ cancellation: Cancellation
  ) {
    self.kind = kind
    self.cancellation = cancellation
    frames = ExecFrames(kind: kind, context: context)
    texts = ExecTexts(kind: kind, context: context)
    tracks = ExecTracks(kind, context, orders)
  }

  mutating func run() {
    while tracks.wait() {
      if let refusal {
        tracks.refuse(refusal)
        continue
      }
      do throws(SignalError) {
        if conversation == nil { try start() }
        try speak()
      } catch {
        if !hasStarted { refusal = error }
        tracks.restart(error)
      }
    }
    conversation.take()?.finish()
  }

  private mutating func speak() throws(SignalError) {
    guard var conversation = conversation.take() else { return }
    do throws(ProgramConversation.End) {
      try conversation.exchange(&tracks)
    } catch {
      throw texts.broken(error, conversation.lastWords, code: SignalError.programFailed)
    }
    self.conversation = consume conversation
  }

  /// Starts the program and says what is going to be asked for.
  private mutating func start() throws(SignalError) {
    if cancellation.isCancelled {
      throw texts.broken(.cancelled, LastWords(), code: SignalError.programNotStarted)
    }
    var conversation: ProgramConversation
    do throws(ProgramError) {
      conversation = try ProgramConversation(
        kind.program, environment: ProcessInfo.processInfo.environment,
        silence: .seconds(kind.seconds), cancellation)
    } catch {
      throw texts.notStarted(error)
    }
    var hello = ExecHello(frames: frames)
    do throws(ProgramConversation.End) {
      try conversation.exchange(&hello)
    } catch {
      throw texts.broken(error, conversation.lastWords, code: SignalError.programNotStarted)
    }
    if let fault = hello.fault {
      throw texts.badAnswer(fault, conversation.lastWords, code: SignalError.programNotStarted)
    }
    hasStarted = true
    self.conversation = consume conversation
  }
}

/// The first frame and its answer.
private struct ExecHello: ProgramTalk {
  let frames: ExecFrames
  private(set) var fault: ExecFrames.Fault?
  private var isMade = false
  private(set) var isDue = true
  let longestAnswer = SafetensorsHeader.longestHeader + 8

  init(frames: ExecFrames) { self.frames = frames }

  mutating func nextFrame() throws(ProgramConversation.End) -> [UInt8]? {
    if isMade { return nil }
    isMade = true
    do throws(TensorError) { return try frames.hello() } catch { throw .broken(error.detail) }
  }

  mutating func take(
    _ answer: [UInt8], _ lastWords: LastWords
  ) throws(ProgramConversation.End) {
    isDue = false
    do throws(ExecFrames.Fault) { try frames.takeHello(answer) } catch { fault = error }
  }
}
