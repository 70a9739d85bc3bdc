import ArgumentParser
import Corpus
import DataLoading

/// What `--augment` of several verbs takes.
enum AugmentationArgument {
  /// An augmentation written as JSON, checked.
  /// - Throws: `ValidationError` that says what is wrong with it.
  static func read(_ text: String) throws -> Augmentation {
    do {
      let json = try JSONValue(json: text.utf8, named: "the text")
      let parts = try Augmentation.form.read(json, at: "")
      try parts.check()
      return parts
    } catch let error as LoadingError {
      throw ValidationError("--augment: \(error).")
    } catch {
      throw ValidationError("--augment: \(error); an example is {\"mixup\":{\"alpha\":0.2}}.")
    }
  }
}
