import Corpus
import DataLoading
import Training

/// Samples of the training side in memory, which what is done to inputs is fitted to.
struct TrainingRows {
  /// How many are read at most, evenly chosen.
  private static let mostRows = 65_536

  /// How many numbers a row has.
  let columns: Int
  /// The numbers, row after row.
  private(set) var values: [Float] = []
  /// The label of each row; nil where a sample may have several.
  private(set) var labels: [Int]?

  /// How many there are.
  var count: Int { values.count / max(1, columns) }

  /// Reads samples.
  /// - Parameter normalisation: what the loader does to them.
  /// - Throws: ``TrainingError/Kind/data`` where a sample cannot be read.
  init(
    of samples: any SampleSource, columns: Int, _ normalisation: Normalisation?
  ) throws(TrainingError) {
    self.columns = columns
    labels = samples.isTagged ? nil : []
    var loading = LoaderConfiguration()
    loading.shuffle = samples.count > Self.mostRows
    loading.epochs = 1
    loading.threads = 0
    loading.normalisation = normalisation
    var left = min(samples.count, Self.mostRows)
    let loader = try inLoading { () throws(LoadingError) in
      try Loader(samples, configuration: loading)
    }
    while left > 0, let batch = try inLoading({ () throws(LoadingError) in try loader.next() }) {
      let floats = batch.floats
      let numbers = batch.labels
      for row in 0..<min(left, batch.count) {
        for column in 0..<columns { values.append(floats[row * columns + column]) }
        labels?.append(Int(numbers[row]))
      }
      left -= batch.count
    }
  }

  /// The same rows with other numbers.
  func mapping(_ values: [Float]) -> TrainingRows {
    var rows = self
    rows.values = values
    return rows
  }
}
