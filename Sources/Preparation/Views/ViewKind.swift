public import Corpus
public import DatasetCache
public import SignalKit

/// A kind of view: all that the rest of the program asks of one, in one value that holds its
/// parameters.
///
/// A kind is one file in `Preparation/Kinds` and a line in ``ViewRegistry/builtIn``. The article
/// "Adding a view" writes one from beginning to end.
public protocol ViewKind: Sendable {
  /// The kind with its defaults.
  init()
  /// What recipes call it, such as "mel": small letters, digits and hyphens.
  static var name: String { get }
  /// What it gives, in half a line.
  static var summary: String { get }
  /// Its parameters: what a recipe may set, in which range, and what it means.
  static var parameters: [ViewParameter<Self>] { get }
  /// Counts up whenever the values change for the same parameters, so that caches compute them
  /// again.
  static var algorithm: Int64 { get }
  /// Whether the values depend on the recipe's profile.
  static var usesProfile: Bool { get }
  /// Whether a recipe may name it; the program makes the others by itself.
  static var isForRecipes: Bool { get }
  /// What recipes call this one: ``name``, but for a kind that this program does not have.
  var kindName: String { get }
  /// What the values depend on besides the parameters, such as the content of files that they name;
  /// part of the fingerprint.
  var contents: [String: JSONValue] { get }
  /// The program that computing it starts, with its arguments; empty where it starts none. Recipes
  /// come from elsewhere, so a run starts only what it is allowed to.
  var command: [String] { get }
  /// How slices lie in a value.
  var form: ViewFacts.Form { get }
  /// Whether it makes one value of both channels of stereo, which it is then given side by side;
  /// else each is computed by itself, and a sample has an axis of channels in front.
  var takesStereo: Bool { get }
  /// The unit of the numbers, such as "dB"; empty for plain numbers.
  var unit: String { get }
  /// The names of the numbers of a sample, where it is a row of a table.
  var columns: [String] { get }
  /// The axes of a sample, outermost first, with their lengths.
  func axes(_ context: ViewContext) -> [ViewAxis]
  /// Refuses what only fails together: a range that ends before it begins, more than the rate
  /// gives.
  ///
  /// - Throws: ``ViewFault`` that names the parameter.
  func check(_ context: ViewContext) throws(ViewFault)
  /// What can be computed and is hardly meant, a line each.
  func warnings(_ context: ViewContext) -> [String]
  /// What computes the values of tracks, on one thread.
  ///
  /// - Throws: `SignalError` where the parameters cannot be.
  func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer
}

extension ViewKind {
  /// The first algorithm.
  public static var algorithm: Int64 { 1 }
  /// Most kinds do not depend on it.
  public static var usesProfile: Bool { false }
  /// Recipes name it.
  public static var isForRecipes: Bool { true }
  /// The type's name.
  public var kindName: String { Self.name }
  /// Nothing.
  public var contents: [String: JSONValue] { [:] }
  /// No program.
  public var command: [String] { [] }
  /// A row a slice.
  public var form: ViewFacts.Form { .rows }
  /// Signals do.
  public var takesStereo: Bool { form == .signal }
  /// Plain numbers.
  public var unit: String { "" }
  /// No table.
  public var columns: [String] { [] }
  /// Each parameter's own range is enough.
  public func check(_ context: ViewContext) throws(ViewFault) {}
  /// None.
  public func warnings(_ context: ViewContext) -> [String] { [] }
}

/// What a kind sees of the recipe around it.
public struct ViewContext: Sendable, Hashable {
  /// The view's name.
  public let view: View
  /// Samples a second of the audio that it gets.
  public let sampleRate: Int
  /// Whose numbers are reproduced.
  public let profile: Profile
  /// How tracks are cut.
  public let slices: SliceRule
  /// Which channels of the audio it gets.
  public let channels: ViewChannels

  /// Samples of a slice; nil where a slice is the whole track.
  public var sliceLength: Int? { slices.length }
}

/// An axis of a sample and its length.
public struct ViewAxis: Sendable, Hashable {
  /// What runs along it.
  public var axis: SampleAxis
  /// How many numbers; nil where it depends on the track.
  public var count: Int?

  /// An axis of a length.
  public init(_ axis: SampleAxis, count: Int?) {
    self.axis = axis
    self.count = count
  }
}

/// Why a view's parameters cannot be.
public struct ViewFault: Error, Sendable, Hashable {
  /// The parameter; empty for the view as a whole.
  public let parameter: String
  /// What is wrong with it.
  public let detail: String
  /// What to do about it.
  public let hint: String

  /// A fault of these parts.
  public init(_ parameter: String = "", _ detail: String, hint: String) {
    self.parameter = parameter
    self.detail = detail
    self.hint = hint
  }

  /// Throws unless `holds`.
  public static func require(
    _ holds: Bool, _ parameter: String, _ detail: @autoclosure () -> String, hint: String
  ) throws(ViewFault) {
    if !holds { throw ViewFault(parameter, detail(), hint: hint) }
  }
}
