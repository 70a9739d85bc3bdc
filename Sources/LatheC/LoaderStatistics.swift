internal import Corpus
internal import DataLoading

extension OpenLoader {
  /// The statistics of the training side, kept ones where there are.
  static func statistics(
    _ normalising: LoaderOptions.Normalising, of view: String, _ sides: [Side], threads: Int
  ) throws(InterfaceError) -> SampleStatistics {
    throw InterfaceError(.configuration, "normalisation: not yet")
  }
}
