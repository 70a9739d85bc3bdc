package import Files
import Wording

/// Why something could not be fetched: what was asked for, what came of it, what to do.
public struct FetchError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds; the raw value is a stable code.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Nobody answers: no such host, nobody listens, no certificate that is trusted.
    case connection
    /// The server refuses, by its status.
    case status
    /// Redirected without end, or to what is not asked.
    case redirects
    /// Nothing, or next to nothing, came for too long.
    case stalled
    /// The connection broke before the end.
    case cut
    /// More or fewer bytes than were announced, or than there must be.
    case length
    /// The file is another than a moment ago.
    case changed
    /// The bytes are not those that are wanted.
    case checksum
    /// What came is another thing, such as a page to log in.
    case notTheFile = "not-the-file"
    /// The server does not send parts of a file.
    case noParts = "no-parts"
    /// The archive is damaged, or not safe to unpack.
    case archive
    /// A file on this side cannot be read or written.
    case file
    /// There is no room.
    case space
    /// Another process fetches into the same folder.
    case busy
    /// No server has it.
    case nowhere
    /// libcurl or libcrypto cannot be used.
    case library
    /// It was stopped; what has come is kept.
    case interrupted
  }

  /// The kind.
  public let kind: Kind
  /// The URL, file or archive.
  public let subject: String
  /// What is wrong, to follow the subject.
  public let detail: String
  /// What to do about it.
  public let hint: String
  /// The status of the server's answer, where that is the reason.
  public let status: Int?
  /// The seconds after which the server wants to be asked again.
  public let retryAfter: Int?
  /// Whether the same request may well succeed a little later.
  public let isPassing: Bool

  init(
    _ kind: Kind, _ subject: String, _ detail: String, hint: String, status: Int? = nil,
    retryAfter: Int? = nil, isPassing: Bool = false
  ) {
    self.kind = kind
    self.subject = subject
    self.detail = detail
    self.hint = hint
    self.status = status
    self.retryAfter = retryAfter
    self.isPassing = isPassing
  }

  /// The refusal of a file system.
  package init(file error: FileError) {
    let isSpace = error.isForWantOfSpace
    self.init(
      isSpace ? .space : .file, error.path,
      "could not be used (\(error.operation): \(error.text))",
      hint: error.remedyForWriting + (isSpace ? "; what has come is kept, run it again" : ""))
  }

  /// Does what the file system may refuse.
  static func ofFiles<Value: ~Copyable>(
    _ body: () throws(FileError) -> Value
  ) throws(FetchError) -> Value {
    do { return try body() } catch { throw FetchError(file: error) }
  }

  static let interrupted = FetchError(
    .interrupted, "the fetch", "was stopped", hint: "run it again: it goes on where it stopped")

  /// Whether no other server can help: the fault is on this side.
  var isOurs: Bool {
    [.file, .space, .busy, .library, .interrupted].contains(kind)
  }

  /// One line that a person can act on.
  public var description: String { Words.fault("\(subject) \(detail)", hint: hint) }
}
