import Corpus
import HTTPTypes
import Wording

/// Reads requests: lets them in, finds the operation, and checks what is given.
struct RequestReader: Sendable {
  private struct Route: Sendable {
    let operation: Operation
    /// The parts of its path, and whether they are names of what varies.
    let parts: [(text: String, varies: Bool)]
  }

  private let gate: Gate
  private let limits: ServiceLimits
  private let routes: [Int: [Route]]

  init(_ operations: [Operation], gate: Gate, limits: ServiceLimits) {
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

  /// What is asked for, and what is given for it by name.
  /// - Parameter route: is set to the path of the operation as soon as that is known.
  /// - Throws: ``Problem``, the first of all that is wrong.
  func read(
    _ head: HTTPRequest, _ route: inout String
  ) throws(Problem) -> (operation: Operation, values: [String: String]) {
    try gate.checkHostAndOrigin(head)
    let target = try RequestTarget(head.path ?? "/", most: limits.targetBytes)
    let found = match(target.path)
    guard let (first, path) = found.first else {
      try gate.checkToken(head)
      throw Problem.missing("nothing is at this path", hint: "see /v1/openapi.json")
    }
    route = first.path
    if !first.isOpen { try gate.checkToken(head) }
    let method = head.method == .head ? .get : head.method
    guard let operation = found.first(where: { $0.operation.method == method })?.operation else {
      let taken = found.flatMap {
        $0.operation.method == .get ? ["GET", "HEAD"] : [$0.operation.method.rawValue]
      }
      throw Problem(
        .methodNotAllowed, "request", "\(head.method.rawValue) is not taken here",
        hint: "ask with \(taken.joined(separator: ", "))",
        headers: [.allow: taken.joined(separator: ", ")])
    }
    try checkBody(head.headerFields, of: operation)
    let query = operation.takesAnyQuery ? [:] : try checked(try target.query(), of: operation)
    return (operation, query.merging(path) { $1 })
  }

  /// Refuses a body that is not wanted, too long, or of another type than JSON: a browser asks
  /// before it sends that to another origin.
  private func checkBody(_ fields: HTTPFields, of operation: Operation) throws(Problem) {
    let length = fields[.contentLength].flatMap { Int($0) } ?? 0
    let isCut = fields[.transferEncoding] != nil
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
    let type = fields[.contentType]?.prefix { $0 != ";" } ?? ""
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
      if values.updateValue(value, forKey: name) != nil {
        throw .parameter(name, "is given twice", hint: "give it once")
      }
    }
    for parameter in operation.parameters
    where parameter.isRequired && values[parameter.name] == nil {
      throw .parameter(parameter.name, "is missing", hint: "give \(parameter.about)")
    }
    return values
  }
}
