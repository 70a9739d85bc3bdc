internal import Corpus
internal import DatasetCache
internal import SignalKit

extension Recipe: Codable {
  /// The recipe as JSON, in the earliest schema that can say it.
  var json: JSONValue {
    get throws {
      .object([
        "schema": .string(FirstRecipe.canSay(self) ? Self.firstSchema : Self.schema),
        "name": .string(name), "sampleRate": .integer(Int64(sampleRate)),
        "maximumSeconds": .number(maximumSeconds), "profile": .string(profile.rawValue),
        "views": .object(
          Dictionary(
            views.map { ($0.name.rawValue, .object($0.fields)) },
            uniquingKeysWith: { first, _ in first })),
        "faults": try JSONValue(encoding: faults), "verdicts": try JSONValue(encoding: verdicts),
      ])
    }
  }

  /// Writes the recipe, see ``firstSchema``.
  ///
  /// - Throws: `EncodingError` where the encoder refuses.
  public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }

  /// Reads a recipe; see ``decode(_:kinds:keepingUnknownKinds:)``.
  ///
  /// - Throws: ``RecipeError``, `DecodingError`.
  public init(from decoder: any Decoder) throws {
    self = try Recipe.decode(try JSONValue(from: decoder).canonicalBytes())
  }
}
