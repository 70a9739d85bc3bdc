import Corpus
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Answers requests: lets them in, finds the operation, checks what is given, and turns what goes
/// wrong into problem documents.
struct ServiceResponder: HTTPResponder {
  let service: ServedRoot
  private let reader: RequestReader

  init(_ operations: [Operation], service: ServedRoot, gate: Gate, limits: ServiceLimits) {
    self.service = service
    reader = RequestReader(operations, gate: gate, limits: limits)
  }

  func respond(to request: Request, context: ServiceContext) async throws -> Response {
    let start = ContinuousClock.now
    service.metrics.requestBegan()
    var route = "none"
    var response: Response
    do {
      response = try await answer(request, context, &route)
      if request.method == .head { response = response.withoutBody }
      response = try service.answers.counted(response)
    } catch {
      let problem = Problem(error)
      if problem.status.code >= 500 {
        context.logger.error(
          "\(problem.detail)", metadata: ["route": "\(route)", "code": "\(problem.code)"])
      }
      response = problem.response
    }
    response.headers[.xContentTypeOptions] = "nosniff"
    let seconds = (ContinuousClock.now - start).inSeconds
    service.metrics.requestEnded(
      route: route, status: response.status.code, seconds: seconds,
      bytes: response.body.contentLength ?? 0)
    context.logger.info(
      "request",
      metadata: [
        "method": "\(request.method)", "path": "\(request.uri.path)", "route": "\(route)",
        "status": "\(response.status.code)", "seconds": "\(seconds)",
      ])
    return response
  }

  private func answer(
    _ request: Request, _ context: ServiceContext, _ route: inout String
  ) async throws -> Response {
    let (operation, values) = try reader.read(request.head, &route)
    return try await operation.answer(
      Call(service: service, request: request, context: context, values: values))
  }
}

extension HTTPField.Name {
  /// `X-Content-Type-Options`.
  static let xContentTypeOptions = HTTPField.Name("X-Content-Type-Options") ?? .contentType
}

extension Response {
  /// The same head, with the length that the body would have.
  fileprivate var withoutBody: Response {
    var head = self
    // Setting a body sets its length too.
    head.body = ResponseBody()
    head.headers[.contentLength] = body.contentLength.map { "\($0)" }
    return head
  }
}

extension Duration {
  /// Seconds with their fraction.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
