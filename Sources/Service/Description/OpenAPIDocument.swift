import Corpus
import HTTPTypes

/// The description of what can be asked for (OpenAPI 3.1), written from the operations themselves.
enum OpenAPIDocument {
  static let bytes = document.canonicalBytes()

  private static let document: JSONValue = .object([
    "openapi": "3.1.0",
    "info": .object([
      "title": "lathed", "version": "1",
      "description": "Prepared music collections: tracks, sound, pictures, values and batches.",
    ]),
    "paths": .object(
      Dictionary(grouping: ServiceOperations.all, by: \.path).mapValues { operations in
        .object(
          Dictionary(
            operations.map { ($0.method.rawValue.lowercased(), json($0)) },
            uniquingKeysWith: { first, _ in first }))
      }),
    "components": .object([
      "schemas": Schemas.all,
      "securitySchemes": .object([
        "token": .object(["type": "http", "scheme": "bearer"])
      ]),
    ]),
  ])

  private static func json(_ operation: Operation) -> JSONValue {
    let path = operation.pathNames.map { name in
      parameter(
        name, in: "path", ServiceOperations.name.schema, "the name of a \(name)", isRequired: true)
    }
    let query = operation.parameters.map {
      parameter($0.name, in: "query", $0.form.schema, $0.about, isRequired: $0.isRequired)
    }
    var responses: [String: JSONValue] = [
      success(of: operation): content("What was asked for.", operation.answers),
      "default": .object([
        "description": "Why it is refused.",
        "content": .object([
          Problem.mediaType: .object(["schema": reference("Problem")])
        ]),
      ]),
    ]
    if operation.hasRanges {
      responses["206"] = content("The part that was asked for.", operation.answers)
    }
    var fields: [String: JSONValue] = [
      "operationId": .string(operation.id), "summary": .string(operation.summary),
      "parameters": .array(path + query), "responses": .object(responses),
      "security": operation.isOpen ? [] : [.object([:]), .object(["token": []])],
    ]
    fields["requestBody"] = operation.body.map { schema in
      .object([
        "required": true,
        "content": .object(["application/json": .object(["schema": reference(schema)])]),
      ])
    }
    return .object(fields)
  }

  private static func success(of operation: Operation) -> String {
    if operation.answers.isEmpty { return "204" }
    return operation.method == .post ? operation.id == "start-job" ? "202" : "201" : "200"
  }

  private static func content(_ about: String, _ answers: [Operation.Answer]) -> JSONValue {
    .object([
      "description": .string(about),
      "content": .object(
        Dictionary(
          answers.map { answer in
            (
              answer.mediaType,
              .object(["schema": answer.schema.map(reference) ?? .object([:])])
            )
          }, uniquingKeysWith: { first, _ in first })),
    ])
  }

  private static func parameter(
    _ name: String, in location: String, _ schema: JSONValue, _ about: String, isRequired: Bool
  ) -> JSONValue {
    .object([
      "name": .string(name), "in": .string(location), "schema": schema,
      "description": .string(about), "required": .bool(isRequired),
    ])
  }

  private static func reference(_ name: String) -> JSONValue {
    .object(["$ref": .string("#/components/schemas/\(name)")])
  }
}
