import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import UnixSignals

/// The service over a folder of caches: an HTTP server until the process is told to end.
public struct LatheService: Sendable {
  private let configuration: ServiceConfiguration
  private let logger: Logger
  private let root: ServedRoot
  private let gate: Gate
  private let server: HTTPServerBuilder

  /// How long open requests and streams have to end when the process is told to.
  private static let patience = Duration.seconds(30)

  /// Prepares to serve; nothing listens yet.
  /// - Throws: ``ConfigurationError`` for a token or a certificate that cannot be used.
  public init(
    _ configuration: ServiceConfiguration, logger: Logger
  ) throws(ConfigurationError) {
    self.configuration = configuration
    self.logger = logger
    let token = try configuration.tokenFile.map { file throws(ConfigurationError) in
      try AccessToken(file: file)
    }
    gate = Gate(configuration, token: token)
    let metrics = ServiceMetrics()
    server = try Self.server(configuration, metrics)
    root = ServedRoot(configuration, metrics: metrics, logger: logger)
  }

  /// Serves until the process gets SIGTERM or SIGINT, or the task is cancelled. Streams then end
  /// after the batch that they are sending.
  /// - Parameter onListening: is given the address once requests are answered, and what the first
  ///   views of the caches need has been read.
  /// - Throws: what keeps it from listening.
  public func run(onListening: @escaping @Sendable (_ address: String) async -> Void) async throws {
    let responder = ServiceResponder(
      ServiceOperations.all, service: root, gate: gate, limits: configuration.limits)
    let scheme = configuration.tlsCertificate == nil ? "http" : "https"
    let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
    let limits = configuration.limits
    let connections = OpenFileLimit.connections(
      atMost: limits.connections, streams: limits.streams)
    if connections < limits.connections {
      logger.warning("the system's limit of open files leaves room for \(connections) connections")
    }
    let application = Application(
      responder: responder, server: server,
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port),
        availableConnectionsDelegate: MaximumAvailableConnections(
          connections, logger: logger)),
      onServerRunning: { [root] channel in
        let port = channel.localAddress?.port ?? 0
        // Requests are answered meanwhile.
        Task {
          let caches = try? await root.make { root.readAhead() }
          await onListening("\(scheme)://\(host):\(port)")
          // One at a time, so that requests can be computed in between.
          for cache in caches ?? [] { try? await root.make { root.auditAhead(cache) } }
        }
      }, logger: logger)
    // Services are ended from the last to the first: streams must end before the server can, and
    // are looked after until then.
    var group = ServiceGroupConfiguration(
      services: [
        StreamWatch(streams: root.streams), application, StreamEnding(streams: root.streams),
      ],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    group.maximumGracefulShutdownDuration = Self.patience
    root.jobs?.start()
    do {
      try await ServiceGroup(configuration: group).run()
    } catch {
      await root.end()
      throw error
    }
    await root.end()
  }

  private static func server(
    _ configuration: ServiceConfiguration, _ metrics: ServiceMetrics
  ) throws(ConfigurationError) -> HTTPServerBuilder {
    let limits = configuration.limits
    let patience = TimeAmount.seconds(Int64(limits.idleSeconds))
    let plain = HTTPServerBuilder.http1(
      configuration: .init(
        additionalChannelHandlers: [ConnectionKeeper(patience: patience, metrics: metrics)],
        idleTimeout: patience,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
          maxHeaderFieldCount: limits.headerFields)))
    guard let certificate = configuration.tlsCertificate, let key = configuration.tlsKey else {
      return plain
    }
    do {
      var tls = TLSConfiguration.makeServerConfiguration(
        certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
        privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
      tls.minimumTLSVersion = .tlsv12
      // Whether the two belong together is seen here, and not when the first client comes.
      _ = try NIOSSLContext(configuration: tls)
      return try .tls(plain, tlsConfiguration: tls)
    } catch {
      throw ConfigurationError(
        "tls-certificate", "\(certificate) and \(key) cannot be used: \(error)",
        hint: "give a certificate chain and its key, both in PEM")
    }
  }
}

/// Looks after streams whose clients take nothing.
private struct StreamWatch: Service {
  let streams: StreamBudget

  private static let period = Duration.seconds(1)

  func run() async throws {
    // A send on a socket waits as long as it takes, so none may be left waiting.
    defer { streams.breakOff() }
    try? await cancelWhenGracefulShutdown {
      while true {
        try await Task.sleep(for: Self.period)
        streams.look()
      }
    }
  }
}

/// Ends the streams when the process is told to end.
private struct StreamEnding: Service {
  let streams: StreamBudget

  func run() async throws {
    try await gracefulShutdown()
    streams.end()
  }
}
