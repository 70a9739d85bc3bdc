import Corpus
import Files
import Glibc
import HTTPTypes
import Wording

/// Makes the arguments of `lathe` of what a job is given; nothing in them lies outside the root, and
/// nothing that is given becomes an option.
struct JobArguments {
  let root: String
  let caches: FolderSearch
  let overlays: OverlayFiles

  /// - Throws: ``Problem`` 422 that names the field.
  func arguments(_ kind: JobKind, _ fields: [String: String]) throws -> [String] {
    let known = kind.fields.map(\.name)
    if let name = fields.keys.sorted().first(where: { !known.contains($0) }) {
      throw problem(
        name, "is not known", "a job \(kind.name) takes \(known.joined(separator: ", "))")
    }
    var operands: [String] = []
    var options: [String] = []
    for field in kind.fields {
      guard let text = fields[field.name], !text.isEmpty else {
        if field.isRequired { throw problem(field.name, "is missing", "give \(field.about)") }
        continue
      }
      switch field.form {
      case .flag:
        guard ["true", "false"].contains(text) else {
          throw problem(field.name, "is '\(text.prefix(80))'", "give true or false")
        }
        if text == "false" { continue }
        options.append(field.option ?? "--\(field.name)")
        // What people have corrected is a file beside the cache.
        if field.option == "--overlay" {
          options.append("\(root)/\(overlays.name(of: fields["cache"] ?? "."))")
        }
      case .value(let form):
        if let expected = form.objection(to: text) {
          throw problem(field.name, "is '\(text.prefix(80))'", "give \(expected)")
        }
        guard text.utf8.first != UInt8(ascii: "-"), !text.utf8.contains(UInt8(ascii: ":")) else {
          throw problem(field.name, "is '\(text.prefix(80))'", "give \(field.about)")
        }
        add(text, field, &operands, &options)
      case .cache:
        let folder: String
        do { folder = try caches.folder(named: text, "cache") } catch {
          throw problem(field.name, error.detail, error.hint)
        }
        add(folder, field, &operands, &options)
      case .audio, .output:
        add(try path(text, field), field, &operands, &options)
      }
    }
    return kind.command + operands + options
  }

  private func add(
    _ text: String, _ field: JobKind.Field, _ operands: inout [String], _ options: inout [String]
  ) {
    if let option = field.option { options += [option, text] } else { operands.append(text) }
  }

  /// A path under the root: plain parts, and no link among those that are there.
  private func path(_ text: String, _ field: JobKind.Field) throws(Problem) -> String {
    var path = root
    var isThere = true
    let parts = text.pathComponents
    for (index, part) in parts.enumerated() {
      guard let first = part.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-")
      else {
        throw problem(field.name, "is '\(text.prefix(80))'", "give a plain path under the root")
      }
      path += "/\(part)"
      var status = stat()
      if lstat(path, &status) == 0 {
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard isFolder || (index == parts.count - 1 && status.st_mode & S_IFMT == S_IFREG) else {
          throw problem(field.name, "leads out of the root", "give a plain path under the root")
        }
      } else {
        isThere = false
      }
    }
    if case .audio = field.form, !isThere {
      throw problem(field.name, "there is no folder '\(text.prefix(80))'", "give \(field.about)")
    }
    return path
  }

  private func problem(_ field: String, _ detail: String, _ hint: String) -> Problem {
    Problem(.unprocessableContent, "request", "\(field) \(detail)", hint: hint)
  }
}
