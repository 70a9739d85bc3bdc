import Wording

internal import Corpus
internal import FoundationEssentials
internal import SignalKit

/// Why a recipe cannot be used.
public struct RecipeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where in the recipe: a JSON path such as `views.mel.bands`.
  public let subject: String
  /// What is wrong there.
  public let detail: String
  /// What to do about it.
  public let hint: String

  /// One line: place, fault, remedy.
  public var description: String {
    Words.shown("recipe: \(subject) \(detail); \(hint)")
  }
}

extension Recipe {
  /// Reads and checks a recipe.
  ///
  /// - Throws: ``RecipeError`` that names the place: no JSON, another schema, a key that no recipe
  ///   has (most often a typing error), a value of the wrong type or out of range.
  public static func decode(_ json: [UInt8]) throws(RecipeError) -> Recipe {
    let value: JSONValue
    let recipe: Recipe
    do {
      value = try JSONDecoder().decode(JSONValue.self, from: Data(json))
      try Self.checkKeys(value)
      let inSamples = try RecipeSeconds.inSamples(value).canonicalBytes()
      recipe = try JSONDecoder().decode(Recipe.self, from: Data(inSamples))
    } catch let error as RecipeError {
      throw error
    } catch let error as DecodingError {
      let place = Self.place(of: error)
      let profiles = Profile.allCases.map(\.rawValue).joined(separator: " or ")
      throw RecipeError(
        subject: place, detail: "cannot be read: \(Self.reason(of: error))",
        hint: place == "profile"
          ? "use \(profiles)" : "compare it with Manifests/recipes/gtzan.json")
    } catch let error as SliceRuleError {
      throw RecipeError(
        subject: "\(Self.placeOfSlices(like: error, in: json)).\(error.subject)",
        detail: error.detail, hint: error.hint)
    } catch let error as FaultPolicyError {
      throw RecipeError(
        subject: "faults.\(error.subject)", detail: error.detail, hint: error.hint)
    } catch {
      throw RecipeError(
        subject: "the file", detail: "cannot be read: \(error)",
        hint: "compare it with Manifests/recipes/gtzan.json")
    }
    try recipe.check()
    return recipe
  }

  /// Checks every number.
  ///
  /// - Throws: ``RecipeError`` that names the first one out of range.
  public func check() throws(RecipeError) {
    try Self.require(schema == Self.schema, "schema", "is \(schema)", "use \(Self.schema)")
    try Self.require(
      (1_000...384_000).contains(sampleRate), "sampleRate", "is \(sampleRate)",
      "use 1,000 to 384,000 Hz")
    try Self.require(
      maximumSeconds > 0 && maximumSeconds <= 86_400, "maximumSeconds", "is \(maximumSeconds)",
      "use more than 0 and at most 86,400")
    try Self.require(
      views != Views(), "views", "names no view",
      "give at least one of features, features-30s, waveform, mel")
    for subject in FaultSubject.allCases {
      guard let limit = verdicts.limit(of: subject) else { continue }
      try Self.require(
        limit > 0 && limit <= 1, "verdicts.\(subject.rawValue)", "is \(limit)",
        "use more than 0 and at most 1")
    }
    if let mel = views.mel {
      do {
        _ = try MelSpectrogram(melParameters(mel))
      } catch {
        throw RecipeError(
          subject: "views.mel: \(error.subject)", detail: error.detail, hint: error.hint)
      }
      try Self.require(
        mel.dynamicRange > 0 && mel.dynamicRange <= 400, "views.mel.dynamicRange",
        "is \(mel.dynamicRange)", "use more than 0 and at most 400 dB")
      let limit = Double(sampleRate) / 2
      try Self.require(
        mel.maximumFrequency ?? limit <= limit, "views.mel.maximumFrequency",
        "is \(mel.maximumFrequency ?? limit)", "use at most \(limit), half the sample rate")
    }
    try checkSizes()
  }

  func melParameters(_ view: MelView) -> MelParameters {
    var parameters = MelParameters()
    parameters.sampleRate = Double(sampleRate)
    parameters.transformLength = view.transformLength
    parameters.hop = view.hop
    parameters.bands = view.bands
    parameters.minimumFrequency = view.minimumFrequency
    parameters.maximumFrequency = view.maximumFrequency
    parameters.dynamicRange = Float(view.dynamicRange)
    parameters.padding = profile.padding
    return parameters
  }

  static func require(
    _ holds: Bool, _ subject: String, _ detail: String, _ hint: String
  ) throws(RecipeError) {
    if !holds { throw RecipeError(subject: subject, detail: detail, hint: hint) }
  }

  /// The views that a recipe may name.
  static let viewNames: Set = ["features", "features-30s", "waveform", "mel"]

  private static let sliceKeys = Set(
    ["length", "hop", "required", "maximumCount"] + RecipeSeconds.keys.values)
  private static let melKeys: Set = [
    "slices", "transformLength", "hop", "bands", "minimumFrequency", "maximumFrequency",
    "dynamicRange",
  ]

  /// The keys a recipe may have, by place.
  static let keys: [String: Set<String>] = [
    "": [
      "schema", "name", "sampleRate", "maximumSeconds", "profile", "views", "faults", "verdicts",
    ],
    "faults": Set(FaultSubject.allCases.map(\.rawValue)),
    "verdicts": Set(FaultSubject.allCases.filter(\.hasFigure).map(\.rawValue)),
    "views": viewNames,
    "views.features": ["slices"], "views.features-30s": ["slices"], "views.waveform": ["slices"],
    "views.mel": melKeys,
    "views.features.slices": sliceKeys, "views.features-30s.slices": sliceKeys,
    "views.waveform.slices": sliceKeys, "views.mel.slices": sliceKeys,
  ]

  private static let wholeNumbers: Set = [
    "sampleRate", "length", "hop", "required", "maximumCount", "transformLength", "bands",
  ]

  private static func checkKeys(_ value: JSONValue, at place: String = "") throws(RecipeError) {
    guard case .object(let fields) = value, let known = keys[place] else { return }
    for (key, field) in fields.sorted(by: { $0.key < $1.key }) {
      let here = place.isEmpty ? key : "\(place).\(key)"
      guard known.contains(key) else {
        throw unknown(key, at: here, known: known)
      }
      // The decoder refuses these too, but does not say where they stand.
      if wholeNumbers.contains(key), case .number(let number) = field {
        throw RecipeError(subject: here, detail: "is \(number)", hint: "use a whole number")
      }
      try checkKeys(field, at: here)
    }
  }

  /// A key that no recipe has, with those that were perhaps meant.
  static func unknown(_ key: String, at place: String, known: Set<String>) -> RecipeError {
    let near = NearNames.near(key, in: known)
    let meant = near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? "
    return RecipeError(
      subject: place, detail: "is not something a recipe has",
      hint: "\(meant)here it may have \(known.sorted().joined(separator: ", "))")
  }

  private static func place(of error: DecodingError) -> String {
    let path =
      switch error {
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .dataCorrupted(let context):
        context.codingPath
      case .keyNotFound(let key, let context): context.codingPath + [key]
      @unknown default: [any CodingKey]()
      }
    return path.isEmpty ? "the file" : path.map(\.stringValue).joined(separator: ".")
  }

  /// The view whose slices `error` is about: the decoder does not say.
  private static func placeOfSlices(like error: SliceRuleError, in json: [UInt8]) -> String {
    struct Slices: Decodable {
      var slices: JSONValue
    }
    struct Outline: Decodable {
      var views: [String: Slices]
    }
    let outline = try? JSONDecoder().decode(Outline.self, from: Data(json))
    for (view, part) in (outline?.views ?? [:]).sorted(by: { $0.key < $1.key }) {
      do {
        _ = try JSONDecoder().decode(SliceRule.self, from: Data(part.slices.canonicalBytes()))
      } catch let other as SliceRuleError where other == error {
        return "views.\(view).slices"
      } catch {
        continue
      }
    }
    return "slices"
  }

  private static func reason(of error: DecodingError) -> String {
    switch error {
    case .typeMismatch(is Int.Type, _): "a whole number is expected"
    case .typeMismatch(is Double.Type, _): "a number is expected"
    case .typeMismatch(is String.Type, _): "a text in quotes is expected"
    case .typeMismatch: "an object in braces is expected"
    case .valueNotFound, .keyNotFound: "it is missing"
    case .dataCorrupted(let context): context.debugDescription
    @unknown default: "\(error)"
    }
  }
}
