import Corpus
import DatasetCache
import HTTPTypes
import OpenCaches
import Safetensors

/// How each column of a table of features is distributed within each label.
struct FeatureDistribution {
  private struct Rows {
    var columns: [[Float]]
  }

  /// The distribution as JSON.
  /// - Parameter label: the one label to tell of; nil for all.
  /// - Throws: ``Problem`` 422 for a view that is no table; `CacheError`.
  static func json(_ served: ServedCache, _ view: View, label wanted: String?) throws -> [UInt8] {
    let cache = try served.cache.snapshot()
    guard let about = try cache.description(), let columns = about.columns[view],
      let fingerprint = about.fingerprints[view]
    else {
      let tables = try served.cache.description()?.columns.keys.sorted().map(\.rawValue) ?? []
      throw Problem(
        .unprocessableContent, "source", "\(view.rawValue) has no columns",
        hint: tables.isEmpty
          ? "prepare the view features" : "there is \(tables.joined(separator: ", "))")
    }
    let records = try served.tracks().records.filter { record in
      record.views[view] == fingerprint && wanted.map(record.labelNames.contains) ?? true
    }
    var labels: [String: Rows] = [:]
    try cache.withValues(of: view, fingerprint: fingerprint, tracks: records.map(\.id)) {
      position, value in
      guard let header = try? SafetensorsHeader(of: value), let entry = header.entries.first,
        entry.shape.last == columns.count
      else { return }
      let floats = entry.floats(in: value)
      for label in records[position].labelNames where label == wanted ?? label {
        var rows = labels[label] ?? Rows(columns: Array(repeating: [], count: columns.count))
        for (index, number) in floats.enumerated() {
          rows.columns[index % columns.count].append(number)
        }
        labels[label] = rows
      }
    }
    return JSONValue.object([
      "columns": .texts(columns),
      "labels": .object(
        labels.mapValues { rows in
          .object([
            "rows": .count(rows.columns.first?.count ?? 0),
            "columns": .array(rows.columns.map { figures($0) }),
          ])
        }),
    ]).canonicalBytes()
  }

  /// The least, the quartiles, the greatest, mean and deviation of some numbers.
  private static func figures(_ numbers: [Float]) -> JSONValue {
    let sorted = numbers.sorted()
    guard let least = sorted.first, let most = sorted.last else { return .null }
    func quantile(_ share: Double) -> JSONValue {
      let position = share * Double(sorted.count - 1)
      let below = Int(position)
      let (low, high) = (sorted[below], sorted[min(below + 1, sorted.count - 1)])
      return .number(Double(low) + (position - Double(below)) * Double(high - low))
    }
    let mean = sorted.reduce(0.0) { $0 + Double($1) } / Double(sorted.count)
    let variance =
      sorted.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(sorted.count)
    return .object([
      "minimum": .number(Double(least)), "lower_quartile": quantile(0.25),
      "median": quantile(0.5), "upper_quartile": quantile(0.75), "maximum": .number(Double(most)),
      "mean": .number(mean), "deviation": .number(variance.squareRoot()),
    ])
  }
}
