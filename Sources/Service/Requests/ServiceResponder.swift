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
    let found = match(target.path)
    guard let (first, path) = found.first else {
      try gate.checkToken(request.head)
      throw Problem.missing("nothing is at this path", hint: "see /v1/openapi.json")
    }
    route = first.path
    if !first.isOpen { try gate.checkToken(request.head) }
    let method = request.method == .head ? .get : request.method
    guard let operation = found.first(where: { $0.operation.method == method })?.operation else {
      let taken = found.flatMap {
        $0.operation.method == .get ? ["GET", "HEAD"] : [$0.operation.method.rawValue]
      }
      throw Problem(
        .methodNotAllowed, "request", "\(request.method.rawValue) is not taken here",
        hint: "ask with \(taken.joined(separator: ", "))",
        headers: [.allow: taken.joined(separator: ", ")])
    }
    try checkBody(request, of: operation)
    let query = operation.takesAnyQuery ? [:] : try checked(target.query, of: operation)
    let values = query.merging(path) { $1 }
    return try await operation.answer(
      Call(service: service, request: request, context: context, values: values))
  }

  /// Refuses a body that is not wanted, too long, or of another type than JSON: a browser asks
  /// before it sends that to another origin.
  private func checkBody(_ request: Request, of operation: Operation) throws(Problem) {
    let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
    let isCut = request.headers[.transferEncoding] != nil
    guard operation.body != nil else {
      if length == 0, !isCut { return }
      throw Problem(
        .contentTooLarge, "request", "a body is not taken here", headers: [.connection: "close"])
    }
    if length > limits.bodyBytes {
      throw Problem(
        .contentTooLarge, "request", "the body has \(length) bytes",
        hint: "at most \(limits.bodyBytes)", headers: [.connection: "close"])
    }
    let type = request.headers[.contentType]?.prefix { $0 != ";" } ?? ""
    guard type.lowercased() == "application/json" else {
      throw Problem(
        .unsupportedMediaType, "request", "the body is not said to be JSON",
        hint: "send Content-Type: application/json", headers: [.connection: "close"])
    }
  }

  /// The operations of a path, one a method, and what stands where it varies.
  private func match(_ path: [String]) -> [(operation: Operation, values: [String: String])] {
    var found: [(operation: Operation, values: [String: String])] = []
    candidates: for route in routes[path.count] ?? [] {
      var values: [String: String] = [:]
      for (given, part) in zip(path, route.parts) {
        if part.varies {
          values[part.text] = given
        } else if part.text != given {
          continue candidates
        }
      }
      if let first = found.first, first.operation.path != route.operation.path { break }
      found.append((route.operation, values))
    }
    return found
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
