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

  /// Calls `body` with each sample's track, slice, labels and probabilities, in order.
  /// - Throws: ``TrainingError/Kind/data`` where a sample cannot be read, and what `body` throws.
  public func forEach(
    of samples: any SampleSource,
    _ body: (_ location: SampleLocation, _ truth: SampleTruth, _ probabilities: ArraySlice<Float>)
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
        let location = SampleLocation(track: Int(batch.tracks[row]), slice: Int(batch.slices[row]))
        let cells = row * labels..<(row + 1) * labels
        let truth: SampleTruth =
          samples.isTagged
          ? .weights(cells.map { batch.labelDistributions[$0] }) : .label(Int(batch.labels[row]))
        try body(location, truth, probabilities[cells])
      }
    }
  }

  /// How well samples are predicted.
  /// - Throws: as ``forEach(of:_:)``; `.diverged` where a probability is no number.
  public func evaluation(of samples: any SampleSource) throws(TrainingError) -> SideEvaluation {
    var gathering = SideGathering(of: samples)
    try forEach(of: samples) { location, truth, probabilities throws(TrainingError) in
      try gathering.add(location, truth, probabilities: probabilities)
    }
    return try gathering.finish()
  }
}
