internal import DatasetCache
internal import OpenCaches

extension Handles {
  /// The cache of a handle.
  static func cache(_ handle: OpaquePointer?) throws(InterfaceError) -> OpenCache {
    let entry = try unsafe current.entry(handle)
    guard case .cache(let cache) = entry else { throw entry.refusal(wanted: "a cache") }
    return cache
  }
}

/// Opens a cache.
@_cdecl("lathe_open")
public func latheOpen(_ path: UnsafePointer<CChar>?) -> OpaquePointer? {
  unsafe guarded { () throws(InterfaceError) in
    let path = unsafe try Texts.read(path, "path")
    let handles = Handles.current
    return unsafe handles.insert(.cache(try handles.shelf.open(path)))
  }
}

/// Closes a cache.
@_cdecl("lathe_close")
public func latheClose(_ cache: OpaquePointer?) -> Int32 {
  guarded { () throws(InterfaceError) in
    let handles = Handles.current
    do throws(InterfaceError) { _ = unsafe try Handles.cache(cache) } catch
      where error.code == .forked
    {
      return 0
    }
    _ = unsafe try handles.remove(cache)
    return 0
  }
}

/// Returns what is known of each track of a cache.
@_cdecl("lathe_tracks")
public func latheTracks(
  _ cache: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int64 {
  guarded { () throws(InterfaceError) in
    let json = Texts.json(try unsafe Handles.cache(cache).tracks())
    return unsafe try Texts.write(json, to: buffer, capacity: capacity)
  }
}

/// Describes what a cache holds.
@_cdecl("lathe_describe")
public func latheDescribe(
  _ cache: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int64 {
  guarded { () throws(InterfaceError) in
    let json = Texts.json(try unsafe Handles.cache(cache).description())
    return unsafe try Texts.write(json, to: buffer, capacity: capacity)
  }
}

/// Describes a split of a cache.
@_cdecl("lathe_describe_split")
public func latheDescribeSplit(
  _ cache: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ buffer: UnsafeMutablePointer<CChar>?,
  _ capacity: Int64
) -> Int64 {
  guarded { () throws(InterfaceError) in
    let name = unsafe try Texts.read(name, "name")
    let json = Texts.json(try unsafe Handles.cache(cache).description(ofSplit: name))
    return unsafe try Texts.write(json, to: buffer, capacity: capacity)
  }
}

/// Returns what a side shares with what is learnt from.
@_cdecl("lathe_overlap")
public func latheOverlap(
  _ cache: OpaquePointer?, _ configuration: UnsafePointer<CChar>?,
  _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int64 {
  guarded { () throws(InterfaceError) in
    let cache = unsafe try Handles.cache(cache)
    let asked = try unsafe Texts.configuration(configuration, SideOverlap.form)
    let json = Texts.json(try cache.overlap(asked))
    return unsafe try Texts.write(json, to: buffer, capacity: capacity)
  }
}
