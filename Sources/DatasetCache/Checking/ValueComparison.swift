import Safetensors

extension Cache {
  /// Whether a value of a track is what is stored of it, byte for byte, and so are its slices.
  ///
  /// - Returns: what is otherwise; nil where nothing is.
  /// - Throws: `CacheError` where the store cannot be read.
  public func difference(
    of value: PreparedTrack.Value, track id: String
  ) throws(CacheError) -> CacheProblem? {
    let name = Layout.values(value.view, value.fingerprint)
    let state = try state([name, Layout.slices(value.view)])
    guard let stored = unsafe try state.rawValue(of: id, in: name) else {
      return CacheProblem(name, id, "its record names it", .missing)
    }
    let bytes = try EncodedValue(value, track: id).bytes
    let isSame = unsafe stored.elementsEqual(bytes)
    let slices = try state.rawBytes(of: id, in: Layout.slices(value.view))
    withExtendedLifetime(state) {}
    if !isSame {
      return CacheProblem(name, id, "it is not what is computed from the audio now")
    }
    guard slices == value.slices.encoded else {
      return CacheProblem(Layout.slices(value.view), id, "they are not those of the audio")
    }
    return nil
  }
}
