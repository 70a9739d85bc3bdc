import Files

/// One file that is fetched whole, from the first of several servers that gives it, and goes on where it broke off.
struct Download {
  /// What people call it.
  var title: String
  /// The name that it takes when it is whole.
  var target: String
  var mirrors: [RemoteAddress]
  var checksums: Checksums
  /// Whether a part of it is found out when it is used, as an archive is when it is unpacked.
  var provesItself = false

  /// Fetches it.
  /// - Throws: ``FetchError``; what has come stays for the next time.
  func run(_ client: FetchClient) throws(FetchError) {
    let part = try PartialFile(target)
    defer { part.sync() }
    if let size = part.state?.size, part.count == size, size > 0, part.state?.ranges == nil {
      // It came whole, and the run ended before it was looked at.
      if checksums.areKnown, try checksums.objection(to: part.path) == nil {
        return try part.finish()
      }
    }
    try client.first(of: mirrors, for: title, received: { part.count }) {
      mirror throws(FetchError) in
      try fetch(mirror, into: part, client)
    }
  }

  /// Fetches it from one server, in one attempt.
  func fetch(
    _ mirror: RemoteAddress, into part: PartialFile, _ client: FetchClient
  ) throws(FetchError) {
    var request = HTTPRequest(address: mirror)
    if let (start, validator) = resumption(of: part, from: mirror) {
      request.part = .from(start)
      request.ifRange = validator
    }
    var receiver = DownloadReceiver(self, request, part, client)
    do {
      try client.connection.perform(request, receiver)
    } catch {
      guard receiver.mustDecode else { throw error }
      // The server compresses it for the way, unasked: parts of that cannot be joined.
      request = HTTPRequest(address: mirror, decodes: true)
      receiver = DownloadReceiver(self, request, part, client)
      try client.connection.perform(request, receiver)
    }
    try receiver.end()
    guard let objection = try checksums.objection(to: part.path) else { return try part.finish() }
    try part.discard()
    throw FetchError(
      .checksum, "\(mirror)", objection,
      hint: "give another mirror, or correct the checksum if the file was published anew",
      // What was put together of two parts may be at fault, and not the server.
      isPassing: receiver.isResumed)
  }

  /// Where to go on, and what the file must still have; nil to begin anew.
  private func resumption(
    of part: PartialFile, from mirror: RemoteAddress
  ) -> (start: Int, validator: String?)? {
    guard part.count > 0, let state = part.state, state.ranges == nil else { return nil }
    if let size = state.size, part.count >= size { return nil }
    if state.url == mirror.identity, let validator = state.validator {
      return (part.count, validator)
    }
    // Another server's bytes, or those of one that says nothing of versions: the checksum decides.
    return checksums.areKnown ? (part.count, nil) : nil
  }
}

/// Takes the answer to a request for a file.
private final class DownloadReceiver: HTTPReceiver {
  /// Whether the server sends the file compressed, so that it must be asked otherwise.
  private(set) var mustDecode = false
  /// Whether the bytes follow those of an earlier answer.
  private(set) var isResumed = false
  private let download: Download
  private let request: HTTPRequest
  private let part: PartialFile
  private let client: FetchClient
  private var isEndMarked = false
  private var isWhole = false

  init(_ download: Download, _ request: HTTPRequest, _ part: PartialFile, _ client: FetchClient) {
    self.download = download
    self.request = request
    self.part = part
    self.client = client
  }

  func begin(_ head: HTTPHead) throws(FetchError) {
    isEndMarked = head.isEndMarked
    switch head.status {
    case 200: try beginWhole(head)
    case 206 where request.part != .all: try beginPart(head)
    case 416 where request.part != .all:
      isWhole = head.unsatisfiedSize == part.count
      if !isWhole { throw try changed() }
    default: throw HTTPConnection.error(status: head.status, head, request.address)
    }
  }

  private func beginWhole(_ head: HTTPHead) throws(FetchError) {
    if head.mediaType == "text/html", !download.title.hasSuffix(".html") {
      throw FetchError(
        .notTheFile, "\(request.address)", "sends a page and no file",
        hint:
          "open it in a browser: it may want a login (\(Credentials.remedy(for: request.address)))")
    }
    if let encoding = head.contentEncoding, !request.decodes {
      // Some servers call a file that ends in .gz compressed for the way; as it comes it is the file.
      let isOwn =
        encoding.hasSuffix("gzip") && [".gz", ".tgz"].contains { download.title.hasSuffix($0) }
      mustDecode = !isOwn
      if mustDecode { throw error(.notTheFile, "sends it compressed", hint: "give another mirror") }
    }
    let announced = request.decodes ? nil : head.contentLength
    if let announced, let size = download.checksums.size, announced != size {
      throw error(
        .length, "has \(announced) bytes in place of \(size)",
        hint: "give another mirror, or correct the size if the file was published anew")
    }
    try part.begin(
      PartialState(
        url: request.address.identity, validator: request.decodes ? nil : head.validator,
        size: announced ?? download.checksums.size))
    try checkRoom()
  }

  private func beginPart(_ head: HTTPHead) throws(FetchError) {
    guard let range = head.contentRange, range.bytes.lowerBound == part.count,
      let state = part.state
    else {
      throw error(
        .length, "sends other bytes than it was asked for", hint: "give another mirror")
    }
    let isSame = state.url == request.address.identity
    if let total = range.of, let size = state.size ?? download.checksums.size, total != size {
      throw try changed()
    }
    // Servers that do not know If-Range send the part in any case.
    if isSame, let known = state.validator, let validator = head.validator, known != validator {
      throw try changed()
    }
    isResumed = true
    try part.resume(
      PartialState(
        url: request.address.identity, validator: head.validator, size: range.of ?? state.size))
    try checkRoom()
  }

  func receive(_ bytes: RawSpan) throws(FetchError) {
    if isWhole { return }
    if let size = part.state?.size, part.count + bytes.byteCount > size {
      try part.discard()
      throw error(.length, "sends more than \(size) bytes", hint: "give another mirror")
    }
    try part.append(bytes)
    client.report(.received(title: download.title, bytes: part.count, of: part.state?.size))
  }

  /// Whether all has come.
  func end() throws(FetchError) {
    if let size = part.state?.size {
      if part.count < size {
        throw error(
          .cut, "broke off after \(part.count) of \(size) bytes",
          hint: "run it again: it goes on where it stopped", isPassing: true)
      }
    } else if !isEndMarked, !download.checksums.areKnown, !download.provesItself {
      throw error(
        .length, "does not say how long the file is, so that nobody can tell whether it is whole",
        hint: "state its size or checksum, or give another mirror")
    }
  }

  private func checkRoom() throws(FetchError) {
    guard let size = part.state?.size,
      let free = try? Files.fileSystem(of: part.path).freeBytes, size - part.count > free
    else { return }
    throw FetchError(
      .space, part.path,
      "has not the room: \(size - part.count) bytes are to come, \(free) are free",
      hint: "free some space, or give another folder")
  }

  private func changed() throws(FetchError) -> FetchError {
    try part.discard()
    return error(
      .changed, "is no longer the file of which a part was here", hint: "run it again",
      isPassing: true)
  }

  private func error(
    _ kind: FetchError.Kind, _ detail: String, hint: String, isPassing: Bool = false
  ) -> FetchError {
    FetchError(kind, "\(request.address)", detail, hint: hint, isPassing: isPassing)
  }
}
