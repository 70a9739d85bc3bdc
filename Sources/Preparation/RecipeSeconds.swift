internal import Corpus

/// Lengths of slices that a recipe gives in seconds.
///
/// `lengthSeconds`, `hopSeconds` and `requiredSeconds` stand for `length`, `hop` and `required`: the
/// nearest whole number of samples at the recipe's rate. What is hashed into fingerprints is the number
/// of samples, so both ways to write one length are one view.
enum RecipeSeconds {
  /// The keys, each with the one that it stands for.
  static let keys = ["length": "lengthSeconds", "hop": "hopSeconds", "required": "requiredSeconds"]

  /// The recipe with all lengths in samples.
  ///
  /// - Throws: ``RecipeError`` where a length is given twice, or is no length.
  static func inSamples(_ recipe: JSONValue) throws(RecipeError) -> JSONValue {
    guard case .object(var fields) = recipe, case .object(var views)? = fields["views"] else {
      return recipe
    }
    // Another rate is refused where it stands, later.
    var rate = 0.0
    if case .integer(let number)? = fields["sampleRate"] { rate = Double(number) }
    for (name, view) in views {
      guard case .object(var parts) = view, case .object(let slices)? = parts["slices"] else {
        continue
      }
      parts["slices"] = .object(
        try inSamples(slices, rate: rate, at: "views.\(name).slices"))
      views[name] = .object(parts)
    }
    fields["views"] = .object(views)
    return .object(fields)
  }

  private static func inSamples(
    _ slices: [String: JSONValue], rate: Double, at place: String
  ) throws(RecipeError) -> [String: JSONValue] {
    var result = slices
    for (samples, seconds) in keys.sorted(by: { $0.key < $1.key }) {
      guard let value = result.removeValue(forKey: seconds) else { continue }
      let path = "\(place).\(seconds)"
      guard result[samples] == nil else {
        throw RecipeError(
          subject: path, detail: "is given beside \(samples)",
          hint: "give the length in seconds or in samples, one of the two")
      }
      let number: Double? =
        switch value {
        case .number(let number): number
        case .integer(let number): Double(number)
        default: nil
        }
      guard let number else {
        throw RecipeError(
          subject: path, detail: "cannot be read: a number is expected", hint: "write 3 or 2.5")
      }
      let count = (number * rate).rounded()
      // Without a rate there is no number of samples; the rate's own refusal says so.
      guard rate > 0 else { continue }
      guard count >= 1, count <= Double(SliceRule.maximumSamples) else {
        throw RecipeError(
          subject: path, detail: "is \(number), \(count) samples at \(Int(rate)) Hz",
          hint: "give at least one sample's time")
      }
      result[samples] = .integer(Int64(count))
    }
    return result
  }
}
