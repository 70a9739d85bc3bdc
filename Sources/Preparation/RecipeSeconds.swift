internal import Corpus

/// Lengths of slices that a recipe gives in seconds.
///
/// `lengthSeconds`, `hopSeconds` and `requiredSeconds` stand for `length`, `hop` and `required`: the
/// nearest whole number of samples at the recipe's rate. What is hashed into fingerprints is the number
/// of samples, so both ways to write one length are one view.
enum RecipeSeconds {
  /// The keys, each with the one that it stands for.
  static let keys = ["length": "lengthSeconds", "hop": "hopSeconds", "required": "requiredSeconds"]

  /// The keys of lengths in samples, and the largest number of slices.
  static let sampleKeys = ["length", "hop", "required", "maximumCount"]

  /// The fields of slices with all lengths in samples.
  ///
  /// - Throws: ``RecipeError`` where a length is given twice, or is no length.
  static func inSamples(_ slices: RecipeFields, rate: Double) throws(RecipeError) -> RecipeFields {
    var result: [String: JSONValue] = [:]
    for (key, value) in slices.members { result[key] = value }
    for (samples, seconds) in keys.sorted(by: { $0.key < $1.key }) {
      guard result.removeValue(forKey: seconds) != nil else { continue }
      let path = slices.path(seconds)
      guard result[samples] == nil else {
        throw RecipeError(
          subject: path, detail: "is given beside \(samples)",
          hint: "give the length in seconds or in samples, one of the two")
      }
      let number = try slices.number(seconds)
      let count = (number * rate).rounded()
      guard count >= 1, count <= Double(SliceRule.maximumSamples) else {
        throw RecipeError(
          subject: path, detail: "is \(number), \(count) samples at \(Int(rate)) Hz",
          hint: "give at least one sample's time")
      }
      result[samples] = .integer(Int64(count))
    }
    return slices.replacing(result)
  }
}
