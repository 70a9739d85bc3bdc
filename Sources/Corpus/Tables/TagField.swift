import Wording

/// The labels of a track as one field of a table, where a track may have any number of them.
///
/// Labels stand in byte order with `|` between them, `guitar|slow`; a weight other than 1 follows its label after a colon,
/// `guitar|loud:0.4`. A label that ends in a colon and a number has its weight in any case, `take:2:1`. A field of nothing
/// is a track without labels.
package enum TagField {
  /// The field of labels.
  /// - Returns: nil where a label holds what stands between labels, or is empty.
  package static func text(_ tags: TrackTags) -> String? {
    var parts: [String] = []
    for (name, weight) in zip(tags.names, tags.weights) {
      if name.isEmpty || name.utf8.contains(TrackTags.separatorByte) { return nil }
      parts.append(
        weight == 1 && weighted(name) == nil ? name : "\(name):\(weight == 1 ? "1" : "\(weight)")")
    }
    return parts.joined(separator: TrackTags.separator)
  }

  /// The labels of a field.
  /// - Returns: nil where a label is empty or is there twice, or a weight is not above 0 and at most 1.
  package static func tags(_ text: String) -> TrackTags? {
    if text.isEmpty { return TrackTags() }
    var weights: [String: Float] = [:]
    for part in text.parts(between: TrackTags.separatorByte) {
      let (name, weight) = weighted(String(part)) ?? (String(part), 1)
      guard !name.isEmpty, weight > 0, weight <= 1,
        weights.updateValue(weight, forKey: name.composed) == nil
      else { return nil }
    }
    return TrackTags(weights)
  }

  /// A label and the weight after it; nil where there is none.
  private static func weighted(_ part: String) -> (name: String, weight: Float)? {
    guard let colon = part.utf8.lastIndex(of: UInt8(ascii: ":")),
      let weight = Float(part[part.utf8.index(after: colon)...])
    else { return nil }
    return (String(part[..<colon]), weight)
  }
}
