internal import Corpus
internal import OpenCaches

extension Handles {
  /// The samples of a handle.
  fileprivate static func samples(_ handle: OpaquePointer?) throws(InterfaceError) -> OpenSamples {
    let entry = try unsafe current.entry(handle)
    guard case .samples(let samples) = entry else { throw entry.refusal(wanted: "samples") }
    return samples
  }
}

/// Opens samples to be read by number.
@_cdecl("lathe_samples_open")
public func latheSamplesOpen(
  _ cache: OpaquePointer?, _ configuration: UnsafePointer<CChar>?
) -> OpaquePointer? {
  unsafe guarded { () throws(InterfaceError) in
    let handles = Handles.current
    let cache = unsafe try Handles.cache(cache)
    let options = try unsafe Texts.configuration(configuration, OpenSamples.Options.form)
    return unsafe handles.insert(.samples(try OpenSamples(options, of: cache)))
  }
}

/// Describes what the samples are.
@_cdecl("lathe_samples_describe")
public func latheSamplesDescribe(
  _ samples: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int64 {
  guarded { () throws(InterfaceError) in
    let json = Texts.json(try unsafe Handles.samples(samples).description)
    return unsafe try Texts.write(json, to: buffer, capacity: capacity)
  }
}

/// Reads samples.
@_cdecl("lathe_samples_read")
public func latheSamplesRead(
  _ samples: OpaquePointer?, _ numbers: UnsafePointer<Int64>?, _ count: Int64,
  _ inputs: UnsafeMutableRawPointer?
) -> Int32 {
  guarded { () throws(InterfaceError) in
    let open = try unsafe Handles.samples(samples)
    guard let numbers = unsafe numbers, let inputs = unsafe inputs, count >= 0 else {
      throw InterfaceError(
        .argument, "numbers or inputs is NULL, or count below 0: give memory for \(count) samples")
    }
    unsafe try open.read(UnsafeBufferPointer(start: numbers, count: Int(count)), to: inputs)
    return 0
  }
}

/// Returns labels, tracks and slices of samples.
@_cdecl("lathe_samples_places")
public func latheSamplesPlaces(
  _ samples: OpaquePointer?, _ first: Int64, _ count: Int64,
  _ labels: UnsafeMutablePointer<Int64>?, _ tracks: UnsafeMutablePointer<Int64>?,
  _ slices: UnsafeMutablePointer<Int64>?
) -> Int32 {
  guarded { () throws(InterfaceError) in
    let open = try unsafe Handles.samples(samples)
    try open.checkRange(first, count)
    for row in 0..<Int(count) {
      let (label, location) = try open.location(of: first + Int64(row))
      if let labels = unsafe labels { unsafe labels[row] = label }
      if let tracks = unsafe tracks { unsafe tracks[row] = Int64(location.track) }
      if let slices = unsafe slices { unsafe slices[row] = Int64(location.slice) }
    }
    return 0
  }
}

/// Writes the weights of the labels of samples.
@_cdecl("lathe_samples_label_weights")
public func latheSamplesLabelWeights(
  _ samples: OpaquePointer?, _ first: Int64, _ count: Int64, _ weights: UnsafeMutablePointer<Float>?
) -> Int32 {
  guarded { () throws(InterfaceError) in
    let open = try unsafe Handles.samples(samples)
    try open.checkRange(first, count)
    guard let weights = unsafe weights else {
      throw InterfaceError(.argument, "weights is NULL: give memory for \(count) samples")
    }
    let labels = open.labelCount
    for row in 0..<Int(count) {
      try unsafe open.weights(
        of: first + Int64(row),
        to: UnsafeMutableBufferPointer(start: weights + row * labels, count: labels))
    }
    return 0
  }
}

/// Returns the id of a track.
@_cdecl("lathe_samples_track_id")
public func latheSamplesTrackID(
  _ samples: OpaquePointer?, _ track: Int64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ capacity: Int64
) -> Int64 {
  guarded { () throws(InterfaceError) in
    let id = try unsafe Handles.samples(samples).trackID(track)
    return unsafe try Texts.write(Array(id.utf8), to: buffer, capacity: capacity)
  }
}

/// Closes samples.
@_cdecl("lathe_samples_close")
public func latheSamplesClose(_ samples: OpaquePointer?) -> Int32 {
  guarded { () throws(InterfaceError) in
    do throws(InterfaceError) { _ = unsafe try Handles.samples(samples) } catch
      where error.code == .forked
    {
      return 0
    }
    _ = unsafe try Handles.current.remove(samples)
    return 0
  }
}
