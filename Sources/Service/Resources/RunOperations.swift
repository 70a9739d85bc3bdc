import Corpus
import Hummingbird
import Training

extension ServiceOperations {
  static let runs: [Operation] = [
    Operation(
      id: "runs", path: "/v1/runs", summary: "The training runs under the root, by name.",
      parameters: page, answers: [.json("RunList")]
    ) { call in
      try await call.service.work {
        let names = call.service.runNames()
        return .json(paged(call, count: names.count, name: "runs") { .text(names[$0]) })
      }
    },
    Operation(
      id: "outcomes", path: "/v1/runs/{run}/outcomes",
      summary: "What each measured track was taken for, by side.", answers: [.json("Outcomes")]
    ) { call in
      try await call.service.work {
        let name = try call.required("run")
        let contents = try RunDirectory.contents(
          at: call.service.runs.search.folder(named: name, "run"))
        let labels = contents.record.labels
        let evaluations = contents.result?.evaluations ?? [:]
        return .json(
          .object([
            "outcomes": .object(
              evaluations.mapValues { evaluation in
                .array(
                  evaluation.outcomes.map { outcome in
                    .object([
                      "track": .text(outcome.track), "label": .text(labels[outcome.label]),
                      "predicted": .text(labels[outcome.predicted]),
                      "probability": .number(outcome.probability),
                    ])
                  })
              })
          ]))
      }
    },
    Operation(
      id: "run", path: "/v1/runs/{run}",
      summary: "A run: what was trained on what, its curves, and how well each side is predicted.",
      answers: [.json("Run")]
    ) { call in
      try await call.service.work {
        let name = try call.required("run")
        let folder = try call.service.runs.search.folder(named: name, "run")
        let contents = try RunDirectory.contents(at: folder)
        guard case .object(var record) = try JSONValue(encoding: contents.record) else {
          throw Problem(.internalServerError, "system", "the record of '\(name)' is no object")
        }
        // Where the cache lies on this machine is nobody's business.
        if case .object(var source)? = record["source"] {
          source["path"] = nil
          record["source"] = .object(source)
        }
        return .json(
          .object([
            "name": .text(name), "record": .object(record),
            "epochs": .array(try contents.epochs.map { try JSONValue(encoding: $0) }),
            "result": try contents.result.map { try JSONValue(encoding: $0) } ?? .null,
          ]))
      }
    },
  ]
}
