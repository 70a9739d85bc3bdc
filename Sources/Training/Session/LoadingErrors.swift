import Corpus
package import DataLoading

extension TrainingError {
  /// An error of the loader as one of the training.
  package init(_ error: LoadingError) {
    // The batch that it was to be in does not help to mend a sample.
    if let sample = error.sample {
      self.init(kind: .data, subject: sample.subject, detail: sample.detail, hint: sample.hint)
      return
    }
    let kind: Kind =
      switch error.kind {
      case .configuration: .configuration
      case .state: .checkpoint
      case .source, .sample: .data
      case .cancelled: .cancelled
      case .exhausted, .forked, .system: .system
      }
    self.init(kind: kind, subject: error.subject, detail: error.detail, hint: error.hint)
  }
}

/// What a body gives; its errors as those of the training.
package func inLoading<Output: ~Copyable>(
  _ body: () throws(LoadingError) -> Output
) throws(TrainingError) -> Output {
  do throws(LoadingError) {
    return try body()
  } catch {
    throw TrainingError(error)
  }
}
