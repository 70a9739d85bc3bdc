import Corpus
import Files
import Glibc

/// What an archive that came whole was found not to have, or to have with another checksum: it is not fetched again for
/// that as long as the server has the same one.
struct KnownLack: Codable, Sendable, Hashable {
  private static let currentSchema = "lathe.lack/1"

  private let schema: String
  private let url: String
  private let validator: String
  /// The paths of tracks.
  private let tracks: Set<String>

  /// Nil where the server gives nothing that tells one archive from the next.
  init?(of state: PartialState?, tracks: [Track]) {
    guard let state, let validator = state.validator else { return nil }
    schema = Self.currentSchema
    url = state.url
    self.validator = validator
    self.tracks = Set(tracks.map(\.path))
  }

  /// What a file says; nil where there is none, or none that can be used.
  init?(reading path: String) {
    guard let bytes = (try? Files.read(path, limit: 1 << 28)) ?? nil,
      let lack: KnownLack = try? StrictJSON.decode(from: bytes, named: path),
      lack.schema == Self.currentSchema
    else { return nil }
    self = lack
  }

  /// Keeps it in a file. That it could not be kept costs no more than another look.
  func write(_ path: String) {
    if let bytes = try? OrderedJSON.encode(self) {
      try? Files.replace(path, with: bytes, isDurable: false)
    }
  }

  /// What is called so is one of these files.
  static let ending = ".lack.json"

  /// Forgets what archives lack, once nothing is missing.
  static func removeAll(in folder: String) {
    for name in (try? Files.names(folder)) ?? [] where name.hasSuffix(ending) {
      unsafe unlink("\(folder)/\(name)")
    }
  }

  /// Whether a server is known to have none of some tracks, and still has the archive that was looked at.
  func holds(
    for tracks: [Track], at mirror: RemoteAddress, _ client: FetchClient
  ) throws(FetchError) -> Bool {
    guard url == mirror.identity, tracks.allSatisfy({ self.tracks.contains($0.path) }) else {
      return false
    }
    let receiver = HeadReceiver(mirror)
    do {
      try client.connection.perform(
        HTTPRequest(address: mirror, part: .bytes(0..<1)), receiver)
    } catch {
      if error != receiver.enough { throw error }
    }
    return receiver.validator == validator
  }

  /// Takes the head of an answer alone.
  private final class HeadReceiver: HTTPReceiver {
    private(set) var validator: String?
    let enough: FetchError
    private let address: RemoteAddress

    init(_ address: RemoteAddress) {
      self.address = address
      enough = FetchError(.length, "\(address)", "sends more than its head", hint: "")
    }

    func begin(_ head: HTTPHead) throws(FetchError) {
      guard [200, 206].contains(head.status) else {
        throw HTTPConnection.error(status: head.status, head, address)
      }
      validator = head.validator
      throw enough
    }

    func receive(_ bytes: RawSpan) throws(FetchError) {}
  }
}
