/// One drawing of a sample in an epoch.
struct Draw: Sendable, Hashable {
  /// The number of the sample in its source.
  var sample: Int
  /// How often the order went through the samples that it is drawn from before; with replacement
  /// the number of the draw. Each pass is augmented differently.
  var pass: Int

  init(sample: Int, pass: Int = 0) {
    self.sample = sample
    self.pass = pass
  }
}
