internal import Corpus
public import DatasetCache
public import Safetensors
public import SignalKit

/// Computes the views of a recipe, of tracks in memory, on one thread, and stores nothing: a benchmark
/// measures it. Views that need the same transform share it, as they do in a preparation.
public struct ViewWork: ~Copyable {
  private let views: RecipeViews
  private let computers: [any ViewComputer]
  private var shared = SharedSpectra()

  /// - Throws: `SignalError` where a view cannot be computed.
  public init(_ recipe: Recipe) throws(SignalError) {
    var computers: [any ViewComputer] = []
    for view in recipe.views {
      let computer = try view.kind.makeComputer(view.context(of: recipe))
      shared.add(view, computer)
      computers.append(computer)
    }
    views = recipe.views
    self.computers = computers
  }

  /// The values of a track, by view: what ``ViewComputer/value(of:slices:)`` of each gives; none of a view for
  /// which the track is too short.
  ///
  /// - Throws: `SignalError` where one cannot be computed.
  public mutating func values(of track: TrackAudio) throws(SignalError) -> [View: [Tensor]] {
    shared.begin()
    var values: [View: [Tensor]] = [:]
    let wanted = Set(views.map(\.name))
    for (view, computer) in zip(views, computers) {
      let slices = view.slices.slices(frames: track.floats.count)
      if slices.isEmpty { continue }
      values[view.name] =
        if let value = shared.value(
          of: view.name, .mono, wanted: wanted, track: track, slices: slices)
        {
          value
        } else {
          try computer.value(of: track, slices: slices)
        }
    }
    return values
  }
}
