import Corpus
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Answers requests: lets them in, finds the operation, checks what is given, and turns what goes
/// wrong into problem documents.
struct ServiceResponder: HTTPResponder {
  private struct Route: Sendable {
    let operation: Operation
    /// The parts of its path; nil for what varies.
    let parts: [(text: String, varies: Bool)]
  }

  let service: ServedRoot
  private let gate: Gate
  private let limits: ServiceLimits
  private let routes: [Int: [Route]]

  init(_ operations: [Operation], service: ServedRoot, gate: Gate, limits: ServiceLimits) {
    self.service = service
    self.gate = gate
    self.limits = limits
    let routes = operations.map { operation in
      Route(
        operation: operation,
        parts: operation.path.split(separator: "/").map { part in
          part.hasPrefix("{")
            ? (String(part.dropFirst().dropLast()), true) : (String(part), false)
        })
    }
    self.routes = Dictionary(grouping: routes) { $0.parts.count }
  }

  func respond(to request: Request, context: ServiceContext) async throws -> Response {
    let start = ContinuousClock.now
    service.metrics.requestBegan()
    var route = "none"
    var response: Response
    do {
      response = try await answer(request, context, &route)
    } catch {
      let problem = Problem(error)
      if problem.status.code >= 500 {
        context.logger.error(
          "\(problem.detail)", metadata: ["route": "\(route)", "code": "\(problem.code)"])
      }
      response = problem.response
    }
    response.headers[.xContentTypeOptions] = "nosniff"
    if request.method == .head { response = response.withoutBody }
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
    try gate.checkPlace(request.head)
    let target = try RequestTarget(request.head.path ?? "/", most: limits.targetBytes)
    guard let (operation, path) = match(target.path) else {
      try gate.checkToken(request.head)
      throw Problem.missing("nothing is at this path", hint: "see /v1/openapi.json")
    }
    route = operation.path
    if !operation.isOpen { try gate.checkToken(request.head) }
    guard request.method == .get || request.method == .head else {
      throw Problem(
        .methodNotAllowed, "request", "\(request.method.rawValue) is not taken here",
        hint: "ask with GET", headers: [.allow: "GET, HEAD"])
    }
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limits.bodyBytes
    {
      throw Problem(.contentTooLarge, "request", "a body is not taken here")
    }
    if request.headers[.transferEncoding] != nil {
      throw Problem(
        .contentTooLarge, "request", "a body is not taken here", headers: [.connection: "close"])
    }
    let values = try checked(target.query, of: operation).merging(path) { $1 }
    return try await operation.answer(
      Call(service: service, request: request, context: context, values: values))
  }

  /// The operation of a path, and what stands where it varies.
  private func match(_ path: [String]) -> (Operation, [String: String])? {
    candidates: for route in routes[path.count] ?? [] {
      var values: [String: String] = [:]
      for (given, part) in zip(path, route.parts) {
        if part.varies {
          values[part.text] = given
        } else if part.text != given {
          continue candidates
        }
      }
      return (route.operation, values)
    }
    return nil
  }

  /// The fields of a query by name, each as its form says.
  private func checked(
    _ query: [(name: String, value: String)], of operation: Operation
  ) throws(Problem) -> [String: String] {
    var values: [String: String] = [:]
    for (name, value) in query {
      guard let parameter = operation.parameters.first(where: { $0.name == name }) else {
        let known = operation.parameters.map(\.name)
        let near = NearNames.near(name, in: known)
        throw .parameter(
          name, "is not known",
          hint: near.isEmpty
            ? known.isEmpty ? "leave it out" : "here may stand \(known.joined(separator: ", "))"
            : "did you mean \(near.joined(separator: " or "))?")
      }
      if let expected = parameter.form.objection(to: value) {
        throw .parameter(name, "is '\(value.prefix(80))'", hint: "give \(expected)")
      }
      values[name] = value
    }
    for parameter in operation.parameters
    where parameter.isRequired && values[parameter.name] == nil {
      throw .parameter(parameter.name, "is missing", hint: "give \(parameter.about)")
    }
    return values
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
