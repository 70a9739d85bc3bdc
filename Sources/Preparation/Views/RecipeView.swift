public import Corpus
public import DatasetCache

/// One view of a recipe: its name, its kind with all parameters, and how tracks are cut for it.
public struct RecipeView: Sendable {
  /// The name.
  public var name: View
  /// The kind, with its parameters.
  public var kind: any ViewKind
  /// How a track is cut.
  public var slices: SliceRule
  /// In which type its numbers are stored.
  public var precision = ViewPrecision.full
  /// Which channels of the audio it is made of.
  public var channels = ViewChannels.mono

  /// A view; without a name it has that of its kind.
  public init(_ kind: any ViewKind, named name: View? = nil, slices: SliceRule) {
    self.name = name ?? View(of: type(of: kind))
    self.kind = kind
    self.slices = slices
  }

  /// The kind's parameters as a recipe writes them.
  var parameters: [String: JSONValue] { Self.parameters(of: kind) }

  private static func parameters<Kind: ViewKind>(of kind: Kind) -> [String: JSONValue] {
    if let unknown = kind as? UnknownKind { return unknown.parameters }
    let usual = Kind()
    var fields: [String: JSONValue] = [:]
    for parameter in Kind.parameters {
      let value = parameter.write(kind)
      if parameter.isHiddenByDefault, value == parameter.write(usual) { continue }
      fields[parameter.name] = value
    }
    return fields
  }

  /// The key of each field that every kind has.
  enum Key {
    static let kind = "kind"
    static let slices = "slices"
    static let precision = "precision"
    static let channels = "channels"
    /// Those that the first recipes lack.
    static let new: Set = [kind, precision, channels]
    static let all: Set = [kind, slices, precision, channels]
  }

  /// What differs from the view that its name alone would be: the kind where the name does not say
  /// it, the numbers' type and the channels where they are not the usual ones.
  var distinctions: [String: JSONValue] {
    var fields: [String: JSONValue] = [:]
    if kind.kindName != ViewRegistry.kindName(impliedBy: name) {
      fields[Key.kind] = .string(kind.kindName)
    }
    if precision != .full { fields[Key.precision] = .string(precision.rawValue) }
    if channels != .mono { fields[Key.channels] = .string(channels.rawValue) }
    return fields
  }

  /// The view as a recipe writes it.
  var fields: [String: JSONValue] {
    var fields = parameters.merging(distinctions) { $1 }
    fields[Key.slices] = .object(slices.fields)
    return fields
  }

  /// What the kind sees of the recipe.
  func context(of recipe: Recipe) -> ViewContext {
    ViewContext(
      view: name, sampleRate: recipe.sampleRate, profile: recipe.profile, slices: slices,
      channels: channels)
  }
}

extension RecipeView: Hashable {
  /// Whether a recipe writes both alike.
  public static func == (first: RecipeView, second: RecipeView) -> Bool {
    first.name == second.name && first.fields == second.fields
  }

  /// Hashes what a recipe writes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(fields)
  }
}

extension SliceRule {
  /// The rule as a recipe writes it; ``whole`` is nothing.
  var fields: [String: JSONValue] {
    guard let length else { return [:] }
    var fields: [String: JSONValue] = [
      "length": .integer(Int64(length)), "hop": .integer(Int64(hop)),
      "required": .integer(Int64(required)),
    ]
    if let maximumCount { fields["maximumCount"] = .integer(Int64(maximumCount)) }
    return fields
  }
}
