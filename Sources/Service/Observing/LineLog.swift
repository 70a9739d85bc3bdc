import Corpus
import FoundationEssentials
public import Logging
import Wording

/// A log of one line an event: for people, or a JSON object.
public struct LineLog: LogHandler {
  /// What is said with every event.
  public var metadata: Logger.Metadata = [:]
  /// The least level that is logged.
  public var logLevel: Logger.Level
  private let label: String
  private let format: ServiceConfiguration.LogFormat
  private let write: @Sendable (String) -> Void

  /// A log.
  /// - Parameters:
  ///   - label: whose it is.
  ///   - format: for people or for programs.
  ///   - level: the least level that is logged.
  ///   - write: is given each line, without a line end.
  public init(
    label: String, format: ServiceConfiguration.LogFormat, level: Logger.Level,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.label = label
    self.format = format
    logLevel = level
    self.write = write
  }

  /// What is said with every event, by name.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes an event.
  public func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }
    let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    switch format {
    case .json:
      var object: [String: JSONValue] = [
        "time": .string(time), "level": .string(event.level.rawValue),
        "message": .string("\(event.message)"), "logger": .string(label),
      ]
      for (name, value) in fields where object[name] == nil {
        object[name] = .string("\(value)")
      }
      write(String(decoding: JSONValue.object(object).canonicalBytes(), as: UTF8.self))
    case .text:
      var line = "\(time) \(event.level.rawValue) \(event.message)"
      for (name, value) in fields.sorted(by: { $0.key < $1.key }) { line += " \(name)=\(value)" }
      // Paths come from clients.
      write(Words.shown(line))
    }
  }
}
