/// One drawing of a sample in an epoch.
struct Draw: Sendable, Hashable {
  /// The number of the sample in its source.
  var sample: Int
  /// How often the same sample was drawn in this epoch before: 0 but where samples are drawn more
  /// than once. Each pass is augmented differently.
  var pass: Int

  init(sample: Int, pass: Int = 0) {
    self.sample = sample
    self.pass = pass
  }
}
