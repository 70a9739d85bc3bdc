internal import Corpus
internal import DatasetCache
internal import SignalKit

/// A kind that a cache's recipe names and this program does not have: what was computed of it can be read by
/// name and shape, and nothing more of it can be computed.
struct UnknownKind: ViewKind {
  let kindName: String
  /// Its parameters as the recipe writes them.
  let parameters: [String: JSONValue]

  init() { self.init(kindName: Self.name, parameters: [:]) }

  init(kindName: String, parameters: [String: JSONValue]) {
    self.kindName = kindName
    self.parameters = parameters
  }

  static let name = "unknown"
  static let summary = "a kind that this program does not have"
  static let parameters: [ViewParameter<UnknownKind>] = []
  static let isForRecipes = false

  func axes(_ context: ViewContext) -> [ViewAxis] { [] }

  func makeComputer(_ context: ViewContext) throws(SignalError) -> any ViewComputer {
    throw refusal(of: context.view)
  }

  /// Why a view of it cannot be computed.
  func refusal(of view: View) -> SignalError {
    SignalError(
      "view \(view.rawValue)", "is of the kind \(kindName), which this program does not have",
      hint: "use the program that prepared it, or take the view out of the recipe")
  }
}
