import Corpus
import DatasetCache
package import HTTPTypes
import OpenCaches

/// All that is read of a request before anything is done for it: what strangers write, without a
/// server around it, so that tests can put any text through it.
package struct RequestReading: Sendable {
  /// Why a request was refused.
  package struct Refusal: Sendable {
    /// The status of the answer.
    package let status: Int
    /// The problem document.
    package let document: [UInt8]
  }

  private let root: String
  private let limits = ServiceLimits()
  private let reader: RequestReader
  private let jobArguments: JobArguments

  /// Reads requests to a service over a folder.
  /// - Parameter tokenFile: a file with the token that requests must carry; nil for none.
  /// - Throws: ``ConfigurationError`` for a token that cannot be used.
  package init(root: String, tokenFile: String?) throws {
    let configuration = ServiceConfiguration(root: root)
    self.root = root
    reader = RequestReader(
      ServiceOperations.all,
      gate: Gate(configuration, token: try tokenFile.map { try AccessToken(file: $0) }),
      limits: limits)
    jobArguments = JobArguments(
      root: root, caches: FolderSearch(root: root, isOne: Cache.isCache),
      overlays: OverlayFiles(root: root))
  }

  /// Reads a request with its fields, and its body as everything that takes one.
  /// - Returns: the arguments of the job that the body asks for, where it asks for one that can be
  ///   begun; why the request is refused, where it is.
  package func read(
    _ head: HTTPRequest, body: [UInt8]
  ) -> (arguments: [String]?, refusal: Refusal?) {
    do {
      var route = ""
      let (operation, values) = try reader.read(head, &route)
      _ = ByteRange(head.headerFields[.range], of: 1_000)
      for name in [HTTPField.Name.ifMatch, .ifNoneMatch, .ifRange] {
        if let list = head.headerFields[name] { _ = EntityTag.list(list, holds: "\"a\"") }
      }
      if operation.id == "batches" || operation.id == "loader" {
        _ = try BatchRequest.options(values)
      }
      switch operation.body {
      case "NewJob":
        let (kind, fields) = try NewJob.read(body)
        return (try jobArguments.arguments(kind, fields), nil)
      case "Correction": _ = try OverlayFiles.correction(body)
      default: break
      }
      return (nil, nil)
    } catch {
      let problem = Problem(error)
      return (
        nil, Refusal(status: problem.status.code, document: problem.json.canonicalBytes())
      )
    }
  }
}
