import Safetensors

extension Cache {
  /// The value of a track as it can be stored again under another id, checked.
  ///
  /// - Parameters:
  ///   - view: the view.
  ///   - fingerprint: the one under which it is stored.
  ///   - id: the track.
  ///   - facts: what is known of all values of the view.
  /// - Returns: nil where there is no such value, or its slices are not there.
  /// - Throws: `CacheError` `.damaged` where the value is not what was written.
  public func preparedValue(
    of view: View, fingerprint: Fingerprint, track id: String, facts: ViewFacts
  ) throws(CacheError) -> PreparedTrack.Value? {
    guard let slices = try slices(of: view, track: id) else { return nil }
    let read = try withValue(of: view, fingerprint: fingerprint, track: id) { value in
      Result { () throws(CacheError) -> [Tensor] in
        let header = try inTensors { () throws(TensorError) in try SafetensorsHeader(of: value) }
        return header.entries.map { $0.tensor(in: value) }
      }
    }
    guard let tensors = try read?.get() else { return nil }
    return PreparedTrack.Value(
      view: view, fingerprint: fingerprint, tensors: tensors, slices: slices, facts: facts)
  }
}
