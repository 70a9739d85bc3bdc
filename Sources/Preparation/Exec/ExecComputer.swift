internal import Corpus
internal import DatasetCache
internal import Safetensors
internal import SignalKit

/// Has a program compute a view; which one, the run says.
final class ExecComputer: ViewComputer {
  private let kind: ExecKind
  private let context: ViewContext
  private var program: ExecProgram?

  init(_ kind: ExecKind, _ context: ViewContext) {
    self.kind = kind
    self.context = context
  }

  /// A frame of slices on its way to the program, and the answer. What the program takes itself is not known.
  var byteCount: Int {
    let samples = context.slices.required * context.channels.count
    return kind.batch * (samples + kind.shape.reduce(1, *)) * MemoryLayout<Float>.size
  }

  func join(_ run: ViewRun) {
    program = run.program(of: context.view) { ExecProgram(kind, context, run.cancellation) }
  }

  func value(of track: TrackAudio, slices: Slices) throws(SignalError) -> [Tensor] {
    if program == nil { join(ViewRun()) }
    let values = try program?.values(of: track, slices: slices) ?? []
    return [Tensor("values", shape: [slices.count] + kind.shape, values)]
  }
}
