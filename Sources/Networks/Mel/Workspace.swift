import Training

/// Memory that layers use one after the other while they work, so that it stays in the caches.
final class Workspace {
  /// Seen by all threads.
  private(set) var shared: FloatStorage?
  private var parts: [FloatStorage?] = []

  /// Room for `shared` floats that all threads see and `part` for each of `parts` parts of a work.
  func reserve(shared: Int, part: Int, parts count: Int) throws(TrainingError) {
    try self.shared.reserve(shared)
    while parts.count < count { parts.append(nil) }
    for index in 0..<count { try parts[index].reserve(part) }
  }

  /// What part `index` has to itself.
  func part(_ index: Int) -> UnsafeMutablePointer<Float> { parts[index].start }
}
