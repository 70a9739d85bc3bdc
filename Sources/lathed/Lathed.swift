import ArgumentParser
import Foundation
import Logging
import Service

/// The daemon's command line.
@main
struct Lathed: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lathed",
    abstract: "Serves prepared music collections over HTTP.",
    discussion: """
      Every option may also stand in a JSON file (--configuration) and in the environment, \
      LATHED_TOKEN_FILE for --token-file; the command line goes before the environment, and that \
      before the file.
      """)

  @Option(help: "The folder under which caches and runs lie.") var root: String?
  @Option(help: "The address to listen on. (default: 127.0.0.1)") var host: String?
  @Option(help: "The port; 0 for a free one. (default: 8765)") var port: String?
  @Option(help: "A file whose first line requests must carry as a bearer token.")
  var tokenFile: String?
  @Option(help: "The certificate chain in PEM.") var tlsCertificate: String?
  @Option(help: "Its private key in PEM.") var tlsKey: String?
  @Flag(help: "Answer other machines without TLS, as behind a proxy that has it.")
  var plaintext = false
  @Option(help: "A further name by which requests may call this server; several by commas.")
  var name: String?
  @Option(help: "The form of the log: text or json. (default: text)") var logFormat: String?
  @Option(help: "The least level that is logged. (default: info)") var logLevel: String?
  @Option(help: "Connections at a time. (default: 4096)") var connections: String?
  @Option(help: "Seconds after which an idle connection is closed. (default: 60)")
  var idleSeconds: String?
  @Option(help: "Streams of batches at a time. (default: 256)") var streams: String?
  @Option(help: "Bytes of the rings of all streams. (default: 4294967296)")
  var streamBytes: String?
  @Option(
    help:
      "Seconds after which a stream that its client takes nothing of makes way for another. (default: 5)"
  )
  var stallSeconds: String?
  @Option(help: "Threads that fill the batches of a stream. (default: 1)")
  var loaderThreads: String?
  @Option(help: "The cache, by its path under the root, that the page is to be opened on.")
  var cache: String?
  @Option(help: "A JSON file with these options by name.") var configuration: String?

  private var flags: [String: String] {
    let given: [String: String?] = [
      "root": root, "host": host, "port": port, "token-file": tokenFile,
      "tls-certificate": tlsCertificate, "tls-key": tlsKey,
      "plaintext": plaintext ? "true" : nil, "name": name, "log-format": logFormat,
      "log-level": logLevel, "connections": connections, "idle-seconds": idleSeconds,
      "streams": streams, "stream-bytes": streamBytes, "stall-seconds": stallSeconds,
      "loader-threads": loaderThreads,
    ]
    return given.compactMapValues { $0 }
  }

  /// What the command line, the environment and a file ask for.
  private func prepared() throws(ConfigurationError) -> (LatheService, root: String) {
    let settings = try ServiceSettings(
      flags: flags, environment: ProcessInfo.processInfo.environment, file: configuration
    ).configuration()
    let level = Logger.Level(rawValue: settings.logLevel) ?? .info
    let format = settings.logFormat
    let logger = Logger(label: "lathed") { label in
      LineLog(label: label, format: format, level: level) { Self.writeError($0) }
    }
    return (try LatheService(settings, logger: logger), settings.root)
  }

  func run() async throws {
    let cache = cache
    let service: LatheService
    let root: String
    do throws(ConfigurationError) {
      (service, root) = try prepared()
    } catch {
      Self.writeError("lathed: \(error)")
      throw ExitCode(2)
    }
    do {
      try await service.run { address in
        print("lathed: serving \(root) on \(address)")
        if let cache {
          var page = URLComponents(string: address)
          page?.path = "/"
          page?.queryItems = [URLQueryItem(name: "cache", value: cache)]
          print("lathed: the page: \(page?.string ?? address)")
        }
        fflush(nil)
      }
    } catch {
      Self.writeError("lathed: \(error)")
      throw ExitCode(1)
    }
  }

  private static func writeError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }
}
