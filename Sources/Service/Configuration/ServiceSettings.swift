import Corpus
import Files

/// Settings by name, as flags, the environment and a file give them. A flag goes before the
/// environment, and that before the file.
public struct ServiceSettings: Sendable {
  private struct Setting {
    let text: String
    /// What errors call it.
    let origin: String
  }

  /// The names, as they are written on the command line and in a file; in the environment they
  /// are in capitals, `LATHED_TOKEN_FILE` for `token-file`.
  public static let names = [
    "root", "host", "port", "token-file", "tls-certificate", "tls-key", "plaintext", "name",
    "log-format", "log-level", "connections", "idle-seconds", "streams", "stream-bytes",
    "stall-seconds", "loader-threads",
  ]

  private static let fileLimit = 1 << 20
  private var settings: [String: Setting] = [:]

  /// Gathers settings.
  /// - Parameters:
  ///   - flags: those of the command line.
  ///   - environment: all variables; those of other programs are passed over.
  ///   - file: a JSON object in a file; nil for none.
  /// - Throws: ``ConfigurationError`` for a name that is not known and a file that cannot be read.
  public init(
    flags: [String: String], environment: [String: String], file: String?
  ) throws(ConfigurationError) {
    if let file { try add(file: file) }
    for name in Self.names {
      let variable = Self.variable(name)
      if let text = environment[variable] {
        settings[name] = Setting(text: text, origin: variable)
      }
    }
    for (name, text) in flags { settings[name] = Setting(text: text, origin: "--\(name)") }
  }

  /// The variable of a setting.
  public static func variable(_ name: String) -> String {
    "LATHED_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }

  private mutating func add(file: String) throws(ConfigurationError) {
    let members: [String: JSONValue]
    do {
      guard let bytes = try Files.read(file, limit: Self.fileLimit) else {
        throw ConfigurationError(file, "there is no such file", hint: "check the path")
      }
      guard case .object(let read) = try JSONValue(json: bytes, named: file) else {
        throw ConfigurationError(file, "is no JSON object", hint: "write {\"root\": …}")
      }
      members = read
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw ConfigurationError(file, "\(error)", hint: "write a JSON object, {\"root\": …}")
    }
    for (name, value) in members {
      guard Self.names.contains(name) else {
        throw ConfigurationError(
          "\(file): \(name)", "is not known",
          hint: "here may stand \(Self.names.joined(separator: ", "))")
      }
      let text: String
      switch value {
      case .string(let given): text = given
      case .array(let items):
        text = items.compactMap { if case .string(let item) = $0 { item } else { nil } }
          .joined(separator: ",")
      default: text = String(decoding: value.canonicalBytes(), as: UTF8.self)
      }
      settings[name] = Setting(text: text, origin: "\(file): \(name)")
    }
  }
}

extension ServiceSettings {
  /// The configuration that the settings make, checked: what is beyond this machine has a token,
  /// and TLS or the word `plaintext`.
  /// - Throws: ``ConfigurationError``.
  public func configuration() throws(ConfigurationError) -> ServiceConfiguration {
    guard let root = settings["root"]?.text, !root.isEmpty else {
      throw ConfigurationError(
        "root", "is missing", hint: "give --root DIR, the folder in which the caches lie")
    }
    var made = ServiceConfiguration(root: Files.resolved(root))
    guard (try? Files.kind(root)) == .folder else {
      throw ConfigurationError(
        settings["root"]?.origin ?? "root", "\(root) is no folder", hint: "give a folder")
    }
    if let host = settings["host"]?.text { made.host = host }
    made.port = try whole("port", 0...65_535) ?? made.port
    made.tokenFile = settings["token-file"]?.text
    made.tlsCertificate = settings["tls-certificate"]?.text
    made.tlsKey = settings["tls-key"]?.text
    made.allowsPlaintext = try flag("plaintext")
    made.names = settings["name"]?.text.split(separator: ",").map { $0.lowercased() } ?? []
    made.logFormat = try choice("log-format") ?? made.logFormat
    made.logLevel = settings["log-level"]?.text ?? made.logLevel
    made.limits.connections = try whole("connections", 1...1 << 20) ?? made.limits.connections
    made.limits.idleSeconds = try whole("idle-seconds", 1...86_400) ?? made.limits.idleSeconds
    made.limits.streams = try whole("streams", 0...1 << 16) ?? made.limits.streams
    made.limits.streamBytes =
      try whole("stream-bytes", 1 << 20...1 << 46) ?? made.limits.streamBytes
    made.limits.stallSeconds = try whole("stall-seconds", 0...86_400) ?? made.limits.stallSeconds
    made.limits.loaderThreads = try whole("loader-threads", 0...64) ?? made.limits.loaderThreads
    try checkExposure(made)
    return made
  }

  private func checkExposure(_ made: ServiceConfiguration) throws(ConfigurationError) {
    guard (made.tlsCertificate == nil) == (made.tlsKey == nil) else {
      throw ConfigurationError(
        made.tlsKey == nil ? "tls-certificate" : "tls-key", "stands alone",
        hint: "give both --tls-certificate and --tls-key, or neither")
    }
    if made.isLoopback { return }
    guard made.tokenFile != nil else {
      throw ConfigurationError(
        "host", "\(made.host) can be reached from other machines, and nobody is asked for a token",
        hint: "give --token-file FILE, or listen on 127.0.0.1")
    }
    guard made.tlsCertificate != nil || made.allowsPlaintext else {
      throw ConfigurationError(
        "host",
        "\(made.host) can be reached from other machines, and the token would cross the network "
          + "as it is",
        hint: "give --tls-certificate and --tls-key, or --plaintext where a proxy has TLS")
    }
  }

  private func whole(
    _ name: String, _ range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int? {
    guard let setting = settings[name] else { return nil }
    guard let number = Int(setting.text), range.contains(number) else {
      throw ConfigurationError(
        setting.origin, "is '\(setting.text)'",
        hint: "give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private func flag(_ name: String) throws(ConfigurationError) -> Bool {
    guard let setting = settings[name] else { return false }
    switch setting.text {
    case "true", "1", "yes": return true
    case "false", "0", "no", "": return false
    default:
      throw ConfigurationError(
        setting.origin, "is '\(setting.text)'", hint: "give true or false")
    }
  }

  private func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String
  ) throws(ConfigurationError) -> Value? where Value.RawValue == String {
    guard let setting = settings[name] else { return nil }
    if let value = Value(rawValue: setting.text) { return value }
    throw ConfigurationError(
      setting.origin, "is '\(setting.text)'",
      hint: "give one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
  }
}
