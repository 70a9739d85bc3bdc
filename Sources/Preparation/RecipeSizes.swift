internal import Corpus
internal import DatasetCache

extension Recipe {
  /// The largest value of a track that a recipe may ask for, in bytes: half of what LMDB can hold, and
  /// every worker has one in memory.
  private static let maximumValueBytes = Double(1 << 31)

  /// Refuses slices so many that a track's value could not be held: a hop of 1, most often.
  func checkSizes() throws(RecipeError) {
    let frames = Int((maximumSeconds * Double(sampleRate)).rounded(.up))
    for view in views {
      let bytes = view.numbers(ofTrack: frames, in: self) * 4
      try RecipeError.require(
        bytes <= Self.maximumValueBytes, "views.\(view.name.rawValue)",
        "takes up to \(Int(min(bytes / 1e6, 1e15))) MB for a track of maximumSeconds",
        "use a larger hop, a maximumCount or a smaller maximumSeconds")
    }
  }
}

extension RecipeView {
  /// How many numbers the value of a track of so many samples has.
  func numbers(ofTrack frames: Int, in recipe: Recipe) -> Double {
    switch kind.form {
    case .track: return 0
    case .signal: return Double(frames) * Double(channels.count)
    case .rows:
      // An axis whose length depends on the track is taken for a slice of all of it.
      let whole = ViewContext(
        view: name, sampleRate: recipe.sampleRate, profile: recipe.profile,
        slices: (try? SliceRule(length: max(1, frames), hop: max(1, frames))) ?? slices,
        channels: channels)
      let axes = axes(slices.length == nil ? whole : context(of: recipe))
      let slice = axes.reduce(1.0) { $0 * Double($1.count ?? 1) }
      return slice * Double(slices.count(frames: frames))
    }
  }
}
