import AudioIO
import Corpus
import DatasetCache
import Dispatch
import Foundation
import Logging
import Preparation
import Synchronization
import TestSupport

@testable import Service

/// A server over a small collection of made-up music, prepared once for all tests.
final class ServedMusic: Sendable {
  private static let shared = Result { try ServedMusic() }

  /// The collection that tests read.
  static func get() throws -> ServedMusic { try shared.get() }

  let folder: TemporaryFolder
  static let split = "stratified-seed1-0.5-0.25-0.25"

  /// The folder under which everything that is served lies.
  var root: String { folder.path("root") }
  /// A copy of the cache that no server has open: a process opens a cache once only.
  var copy: String { folder.path("copy") }

  /// Twelve tracks of 1.2 s of two labels, and beside the cache what must not be served.
  private init() throws {
    folder = try TemporaryFolder()
    let audio = folder.path("audio")
    for index in 0..<12 {
      let label = ["high", "low"][index % 2]
      try FileManager.default.createDirectory(
        atPath: "\(audio)/\(label)", withIntermediateDirectories: true)
      try WaveWriter.write(
        samples: Self.samples(index), sampleRate: 8_000, to: "\(audio)/\(label)/t\(index).wav")
    }
    try folder.write("no audio".utf8, "audio/low/<b>bad.wav")
    var preparation = Preparation(folder: audio, cachePath: copy)
    preparation.recipe = try Recipe.decode(Array(Self.recipe.utf8))
    preparation.split = try SplitPlan(
      policy: .stratified, seed: 1, division: .ratios([0.5, 0.25, 0.25]))
    preparation.threads = 2
    _ = try preparation.run(progress: Silence())
    try FileManager.default.createDirectory(
      atPath: "\(root)/inner", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: copy, toPath: "\(root)/music")
    try FileManager.default.copyItem(atPath: copy, toPath: "\(root)/inner/other")
    try FileManager.default.createSymbolicLink(
      atPath: "\(root)/link", withDestinationPath: copy)
  }

  /// The samples of a track.
  static func samples(_ index: Int) -> [Int16] {
    let hertz = (index % 2 == 0 ? 1_500 : 300) + 20 * index
    return (0..<9_600).map { Int16(6_000 * sin(2 * .pi * Double(hertz * $0) / 8_000)) }
  }

  private static let recipe = """
    {"schema": "lathe.recipe/1", "name": "small", "sampleRate": 8000, "maximumSeconds": 60,
     "profile": "librosa-0.8", "views": {
       "features": {"slices": {"length": 4000, "hop": 4000}},
       "waveform": {"slices": {"length": 4000, "hop": 2000}},
       "mel": {"slices": {"length": 4000, "hop": 4000}, "transformLength": 512, "bands": 16}}}
    """

  private struct Silence: ProgressSink {
    func report(_ event: PreparationEvent) {}
  }
}

/// A server that runs while a test does.
struct RunningServer {
  let port: Int

  /// Starts a server on a free port over the music, asks it, and ends it.
  static func with<Output: Sendable>(
    _ change: (inout ServiceConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (RunningServer) throws -> Output
  ) async throws -> Output {
    var configuration = ServiceConfiguration(root: try ServedMusic.get().root)
    configuration.port = 0
    change(&configuration)
    let service = try LatheService(
      configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
    let server = Task {
      defer { continuation.finish() }
      try await service.run { continuation.yield($0) }
    }
    var iterator = addresses.makeAsyncIterator()
    guard let address = await iterator.next(),
      let port = Int(address.split(separator: ":").last ?? "")
    else {
      try await server.value
      throw CancellationError()
    }
    // On a thread of its own: whoever waits for an answer must not keep the server from giving it.
    let output = await withTaskExecutorPreference(OwnThreads()) {
      Result { try body(RunningServer(port: port)) }
    }
    server.cancel()
    _ = try? await server.value
    return try output.get()
  }

  /// Asks for a path under `/v1/caches/music`.
  func music(_ path: String, headers: [String] = []) throws -> Reply {
    try get("/v1/caches/music\(path)", headers: headers)
  }

  /// Asks for a path.
  func get(_ path: String, headers: [String] = []) throws -> Reply {
    try send("GET", path, headers: headers)
  }

  func send(
    _ method: String, _ path: String, host: String? = "127.0.0.1", headers: [String] = [],
    body: String = ""
  ) throws -> Reply {
    let lines =
      ["\(method) \(path) HTTP/1.1"] + (host.map { ["Host: \($0)"] } ?? [])
      + ["Connection: close"] + headers
    return try Reply(
      to: lines.joined(separator: "\r\n") + "\r\n\r\n" + body, port: port,
      hasBody: method != "HEAD")
  }
}

/// Runs tasks on threads that may wait.
private final class OwnThreads: TaskExecutor {
  private let queue = DispatchQueue(label: "waiting", attributes: .concurrent)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
