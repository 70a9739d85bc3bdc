import DatasetCache
import Preparation
import Wording

/// What a preparation has come to, as figures.
struct PreparationFigures {
  private var overview: PreparationPlan.Overview?
  private var progress: PreparationProgress?
  /// What it did in all, once it is over.
  var summary: PreparationSummary?

  mutating func add(_ event: PreparationEvent) {
    switch event {
    case .began(let overview): self.overview = overview
    case .advanced(let progress): self.progress = progress
    case .quarantined: break
    }
  }

  /// Writes what is known; nothing before it has begun.
  func write(to text: inout PrometheusText) {
    if let overview {
      text.single(
        "lathe_prepare_tracks_planned", "gauge", "Tracks that this run has to do.",
        Double(overview.pending))
      text.single(
        "lathe_prepare_tracks_unchanged", "gauge", "Tracks that were done already.",
        Double(overview.unchanged))
    }
    if overview != nil || progress != nil {
      text.single(
        "lathe_prepare_tracks_done_total", "counter",
        "Tracks done in this run, those in quarantine included.", Double(progress?.done ?? 0))
      text.single(
        "lathe_prepare_tracks_quarantined_total", "counter", "Tracks that could not be used.",
        Double(progress?.quarantined ?? 0))
      text.single(
        "lathe_prepare_audio_seconds_total", "counter", "Seconds of audio done in this run.",
        progress?.audioSeconds ?? 0)
    }
    if let summary { write(summary, to: &text) }
  }

  private func write(_ summary: PreparationSummary, to text: inout PrometheusText) {
    text.single("lathe_cache_tracks", "gauge", "Tracks in the cache.", Double(summary.tracks))
    text.single(
      "lathe_cache_quarantined", "gauge", "Files in quarantine.",
      Double(summary.quarantine.count))
    text.single(
      "lathe_cache_duplicates", "gauge", "Pairs of tracks that sound the same.",
      Double(summary.duplicates))
    text.family("lathe_cache_bytes", "gauge", "Bytes of the values of a view.")
    for (view, bytes) in summary.bytes.sorted(by: { $0.key < $1.key }) {
      text.sample("lathe_cache_bytes", [("view", view.rawValue)], Double(bytes))
    }
    text.family("lathe_cache_slices", "gauge", "Slices of a view.")
    for (view, slices) in summary.slices.sorted(by: { $0.key < $1.key }) {
      text.sample("lathe_cache_slices", [("view", view.rawValue)], Double(slices))
    }
  }
}
