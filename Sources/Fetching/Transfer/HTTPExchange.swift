internal import CCurl
import Corpus
import Glibc

/// One request with its answer, as libcurl's callbacks see it.
final class HTTPExchange {
  private(set) var head = HTTPHead()
  private(set) var error: FetchError?
  private let receiver: any HTTPReceiver
  private let cancellation: Cancellation
  private var hasBegun = false
  /// Whether next to nothing came for too long. libcurl's own limit is one of the mean of five seconds.
  private(set) var isStalled = false
  private let stallSeconds: Int
  private var since = ContinuousClock.now
  private var bytesSince = 0

  /// Bytes a second below which a connection is as good as dead.
  private static let slowest = 512

  init(_ receiver: any HTTPReceiver, _ cancellation: Cancellation, stallSeconds: Int) {
    self.receiver = receiver
    self.cancellation = cancellation
    self.stallSeconds = stallSeconds
  }

  /// Whether the request is to be given up; asked at least once a second.
  func mustEnd() -> Bool {
    let now = ContinuousClock.now
    if since.duration(to: now) >= .seconds(stallSeconds) {
      if bytesSince < Self.slowest * stallSeconds { isStalled = true }
      (since, bytesSince) = (now, 0)
    }
    return isStalled || cancellation.isCancelled
  }

  static func of(_ context: UnsafeMutableRawPointer?) -> HTTPExchange? {
    unsafe context.map { unsafe Unmanaged<HTTPExchange>.fromOpaque($0).takeUnretainedValue() }
  }

  /// A line of the head, whether of the answer or of a redirect before it.
  func take(line bytes: UnsafeRawBufferPointer) -> Bool {
    head.take(line: unsafe String(decoding: bytes, as: UTF8.self))
    return true
  }

  /// Bytes of the answer. libcurl hands on none of a redirect that it follows.
  func take(bytes: UnsafeRawBufferPointer) -> Bool {
    bytesSince += bytes.count
    do {
      try beginIfNeeded()
      try receiver.receive(unsafe RawSpan(_unsafeBytes: bytes))
      return true
    } catch {
      self.error = error
      return false
    }
  }

  /// Hands the head on, once.
  func beginIfNeeded() throws(FetchError) {
    if hasBegun { return }
    hasBegun = true
    try receiver.begin(head)
  }
}

extension HTTPConnection {
  /// What libcurl says of a failure.
  static func error(
    _ code: CURLcode, _ address: RemoteAddress, _ text: String
  ) -> FetchError {
    func error(
      _ kind: FetchError.Kind, _ detail: String, hint: String, isPassing: Bool = false
    ) -> FetchError {
      FetchError(kind, "\(address)", detail, hint: hint, isPassing: isPassing)
    }
    switch code {
    case CURLE_ABORTED_BY_CALLBACK: return .interrupted
    case CURLE_TOO_MANY_REDIRECTS:
      return error(
        .redirects, "redirects in a loop, or more than \(maximumRedirects) times",
        hint: "give another mirror")
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT:
      return error(
        .redirects, "leads to where nothing is fetched from: \(text)",
        hint: "give another mirror; from https only https is followed")
    case CURLE_OPERATION_TIMEDOUT:
      return error(
        .stalled, "is silent: \(text)", hint: "see whether the network works, and run it again",
        isPassing: true)
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT:
      return error(
        .connection, "cannot be reached: \(text)",
        hint: "see whether the network works, and the proxy that https_proxy names if there is one",
        isPassing: true)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM:
      return error(
        .connection, "is not trusted: \(text)",
        hint: "install ca-certificates, or name the certificates of your network in SSL_CERT_FILE")
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_BAD_FUNCTION_ARGUMENT,
      CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN:
      return error(
        .library, "cannot be asked: \(text)", hint: "run it again; report it if it stays")
    case CURLE_BAD_CONTENT_ENCODING:
      return error(
        .notTheFile, "sends what cannot be unpacked: \(text)", hint: "give another mirror")
    default:
      return error(
        .cut, "broke off: \(text)", hint: "run it again: it goes on where it stopped",
        isPassing: true)
    }
  }

  /// What a status that brings no file means.
  static func error(status: Int, _ head: HTTPHead, _ address: RemoteAddress) -> FetchError {
    let wait = head.fields["retry-after"].flatMap { retryAfterSeconds($0) }
    let hint: String
    switch status {
    case 401, 403: hint = Credentials.remedy(for: address)
    case 404, 410: hint = "it is no longer there: give another mirror"
    case 429, 503: hint = "wait a while, and run it again"
    default: hint = "run it again later, or give another mirror"
    }
    return FetchError(
      .status, "\(address)", "answers \(status)", hint: hint, status: status, retryAfter: wait,
      isPassing: [408, 421, 425, 429].contains(status)
        || status >= 500 && status != 501 && status != 505)
  }

  /// The seconds until the time that a field `Retry-After` gives, as seconds or as a date.
  static func retryAfterSeconds(_ text: String) -> Int? {
    if let seconds = Int(text) { return max(0, seconds) }
    let date = unsafe curl_getdate(text, nil)
    return date < 0 ? nil : max(0, date - time(nil))
  }
}
