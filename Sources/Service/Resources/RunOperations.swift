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
      summary: "What each measured track was taken for, by side.",
      parameters: [
        .init("side", .text(), "the one side to tell of; all where left out"),
        .init("label", .text(), "the label that the tracks have"),
        .init("predicted", .text(), "the label that they were taken for"),
        .init("offset", .integer(0...1 << 40), "how many of a side to pass over"),
        .init(
          "limit", .integer(0...1 << 40), "how many of a side to give at most; all where left out"),
      ],
      answers: [.json("Outcomes")]
    ) { call in
      try await answer(call, "outcomes", withOutcomes: true) { contents in
        let labels = contents.record.labels
        let (label, predicted) = (call["label"], call["predicted"])
        let (offset, limit) = (call.integer("offset") ?? 0, call.integer("limit") ?? .max)
        let chosen = (contents.result?.evaluations ?? [:])
          .filter { $0.key == call["side"] ?? $0.key }
          .mapValues { evaluation in
            evaluation.outcomes.filter { outcome in
              labels[outcome.label] == label ?? labels[outcome.label]
                && labels[outcome.predicted] == predicted ?? labels[outcome.predicted]
            }
          }
        return .object([
          "totals": .object(chosen.mapValues { .count($0.count) }),
          "outcomes": .object(
            chosen.mapValues { outcomes in
              .array(
                outcomes.dropFirst(offset).prefix(limit).map { outcome in
                  .object([
                    "track": .text(outcome.track), "label": .text(labels[outcome.label]),
                    "predicted": .text(labels[outcome.predicted]),
                    "probability": .number(outcome.probability),
                  ])
                })
            }),
        ])
      }
    },
    Operation(
      id: "confusions", path: "/v1/runs/{run}/confusions",
      summary: "What tracks of a side were taken for how often: the most frequent first.",
      parameters: [
        .init("side", .text(), "the measured side", isRequired: true),
        .init(
          "wrong", .flag,
          "whether only what was taken for another label is listed; false where left out"),
      ] + page, answers: [.json("Confusions")]
    ) { call in
      try await answer(call, "confusions") { contents in
        let side = try call.required("side")
        guard let evaluation = contents.result?.evaluations[side] else {
          throw Problem.missing(
            "the run has no figures of a side '\(side)'",
            hint: "it has \((contents.result?.evaluations ?? [:]).keys.sorted())")
        }
        let labels = contents.record.labels
        let isWrongOnly = call.flag("wrong")
        let cells = evaluation.trackConfusion.counts.enumerated()
          .flatMap { truth, row in
            row.enumerated().map { (truth: truth, guess: $0, tracks: $1) }
          }
          .filter { $0.tracks > 0 && !(isWrongOnly && $0.truth == $0.guess) }
          .sorted { ($1.tracks, $0.truth, $0.guess) < ($0.tracks, $1.truth, $1.guess) }
        return paged(call, count: cells.count, name: "cells") { index in
          .object([
            "label": .string(labels[cells[index].truth]),
            "predicted": .string(labels[cells[index].guess]),
            "tracks": .count(cells[index].tracks),
          ])
        }
      }
    },
    Operation(
      id: "run", path: "/v1/runs/{run}",
      summary: "A run: what was trained on what, its curves, and how well each side is predicted.",
      parameters: [
        .init(
          "brief", .flag,
          "whether the answer comes without matrices, scores of single labels and more than "
            + "\(briefEpochs) epochs, evenly chosen; false where left out")
      ],
      answers: [.json("Run")]
    ) { call in
      try await answer(call, "run") { contents in
        let name = try call.required("run")
        let contents = call.flag("brief") ? brief(contents) : contents
        guard case .object(var record) = try JSONValue(encoding: contents.record) else {
          throw Problem(.internalServerError, "system", "the record of '\(name)' is no object")
        }
        // Where the cache lies on this machine is nobody's business.
        if case .object(var source)? = record["source"] {
          source["path"] = nil
          record["source"] = .object(source)
        }
        return .object([
          "name": .text(name), "record": .object(record),
          "epochs": .array(try contents.epochs.map { try JSONValue(encoding: $0) }),
          "result": try contents.result.map { try JSONValue(encoding: $0) } ?? .null,
        ])
      }
    },
  ]

  private static let briefEpochs = 200

  /// An answer about the run that the path names, made once of each state of its folder.
  private static func answer(
    _ call: Call, _ kind: String, withOutcomes: Bool = false,
    make: @Sendable @escaping (RunContents) throws -> JSONValue
  ) async throws -> Response {
    let (folder, stamp) = try await call.service.work {
      let folder = try call.service.runs.search.folder(named: try call.required("run"), "run")
      return (folder, try CacheStamp(folder: folder, endings: [".json", ".jsonl", ".csv"]))
    }
    let values = call.values.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    return try await call.kept(["run", kind] + values, in: stamp.text) {
      try make(RunDirectory.contents(at: folder, withOutcomes: withOutcomes)).canonicalBytes()
    }
  }

  /// A run without what grows with the square of its labels, and with so many epochs as a picture of
  /// its curves shows.
  private static func brief(_ contents: RunContents) -> RunContents {
    var result = contents.result
    result?.evaluations =
      contents.result?.evaluations.mapValues {
        SideEvaluation(
          metrics: $0.metrics, trackConfusion: ConfusionMatrix(labels: 0),
          sliceConfusion: ConfusionMatrix(labels: 0))
      } ?? [:]
    let last = contents.epochs.count - 1
    let shown = min(briefEpochs, contents.epochs.count)
    let epochs = (0..<shown).map { contents.epochs[shown > 1 ? $0 * last / (shown - 1) : last] }
    return RunContents(path: contents.path, record: contents.record, epochs: epochs, result: result)
  }
}
