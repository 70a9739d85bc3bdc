import ArgumentParser

/// Which sides of a split are learnt from and choose, as `train` and `study` take it.
struct SideOptions: ParsableArguments {
  @Option(
    help:
      "The side to choose the best epoch by; validation where there is one. none: the last epoch is taken.",
    completion: Completions.sides)
  var selection: String?

  @Option(
    help: ArgumentHelp(
      "The sides to learn from, such as train,validation once everything is chosen; train, or all folds but "
        + "the one to measure by, if not given.", valueName: "sides"),
    completion: Completions.sides)
  var training: String?

  /// The sides to learn from, one by one; nil for the usual ones.
  func learnt() throws -> [String]? {
    try training.map { try StudyConfigurations.parts($0, option: "--training") }
  }

  /// The names of what was given.
  var given: [String] {
    [("--selection", selection), ("--training", training)].filter { $0.1 != nil }.map(\.0)
  }
}
