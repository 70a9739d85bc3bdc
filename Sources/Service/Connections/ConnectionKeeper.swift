import Corpus
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Keeps one connection within bounds of time, and answers what is no HTTP with a problem document.
///
/// The server closes a connection whose next request does not come. Here is what else a client may
/// do: let a body come drop by drop, never end it, read nothing of a long answer, or send what
/// cannot be read as a request.
final class ConnectionKeeper: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let patience: TimeAmount
  private let metrics: ServiceMetrics
  /// Whether a request has begun to come and not ended.
  private var isReading = false
  /// Requests that have begun to come and are not answered whole.
  private var unanswered = 0
  /// Whether the answer that is being sent is the last one.
  private var endsWithAnswer = false
  /// Whether nothing that still comes is looked at.
  private var isEnding = false
  /// Whether nothing that the server still says is sent.
  private var isRefused = false
  /// What is said once the requests before what cannot be read are answered.
  private var refusal: Problem?
  private var requestDeadline: Scheduled<Void>?
  private var stallCheck: Scheduled<Void>?

  /// For how long what comes after the last answer is thrown away: closed at once, the system would
  /// take back the answer from a client that is still sending.
  private static let lingering = TimeAmount.seconds(2)

  /// - Parameter patience: how long a request may take to come, and a client not read.
  init(patience: TimeAmount, metrics: ServiceMetrics) {
    self.patience = patience
    self.metrics = metrics
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isEnding { return }
    switch unwrapInboundIn(data) {
    case .head:
      isReading = true
      unanswered += 1
    case .body: break
    case .end:
      isReading = false
      requestDeadline?.cancel()
      requestDeadline = nil
    }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    // Most requests are there whole at once: only others need a deadline.
    if isReading, requestDeadline == nil, !isEnding {
      requestDeadline = schedule(context, in: patience) { keeper, context in
        keeper.refuse(
          context,
          Problem(
            .requestTimeout, "request", "the request does not come to its end",
            hint: "send it at once"))
      }
    }
    context.fireChannelReadComplete()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if isRefused {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(var head):
      // What still comes of this request is not read.
      if isReading { head.headerFields[.connection] = "close" }
      endsWithAnswer = head.headerFields[.connection] == "close"
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      unanswered -= 1
      guard endsWithAnswer || isReading else {
        context.write(data, promise: promise)
        if let refusal, unanswered == 0 { refuse(context, refusal) }
        return
      }
      let sent = promise ?? context.eventLoop.makePromise(of: Void.self)
      context.write(data, promise: sent)
      end(context, after: sent.futureResult)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // Within a request the error goes to what reads it.
    guard !isReading, let problem = Self.problem(of: error) else {
      context.fireErrorCaught(error)
      return
    }
    if unanswered > 0 { refusal = problem } else { refuse(context, problem) }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if isEnding, case ChannelEvent.inputClosed? = event as? ChannelEvent {
      context.close(promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      stallCheck?.cancel()
      stallCheck = nil
    } else if stallCheck == nil {
      checkForStall(context, waiting: Self.waitingBytes(context))
    }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    cancel()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { cancel() }

  private func cancel() {
    requestDeadline?.cancel()
    stallCheck?.cancel()
  }

  /// Closes a connection whose client has taken nothing since the last time.
  private func checkForStall(_ context: ChannelHandlerContext, waiting: Int) {
    stallCheck = schedule(context, in: patience) { keeper, context in
      let now = Self.waitingBytes(context)
      if now >= waiting {
        context.close(promise: nil)
      } else {
        keeper.checkForStall(context, waiting: now)
      }
    }
  }

  private static func waitingBytes(_ context: ChannelHandlerContext) -> Int {
    (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }

  /// Answers with a problem, and nothing else after it.
  private func refuse(_ context: ChannelHandlerContext, _ problem: Problem) {
    if isEnding { return }
    metrics.requestBegan()
    let bytes = problem.json.canonicalBytes()
    metrics.requestEnded(
      route: "none", status: problem.status.code, seconds: 0, bytes: bytes.count)
    var head = problem.response.head
    head.headerFields[.connection] = "close"
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: nil)
    let sent = context.eventLoop.makePromise(of: Void.self)
    context.write(wrapOutboundOut(.end(nil)), promise: sent)
    isRefused = true
    end(context, after: sent.futureResult)
  }

  /// Closes the connection once all is sent and had a moment to arrive.
  private func end(_ context: ChannelHandlerContext, after sent: EventLoopFuture<Void>) {
    isEnding = true
    requestDeadline?.cancel()
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    sent.assumeIsolated().whenComplete { [self] _ in
      bound.value.close(mode: .output, promise: nil)
      requestDeadline = schedule(bound.value, in: Self.lingering) { _, context in
        context.close(promise: nil)
      }
    }
    context.flush()
  }

  private func schedule(
    _ context: ChannelHandlerContext, in time: TimeAmount,
    _ body: @escaping (ConnectionKeeper, ChannelHandlerContext) -> Void
  ) -> Scheduled<Void> {
    context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in body(self, context) }
  }

  /// What a request is refused with that cannot be read; nil for what is no fault of a request.
  private static func problem(of error: any Error) -> Problem? {
    switch error {
    case HTTPParserError.headerOverflow:
      Problem(
        .requestHeaderFieldsTooLarge, "request", "the header fields or the path are too long",
        hint: "send fewer and shorter ones")
    case is HTTPParserError, is HTTP1TypeConversionError:
      Problem(.badRequest, "request", "this is no HTTP request", hint: "speak HTTP/1.1")
    default: nil
    }
  }
}
