/// What happens during a fetch.
public enum FetchEvent: Sendable {
  /// What there is to do is known.
  case began(FetchPlan)
  /// So many tracks of the folder have been compared with their checksums.
  case examined(done: Int, of: Int)
  /// So many bytes of a file have come; of how many is nil where the server does not say it.
  case received(title: String, bytes: Int, of: Int?)
  /// So many tracks of an archive or folder are in their places.
  case placed(title: String, done: Int, of: Int)
  /// A server is asked again after a pause.
  case waiting(FetchError, seconds: Double)
  /// A server has failed, and the next is asked.
  case leftMirror(FetchError)
  /// A source has failed, and the next is asked.
  case leftSource(title: String, FetchError)
  /// An archive is not fetched again, since an earlier run found that it has none of so many tracks.
  case lacks(title: String, tracks: Int)
  /// It was stopped, and what has come is kept.
  case stopped(FetchError)
  /// A track came that is not what the manifest says; it was not taken.
  case refused(FetchReport.Refusal)
}
