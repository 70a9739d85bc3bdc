internal import Corpus
internal import Foundation
internal import Programs
internal import Safetensors
internal import SignalKit

/// What is said to a program about tracks: the frames of one after those of the other, and the
/// answers in the same order.
///
/// Tracks that come while it works are sent at once, so that it need not wait for them when it is
/// through with the first.
struct ExecTracks: ProgramTalk, ~Copyable {
  /// A track that is not answered yet.
  private struct Open {
    let order: ExecOrder
    /// The number of its first frame since the program was started.
    var first = 0
    var made = 0
    var taken = 0
    var values: [Float] = []
    var fault: ExecFrames.Fault?
  }

  private let kind: ExecKind
  private let frames: ExecFrames
  private let texts: ExecTexts
  /// Tracks as they come; nil is the end.
  private let orders: BoundedQueue<ExecOrder?>
  private var open: [Open] = []
  private var isClosed = false
  /// Frames that the program was sent, the first one included.
  private var sent = 1

  init(_ kind: ExecKind, _ context: ViewContext, _ orders: BoundedQueue<ExecOrder?>) {
    self.kind = kind
    frames = ExecFrames(kind: kind, context: context)
    texts = ExecTexts(kind: kind, context: context)
    self.orders = orders
  }

  /// Waits for a track; false where there will be none.
  mutating func wait() -> Bool {
    while open.isEmpty, !isClosed { accept(orders.pop(before: nil)) }
    return !open.isEmpty
  }

  private mutating func accept(_ order: ExecOrder??) {
    switch order {
    case .some(.some(let order)): open.append(Open(order: order))
    case .some(.none): isClosed = true
    case .none: break
    }
  }

  /// The program has to be started again: the track that it was at gets no values, the others are
  /// sent anew.
  mutating func restart(_ error: SignalError) {
    if !open.isEmpty { open.removeFirst().order.settle(.failure(error)) }
    for index in open.indices { open[index] = Open(order: open[index].order) }
    sent = 1
  }

  /// No track gets values.
  mutating func refuse(_ error: SignalError) {
    while !open.isEmpty { restart(error) }
  }

  var isDue: Bool { !open.isEmpty }

  var longestAnswer: Int {
    frames.longestAnswer(slices: min(kind.batch, open.first?.order.slices.count ?? 0))
  }

  mutating func nextFrame() throws(ProgramConversation.End) -> [UInt8]? {
    // One at a time: the next is sent as long as the program is at this one.
    accept(orders.pop(before: .distantPast))
    guard let index = open.firstIndex(where: { $0.made < count(of: $0) }) else { return nil }
    let order = open[index].order
    if open[index].made == 0 { open[index].first = sent }
    do throws(TensorError) {
      let frame = try frames.request(
        group(open[index].made, of: order), of: order.track, number: sent)
      open[index].made += 1
      sent += 1
      return frame
    } catch {
      throw .broken(error.detail)
    }
  }

  mutating func take(
    _ answer: [UInt8], _ lastWords: LastWords
  ) throws(ProgramConversation.End) {
    guard let head = open.first, head.taken < head.made else {
      throw .broken("wrote more than it was asked for")
    }
    // The others of a track are read all the same: after them the program can go on with the next
    // track.
    if head.fault == nil {
      let group = group(head.taken, of: head.order)
      do throws(ExecFrames.Fault) {
        open[0].values += try frames.values(
          answer, slices: group.count, from: group.startIndex, number: head.first + head.taken)
      } catch {
        if error.isOutOfStep { throw .broken(error.detail) }
        open[0].fault = error
      }
    }
    open[0].taken += 1
    guard open[0].taken == count(of: open[0]) else { return }
    let done = open.removeFirst()
    if let fault = done.fault {
      done.order.settle(
        .failure(texts.badAnswer(fault, lastWords, code: SignalError.programFailed)))
    } else {
      done.order.settle(.success(done.values))
    }
  }

  /// Frames of a track.
  private func count(of open: Open) -> Int {
    (open.order.slices.count + kind.batch - 1) / kind.batch
  }

  private func group(_ number: Int, of order: ExecOrder) -> Slices.SubSequence {
    let start = number * kind.batch
    return order.slices[start..<min(start + kind.batch, order.slices.count)]
  }
}
