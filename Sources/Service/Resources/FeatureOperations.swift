import Corpus
import DatasetCache
import Hummingbird
import OpenCaches

extension ServiceOperations {
  static let features: [Operation] = [
    Operation(
      id: "features", path: "/v1/caches/{cache}/features",
      summary: "How each feature is distributed over the slices of each label.",
      parameters: [
        .init("view", .text(), "the name of a view of columns; features where left out"),
        .init("label", .text(), "the one label to tell of; all where left out"),
      ],
      answers: [.json("Features")]
    ) { call in
      let (cache, view) = try await call.service.work {
        let cache = try call.cache()
        return (cache, try cache.open.view(named: call["view"] ?? "features"))
      }
      let subject = ["features", cache.name, view.rawValue, call["label"] ?? ""]
      return try await call.kept(subject, in: cache.stamp.text) {
        try FeatureDistribution.json(cache, view, label: call["label"])
      }
    }
  ]
}
