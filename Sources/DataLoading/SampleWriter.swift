internal import CKernels
internal import Corpus

/// Turns one drawn sample into the floats of its row of a batch.
struct SampleWriter: Sendable {
  private let source: any SampleSource

  init(source: any SampleSource) {
    self.source = source
  }
}
