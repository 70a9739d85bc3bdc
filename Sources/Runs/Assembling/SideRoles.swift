public import Corpus

/// What each side of a split is for.
public struct SideRoles: Sendable, Hashable {
  /// What is learnt from.
  public private(set) var training: [String]
  /// What the best epoch is chosen by; without it the last epoch is the best.
  public private(set) var selection: String?
  /// What the result is of.
  public private(set) var test: String?

  /// The sides that were asked for by name.
  private let asked: [String]

  /// Instead of a side's name: nothing chooses, and the last epoch is taken.
  public static let noSelection = "none"

  /// The usual roles: train, validation and test by name; of folds, the first to test and the
  /// others to train.
  /// - Parameters:
  ///   - training: the sides to learn from instead. What is learnt from chooses nothing, so with
  ///     `validation` among them the last epoch is taken unless another side is named.
  ///   - test: the side to measure by instead.
  ///   - selection: the side to choose the best epoch by instead, or ``noSelection``.
  public init(
    of split: Split, training: [String]? = nil, test: String? = nil, selection: String? = nil
  ) {
    let sides = split.sides
    let isFolds = !sides.contains("train")
    let measured = test ?? (sides.contains("test") ? "test" : isFolds ? sides.first : nil)
    let isFree = measured != "validation" && training?.contains("validation") != true
    let usual = sides.contains("validation") && isFree ? "validation" : nil
    let isChosen = selection != Self.noSelection || sides.contains(Self.noSelection)
    let chosenBy = isChosen ? selection ?? usual : nil
    let learnt = isFolds ? sides.filter { $0 != measured && $0 != chosenBy } : ["train"]
    self.training = training ?? learnt
    self.test = measured
    self.selection = chosenBy
    asked = [test, isChosen ? selection : nil].compactMap { $0 }
  }

  /// The training side in one word: several folds are joined by a plus sign.
  public var trainingName: String { training.joined(separator: "+") }

  /// Refuses roles under which a figure would not be what it is taken for.
  func check() throws(RunError) {
    guard !training.isEmpty else {
      throw RunError(
        kind: .choice, subject: "sides", detail: "no fold is left to learn from",
        hint: "leave out --selection, or make a split of more folds")
    }
    if let side = [selection, test].compactMap({ $0 }).first(where: training.contains) {
      throw RunError(
        kind: .choice, subject: "side '\(side)'",
        detail: "it is learnt from, so it can neither choose nor measure", hint: "name another")
    }
    if let test, test == selection {
      throw RunError(
        kind: .choice, subject: "side '\(test)'",
        detail: "it chooses the best epoch, so it cannot measure it", hint: "name another")
    }
  }

  /// Leaves a side out that has no samples.
  /// - Throws: ``RunError`` `.choice` where it was asked for.
  mutating func leaveOut(_ side: String) throws(RunError) {
    if asked.contains(side) {
      throw RunError(
        kind: .choice, subject: "side '\(side)'", detail: "it has no samples", hint: "name another")
    }
    if selection == side { selection = nil }
    if test == side { test = nil }
  }
}
