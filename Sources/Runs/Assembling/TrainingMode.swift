internal import Corpus
public import DatasetCache
public import Networks
public import Training

/// What is trained: a view of the samples, and a trainer.
public struct TrainingMode: Sendable, Hashable {
  /// The view.
  public let view: View
  /// The trainer's name, or ``externalPrefix`` and a command; nil for the view's usual trainer.
  public let trainer: String?

  /// What the name of a trainer begins with where it is a program.
  public static let externalPrefix = "exec:"

  /// A view with a trainer, or with its usual one.
  public init(_ view: View, trainer: String? = nil) {
    self.view = view
    self.trainer = trainer
  }

  /// The mode that a word names: a view, or a trainer, which is trained on its usual view.
  /// - Parameter trainer: the trainer, where the word is a view.
  /// - Throws: ``RunError`` `.choice` where the word is neither, or both name trainers.
  public init(
    named word: String, trainer: String? = nil,
    registry: TrainerRegistry = EmbeddedTrainers.registry
  ) throws(RunError) {
    let isUsualView = registry.kinds.contains { $0.views.contains(word) }
    guard !isUsualView, let kind = registry.kinds.first(where: { $0.name == word }),
      let usual = View(rawValue: kind.views.first ?? "")
    else {
      // Whether the cache has a view of that name shows when it is opened.
      guard let view = View(rawValue: word) else {
        throw RunError(
          kind: .choice, subject: "mode '\(word)'",
          detail: "there is neither a view nor a trainer of that name",
          hint: "give a view of the cache, such as features, waveform or mel, or a trainer "
            + "(\(registry.kinds.map(\.name).joined(separator: ", ")))")
      }
      self.init(view, trainer: trainer)
      return
    }
    guard trainer == nil || trainer == word else {
      throw RunError(
        kind: .choice, subject: "mode '\(word)'", detail: "it is a trainer already",
        hint: "leave out --trainer")
    }
    self.init(usual, trainer: word)
  }

  /// The command of a trainer that is another program; nil for a trainer of a registry.
  static func command(of trainer: String?) -> String? {
    guard let trainer, trainer.hasPrefix(externalPrefix) else { return nil }
    return String(trainer.dropFirst(externalPrefix.count))
  }

  /// The kind of trainer; nil where it is a program.
  /// - Parameter samples: of the view.
  /// - Throws: ``RunError`` `.choice` where the trainer takes no such samples, no trainer does or
  ///   there is no command; `TrainingError` `.configuration` where there is no trainer of that
  ///   name.
  func kind(in registry: TrainerRegistry, for samples: any SampleSource) throws -> TrainerKind? {
    if let command = Self.command(of: trainer) {
      guard !command.allSatisfy(\.isWhitespace) else {
        throw TrainingError(
          kind: .configuration, subject: "trainer 'exec:'", detail: "there is no command",
          hint: "write --trainer 'exec:python3 my_trainer.py'")
      }
      return nil
    }
    if let trainer {
      let kind = try registry.kind(named: trainer)
      if kind.takes(samples.shape, axes: samples.axes) { return kind }
      throw TrainingError(
        kind: .configuration, subject: "trainer '\(trainer)'",
        detail: "it is not for the view \(view.rawValue), whose samples are "
          + samples.shape.map(String.init).joined(separator: " × "),
        hint: "it takes \(kind.input?.words ?? "others")")
    }
    let standard = registry.standard(
      for: view.rawValue, shape: samples.shape, axes: samples.axes)
    if let standard { return standard }
    throw RunError(
      kind: .choice, subject: "view \(view.rawValue)",
      detail: "no trainer takes samples of "
        + samples.shape.map(String.init).joined(separator: " × "),
      hint: "name a program of your own with --trainer exec:COMMAND")
  }
}
