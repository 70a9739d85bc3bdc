internal import DatasetCache
internal import Wording

extension Recipe {
  /// Refuses to start programs that nobody allows to be started. Each is asked about once.
  ///
  /// - Parameters:
  ///   - views: those that are to be computed; nil for all.
  ///   - mayStart: whether a program may be, whose command is given.
  /// - Throws: ``PreparationError`` `.program` that says what would be started.
  func checkPrograms(
    of views: Set<View>? = nil, _ mayStart: (_ command: String) -> Bool
  ) throws(PreparationError) {
    var allowed: Set<[String]> = []
    for view in self.views where views?.contains(view.name) ?? true {
      let command = view.kind.command
      if command.isEmpty || allowed.contains(command) { continue }
      let text = Words.command(command)
      guard mayStart(text) else { throw .program(view: view.name, command: text) }
      allowed.insert(command)
    }
  }
}

extension PreparationPlan {
  /// The views that are computed of some track; nil where a file may hold something else than its
  /// record says: then it may be any.
  var views: Set<View>? {
    if tasks.contains(where: \.isInDoubt) { return nil }
    return tasks.reduce(into: []) { $0.formUnion($1.views) }
  }
}
