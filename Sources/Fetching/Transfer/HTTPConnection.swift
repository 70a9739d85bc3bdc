internal import CCurl
import Corpus
import Glibc

/// What takes an answer.
protocol HTTPReceiver: AnyObject {
  /// The head of the answer to a request, after redirects. It may refuse what comes.
  func begin(_ head: HTTPHead) throws(FetchError)
  /// Further bytes.
  func receive(_ bytes: RawSpan) throws(FetchError)
}

/// Connections to servers, kept open from one request to the next (libcurl); for one thread at a time.
///
/// Proxies are those of `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, but none for this machine itself;
/// certificates those of the system, or of `CURL_CA_BUNDLE` or `SSL_CERT_FILE`.
@safe final class HTTPConnection {
  /// Redirects that are followed in a row.
  static let maximumRedirects: Int = 10

  private let handle: UnsafeMutableRawPointer
  private let patience: Patience
  private let cancellation: Cancellation
  private let environment: [String: String]
  private let credentials: Credentials

  /// libcurl's own beginnings, once a process.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK

  init(
    _ patience: Patience, _ environment: [String: String], _ cancellation: Cancellation
  ) throws(FetchError) {
    guard Self.isReady, let handle = unsafe curl_easy_init() else {
      throw FetchError(
        .library, "libcurl", "cannot be used", hint: "see whether there is memory, and run it again"
      )
    }
    unsafe self.handle = unsafe handle
    self.patience = patience
    self.cancellation = cancellation
    self.environment = environment
    credentials = Credentials(environment)
  }

  deinit { unsafe curl_easy_cleanup(handle) }

  /// Asks, and hands the answer to `receiver`.
  ///
  /// - Returns: the head of the answer.
  /// - Throws: ``FetchError``: what the receiver throws, and whatever keeps the answer from coming whole.
  @discardableResult
  func perform(
    _ request: HTTPRequest, _ receiver: some HTTPReceiver
  ) throws(FetchError) -> HTTPHead {
    let exchange = HTTPExchange(receiver, cancellation, stallSeconds: patience.stallSeconds)
    var text = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let url = request.address.url(environment)
    let code = unsafe text.withUnsafeMutableBufferPointer { buffer in
      unsafe curl_easy_reset(handle)
      unsafe set(CURLOPT_ERRORBUFFER, buffer.baseAddress)
      setUsual(url, exchange)
      let fields = unsafe set(request)
      defer { unsafe curl_slist_free_all(fields) }
      let code = withExtendedLifetime(exchange) { unsafe curl_easy_perform(handle) }
      set(CURLOPT_ERRORBUFFER, String?.none)
      return code
    }
    if let error = exchange.error { throw error }
    if exchange.isStalled {
      throw Self.error(
        CURLE_OPERATION_TIMEDOUT, request.address,
        "next to nothing came for \(patience.stallSeconds) s")
    }
    if code != CURLE_OK {
      let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      let detail =
        bytes.isEmpty
        ? unsafe String(cString: curl_easy_strerror(code)) : String(decoding: bytes, as: UTF8.self)
      throw Self.error(code, request.address, detail)
    }
    // An answer without bytes.
    try exchange.beginIfNeeded()
    return exchange.head
  }

  private func set(_ option: CURLoption, _ number: Int) {
    _ = unsafe lathe_curl_set_number(handle, option, number)
  }

  private func set(_ option: CURLoption, _ text: String?) {
    _ = unsafe lathe_curl_set_text(handle, option, text)
  }

  private func set(_ option: CURLoption, _ pointer: UnsafeMutablePointer<CChar>?) {
    _ = unsafe lathe_curl_set_pointer(handle, option, pointer)
  }

  /// What is the same for all requests.
  private func setUsual(_ url: String, _ exchange: HTTPExchange) {
    set(CURLOPT_URL, url)
    unsafe lathe_curl_allow(handle, url.hasPrefix("http:") ? 1 : 0)
    set(CURLOPT_FOLLOWLOCATION, 1)
    set(CURLOPT_MAXREDIRS, Self.maximumRedirects)
    set(CURLOPT_USERAGENT, "lathe")
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_CONNECTTIMEOUT, patience.connectSeconds)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_BUFFERSIZE, 1 << 18)
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    let exceptions = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
    set(
      CURLOPT_NOPROXY, exceptions == "*" ? "*" : "localhost,127.0.0.1,::1,\(exceptions)")
    if let bundle = environment["CURL_CA_BUNDLE"] ?? environment["SSL_CERT_FILE"], !bundle.isEmpty {
      set(CURLOPT_CAINFO, bundle)
    }
    let context = unsafe Unmanaged.passUnretained(exchange).toOpaque()
    unsafe lathe_curl_set_receiver(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      unsafe HTTPExchange.of(context)?.take(
        line: UnsafeRawBufferPointer(start: bytes, count: size * count)) == true ? size * count : 0
    }
    unsafe lathe_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
    unsafe lathe_curl_set_receiver(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      unsafe HTTPExchange.of(context)?.take(
        bytes: UnsafeRawBufferPointer(start: bytes, count: size * count)) == true ? size * count : 0
    }
    unsafe lathe_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
    unsafe lathe_curl_set_progress(handle) { context, _, _, _, _ in
      unsafe HTTPExchange.of(context)?.mustEnd() == true ? 1 : 0
    }
    unsafe lathe_curl_set_pointer(handle, CURLOPT_XFERINFODATA, context)
    set(CURLOPT_NOPROGRESS, 0)
  }

  /// What is this request's own.
  ///
  /// - Returns: fields of the request, to be freed after it.
  private func set(_ request: HTTPRequest) -> UnsafeMutablePointer<curl_slist>? {
    set(CURLOPT_RANGE, request.part.text)
    switch credentials.credential(for: request.address) {
    case .bearer(let token):
      // By these, and not as a field, it goes to no other host that a redirect names.
      set(CURLOPT_HTTPAUTH, Int(CURLAUTH_BEARER_BIT))
      set(CURLOPT_XOAUTH2_BEARER, token)
    case .basic(let pair):
      set(CURLOPT_HTTPAUTH, 1)
      set(CURLOPT_USERPWD, pair)
    case nil: break
    }
    var fields: UnsafeMutablePointer<curl_slist>?
    if let ifRange = request.ifRange {
      unsafe fields = unsafe curl_slist_append(fields, "If-Range: \(ifRange)")
    }
    if request.decodes {
      set(CURLOPT_ACCEPT_ENCODING, "")
    } else {
      unsafe fields = unsafe curl_slist_append(fields, "Accept-Encoding: identity")
    }
    unsafe lathe_curl_set_list(handle, CURLOPT_HTTPHEADER, fields)
    return unsafe fields
  }
}

/// CURLAUTH_BEARER, a macro that is not imported.
private let CURLAUTH_BEARER_BIT = 1 << 6
