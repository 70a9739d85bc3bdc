import Corpus
import HTTPTypes

/// A request for a new job.
enum NewJob {
  /// The kind and the fields.
  /// - Throws: ``Problem`` 422.
  static func read(_ body: [UInt8]) throws(Problem) -> (kind: JobKind, fields: [String: String]) {
    let (name, fields): (String, [String: String])
    do throws(JSONFieldError) {
      let form = JSONForm<(String, [String: String])>.object(named: "the job") {
        fields throws(JSONFieldError) in
        (try fields.required("kind", .text), try fields.optional("fields", .named(.text)) ?? [:])
      }
      (name, fields) = try form.read(JSONValue(json: body, named: "the job"), at: "")
    } catch {
      throw .unreadable(error)
    }
    guard let kind = JobKind.all.first(where: { $0.name == name }) else {
      throw Problem(
        .unprocessableContent, "request", "there is no kind of job '\(name.prefix(80))'",
        hint: "there is \(JobKind.all.map(\.name).joined(separator: ", "))")
    }
    return (kind, fields)
  }
}
