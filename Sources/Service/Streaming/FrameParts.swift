import DataLoading
import Safetensors

/// The frames of a stream part by part, however its batches are made: a part is little, so that whoever
/// copies, compresses or encrypts it needs memory for no more than that.
///
/// `@unchecked Sendable`: one thread at a time asks.
final class FrameParts: @unchecked Sendable {
  /// Some of a frame's bytes.
  struct Part {
    /// Where they lie, in their order, until the next part is asked for; ``FrameParts/bytes`` at most.
    let bytes: [UnsafeRawBufferPointer]
    /// The batch that the frame holds.
    let samples: Int
    /// Bytes of the whole frame.
    let frameBytes: Int
    let beginsFrame: Bool
    let endsFrame: Bool
  }

  /// Bytes of a part, but for a frame's head: those of a piece, which stay in the processor's caches.
  static let bytes = PieceLoader.pieceBytes

  private let batches: FrameStream.Batches
  private var frame: OpenFrame?

  init(_ batches: FrameStream.Batches) { self.batches = batches }

  /// The next part; nil after the last batch. What was lent before is given back.
  /// - Throws: ``ClientSocket/Gone`` where a frame that was begun cannot be ended; before a frame, why
  ///   its batch cannot be had.
  func next() throws -> Part? {
    if let frame, !frame.isOver { return try frame.next() }
    frame = nil
    switch batches {
    case .whole(let loader):
      guard let lent = try loader.nextLent() else { return nil }
      frame = try OpenFrame(lent, of: loader, .whole) { loader.release(slot: lent.slot) }
    case .pieces(let loader):
      guard let batch = try loader.nextBatch() else { return nil }
      frame = try OpenFrame(batch.lent, of: loader, .pieces(loader, batch)) {}
    }
    return try frame?.next()
  }

  /// Cuts what lies in memory into runs of at most so many bytes.
  static func runs(
    of pieces: [UnsafeRawBufferPointer], most: Int = bytes
  ) -> [[UnsafeRawBufferPointer]] {
    var made: [[UnsafeRawBufferPointer]] = []
    var room = 0
    for piece in pieces {
      var left = piece[...]
      while !left.isEmpty {
        if room == 0 {
          made.append([])
          room = most
        }
        let taken = left.prefix(room)
        made[made.count - 1].append(UnsafeRawBufferPointer(rebasing: taken))
        room -= taken.count
        left = left.dropFirst(taken.count)
      }
    }
    return made
  }

  /// A frame of which parts were sent, or none yet.
  private final class OpenFrame {
    /// How the numbers of its samples come.
    enum Numbers {
      case whole
      case pieces(PieceLoader, PieceLoader.Batch)
    }

    private let lent: LentBatch
    private let source: any BatchSource
    private let layout: SafetensorsLayout
    private let numbers: Numbers
    private let giveBack: () -> Void
    /// Its length and the header.
    private let head: UnsafeMutableRawBufferPointer
    /// What is made and was not lent yet, the next one last.
    private var made: [[UnsafeRawBufferPointer]] = []
    /// How many samples are made.
    private var rows = 0
    private var isBegun = false

    init(
      _ lent: LentBatch, of source: any BatchSource, _ numbers: Numbers,
      givingBack giveBack: @escaping () -> Void
    ) throws(TensorError) {
      do throws(TensorError) {
        layout = try BatchFrame.layout(lent, of: source)
      } catch {
        giveBack()
        throw error
      }
      self.lent = lent
      self.source = source
      self.numbers = numbers
      self.giveBack = giveBack
      let bytes = BatchFrame.head(of: layout)
      head = .allocate(byteCount: bytes.count, alignment: 1)
      head.copyBytes(from: bytes)
    }

    deinit {
      giveBack()
      head.deallocate()
    }

    var isOver: Bool { isBegun && made.isEmpty && rows == lent.count }

    func next() throws(ClientSocket.Gone) -> Part {
      if made.isEmpty { made = FrameParts.runs(of: try more()).reversed() }
      let run = made.popLast() ?? []
      defer { isBegun = true }
      return Part(
        bytes: (isBegun ? [] : [UnsafeRawBufferPointer(head)]) + run, samples: lent.count,
        frameBytes: 8 + layout.byteCount, beginsFrame: !isBegun,
        endsFrame: made.isEmpty && rows == lent.count)
    }

    /// Makes more of the numbers.
    private func more() throws(ClientSocket.Gone) -> [UnsafeRawBufferPointer] {
      let tensors = BatchFrame.pieces(lent, of: source, layout)
      guard case .pieces(let loader, let batch) = numbers else {
        rows = lent.count
        return tensors
      }
      let inputs = layout.entries.firstIndex { $0.name == "inputs" } ?? 0
      let wanted = rows..<min(rows + loader.samplesPerPiece, lent.count)
      // The batch could be read a moment ago, and has been announced.
      guard let piece = unsafe try? loader.piece(wanted, of: batch) else {
        throw ClientSocket.Gone()
      }
      rows = wanted.upperBound
      return (wanted.lowerBound == 0 ? Array(tensors[..<inputs]) : []) + [piece]
        + (rows == lent.count ? tensors[(inputs + 1)...] : [])
    }
  }
}
