import Wording
public import Corpus
public import DataLoading

/// Predicts samples with what a trainer has learnt.
public struct Prediction {
  private let trainer: any Trainer
  private let configuration: LoaderConfiguration

  /// - Parameter configuration: batch size, threads and normalisation; samples come once and in
  ///   order.
  public init(_ trainer: any Trainer, _ configuration: LoaderConfiguration) {
    self.trainer = trainer
    var configuration = configuration
    configuration.shuffle = false
    configuration.epochs = 1
    configuration.augmentation = nil
    self.configuration = configuration
  }

  /// Calls `body` with each sample's track, slice, label and probabilities, in order.
  /// - Throws: ``TrainingError/Kind/data`` where a sample cannot be read, and what `body` throws.
  public func forEach(
    of samples: any SampleSource,
    _ body: (_ place: SamplePlace, _ label: Int, _ probabilities: ArraySlice<Float>)
      throws(TrainingError) -> Void
  ) throws(TrainingError) {
    let loader = try inLoading { () throws(LoadingError) in
      try Loader(samples, configuration: configuration)
    }
    defer { loader.close() }
    let labels = samples.labels.count
    var probabilities: [Float] = []
    while let batch = try inLoading({ () throws(LoadingError) in try loader.next() }) {
      probabilities.removeAll(keepingCapacity: true)
      try trainer.predict(batch, into: &probabilities)
      guard probabilities.count == batch.count * labels else {
        throw TrainingError(
          kind: .plugin, subject: "trainer",
          detail:
            "it gave \(Words.counted(probabilities.count, "probability", "probabilities")) "
            + "for \(Words.counted(batch.count, "sample"))",
          hint: "append one for each of the \(labels) labels of each sample")
      }
      for row in 0..<batch.count {
        let place = SamplePlace(track: Int(batch.tracks[row]), slice: Int(batch.slices[row]))
        try body(
          place, Int(batch.labels[row]), probabilities[row * labels..<(row + 1) * labels])
      }
    }
  }

  /// How well samples are predicted.
  /// - Throws: as ``forEach(of:_:)``; `.diverged` where a probability is no number.
  public func evaluation(of samples: any SampleSource) throws(TrainingError) -> SideEvaluation {
    var evaluation = Evaluation(labels: samples.labels.count) { samples.trackID($0) }
    try forEach(of: samples) { place, label, probabilities throws(TrainingError) in
      try evaluation.add(
        track: place.track, slice: place.slice, label: label, probabilities: probabilities)
    }
    return try evaluation.finish()
  }
}
