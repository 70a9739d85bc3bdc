import Wording
import ArgumentParser
import DataLoading
import Foundation

/// What `--augment` of several verbs takes.
enum AugmentationArgument {
  /// An augmentation written as JSON, checked.
  /// - Throws: `ValidationError` that says what is wrong with it.
  static func read(_ text: String) throws -> Augmentation {
    do {
      let parts = try JSONDecoder().decode(Augmentation.self, from: Data(text.utf8))
      try parts.check()
      return parts
    } catch let error as LoadingError {
      throw ValidationError("--augment: \(error).")
    } catch {
      throw ValidationError(
        "--augment \(Words.shown(text)): it is no augmentation; write it as "
          + "{\"mixup\":{\"alpha\":0.2}}.")
    }
  }
}
