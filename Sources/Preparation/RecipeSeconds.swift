internal import Corpus

/// Lengths of slices that a recipe gives in seconds.
///
/// `lengthSeconds`, `hopSeconds` and `requiredSeconds` stand for `length`, `hop` and `required`: the
/// nearest whole number of samples at the recipe's rate. What is hashed into fingerprints is the number
/// of samples, so both ways to write one length are one view.
enum RecipeSeconds {
  /// The keys, each with the one that it stands for.
  static let keys = ["length": "lengthSeconds", "hop": "hopSeconds", "required": "requiredSeconds"]

  /// Reads a rule; without a length it is the whole track.
  ///
  /// - Throws: `JSONFieldError` where a length is given twice, is no length, or others stand without one.
  static func slices(_ fields: StrictObject, _ rate: Int) throws(JSONFieldError) -> SliceRule {
    let length = try samples("length", fields, rate)
    let hop = try samples("hop", fields, rate)
    let required = try samples("required", fields, rate)
    let maximumCount = try fields.optional("maximumCount", .whole())
    guard let length else {
      let given = [("hop", hop), ("required", required), ("maximumCount", maximumCount)]
      if let (key, _) = given.first(where: { $0.1 != nil }) {
        throw fields.error(
          key, "is set although there is no length",
          hint: "give a length too, or nothing at all for the whole track")
      }
      return .whole
    }
    guard let hop else {
      throw fields.error("hop", "is missing", hint: "give a whole number of samples, or hopSeconds")
    }
    do throws(SliceRuleError) {
      return try SliceRule(
        length: length, hop: hop, required: required, maximumCount: maximumCount)
    } catch {
      throw fields.error(error.subject, error.detail, hint: error.hint)
    }
  }

  /// The length in samples that fields not yet checked give; nil where they give none, or no number.
  static func length(_ fields: [String: JSONValue], _ rate: Int64) -> Int? {
    switch (fields["length"], fields["lengthSeconds"]) {
    case (.integer(let samples)?, nil): Int(samples)
    case (nil, .integer(let seconds)?): Int(exactly: (Double(seconds) * Double(rate)).rounded())
    case (nil, .number(let seconds)?): Int(exactly: (seconds * Double(rate)).rounded())
    default: nil
    }
  }

  /// A length in samples, given so or in seconds.
  private static func samples(
    _ key: String, _ fields: StrictObject, _ rate: Int
  ) throws(JSONFieldError) -> Int? {
    let samples = try fields.optional(key, .whole())
    guard let secondsKey = keys[key],
      let seconds = try fields.optional(secondsKey, .number)
    else { return samples }
    guard samples == nil else {
      throw fields.error(
        secondsKey, "is given beside \(key)",
        hint: "give the length in seconds or in samples, one of the two")
    }
    let count = (seconds * Double(rate)).rounded()
    guard count >= 1, count <= Double(SliceRule.maximumSamples) else {
      throw fields.error(
        secondsKey, "is \(seconds), \(count) samples at \(rate) Hz",
        hint: "give at least one sample's time")
    }
    return Int(count)
  }
}
