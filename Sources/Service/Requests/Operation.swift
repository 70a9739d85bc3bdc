import Corpus
import HTTPTypes
import Hummingbird

/// One thing that can be asked for: where it is, what it takes, what it answers and who answers.
/// Requests are matched to these and the description is written from them, so neither can say what
/// the other does not do.
struct Operation: Sendable {
  /// Something that a request gives.
  struct Parameter: Sendable {
    let name: String
    let form: ParameterForm
    let about: String
    var isRequired = false

    init(_ name: String, _ form: ParameterForm, _ about: String, isRequired: Bool = false) {
      self.name = name
      self.form = form
      self.about = about
      self.isRequired = isRequired
    }
  }

  /// A form in which an answer may come.
  struct Answer: Sendable {
    let mediaType: String
    /// The name of the schema of JSON, among ``Schemas``; nil for bytes.
    var schema: String?

    static func json(_ schema: String) -> Answer {
      Answer(mediaType: "application/json", schema: schema)
    }

    static func bytes(_ mediaType: String) -> Answer { Answer(mediaType: mediaType) }
  }

  let id: String
  /// What is done; HEAD is answered wherever GET is.
  var method = HTTPRequest.Method.get
  /// The path, with names in braces for what varies.
  let path: String
  let summary: String
  var parameters: [Parameter] = []
  /// The name of the schema of the JSON that it is given, among ``Schemas``; nil for nothing.
  var body: String?
  let answers: [Answer]
  /// Whether it is answered without a token.
  var isOpen = false
  /// Whether the query is for the page alone, and not looked at.
  var takesAnyQuery = false
  /// Whether parts of the answer can be asked for.
  var hasRanges = false
  let answer: @Sendable (Call) async throws -> Response

  /// The names in the path.
  var pathNames: [String] {
    path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
      String($0.dropFirst().dropLast())
    }
  }
}
