import Corpus

/// A source that is another one but for how it is read.
protocol SourceInAnother: SampleSource {
  var source: TrackSource { get }
}

extension SourceInAnother {
  var name: String { source.name }
  var identity: String { source.identity }
  var count: Int { source.count }
  var shape: [Int] { source.shape }
  var labels: [String] { source.labels }

  func label(of sample: Int) -> Int { source.label(of: sample) }
  func location(of sample: Int) -> SampleLocation { source.location(of: sample) }
  func trackID(_ track: Int) -> String { source.trackID(track) }
  func prefetch(_ sample: Int) {}
}
