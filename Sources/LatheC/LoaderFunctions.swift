internal import OpenCaches

extension Handles {
  /// The loader of a handle that is not closed.
  fileprivate static func loader(_ handle: OpaquePointer?) throws(InterfaceError) -> OpenLoader {
    let loader = try unsafe anyLoader(handle)
    try loader.checkOpen()
    return loader
  }

  /// The loader of a handle, also one that is closed and waits for what is borrowed.
  fileprivate static func anyLoader(_ handle: OpaquePointer?) throws(InterfaceError) -> OpenLoader {
    let entry = try unsafe current.entry(handle)
    guard case .loader(let loader) = entry else { throw entry.refusal(wanted: "a loader") }
    return loader
  }

  /// Lets a handle go once its loader is closed and nothing is borrowed. Of several threads that
  /// see this at once, one finds it there.
  fileprivate func removeIfOver(_ loader: OpenLoader, _ handle: OpaquePointer?) {
    if loader.isOver { _ = unsafe try? remove(handle) }
  }
}

/// Opens a loader.
@_cdecl("lathe_loader_open")
public func latheLoaderOpen(
  _ cache: OpaquePointer?, _ configuration: UnsafePointer<CChar>?
) -> OpaquePointer? {
  unsafe guarded { () throws(InterfaceError) in
    let handles = Handles.current
    let cache = unsafe try Handles.cache(cache)
    let options = try unsafe Texts.configuration(configuration, LoaderOptions.form)
    return unsafe handles.insert(
      .loader(try OpenLoader(options, of: cache, on: handles.shelf)))
  }
}

/// Describes what a loader delivers.
@_cdecl("lathe_loader_describe")
public func latheLoaderDescribe(
  _ loader: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int64 {
  guarded { () throws(InterfaceError) in
    let json = Texts.json(try unsafe Handles.loader(loader).description)
    return unsafe try Texts.write(json, to: buffer, capacity: capacity)
  }
}

/// Lends the next batch.
@_cdecl("lathe_loader_next")
public func latheLoaderNext(
  _ loader: OpaquePointer?, _ batch: UnsafeMutableRawPointer?, _ milliseconds: Int64
) -> Int32 {
  guarded { () throws(InterfaceError) in
    let open = try unsafe Handles.loader(loader)
    guard let batch = unsafe batch else {
      throw InterfaceError(.argument, "batch is NULL: give a lathe_batch to fill")
    }
    defer { unsafe Handles.current.removeIfOver(open, loader) }
    let patience = milliseconds < 0 ? nil : Int(milliseconds)
    return unsafe try open.next(batch, patience: patience).rawValue
  }
}

/// Takes a batch back.
@_cdecl("lathe_loader_release")
public func latheLoaderRelease(_ loader: OpaquePointer?, _ slot: Int32) -> Int32 {
  guarded { () throws(InterfaceError) in
    let open = try unsafe Handles.anyLoader(loader)
    try open.release(slot)
    unsafe Handles.current.removeIfOver(open, loader)
    return 0
  }
}

/// Returns the state after the batches that were lent.
@_cdecl("lathe_loader_state")
public func latheLoaderState(
  _ loader: OpaquePointer?, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int64 {
  guarded { () throws(InterfaceError) in
    let json = try Texts.json(encoding: try unsafe Handles.loader(loader).state)
    return unsafe try Texts.write(json, to: buffer, capacity: capacity)
  }
}

/// Returns the id of a track.
@_cdecl("lathe_loader_track_id")
public func latheLoaderTrackID(
  _ loader: OpaquePointer?, _ track: Int64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ capacity: Int64
) -> Int64 {
  guarded { () throws(InterfaceError) in
    let id = try unsafe Handles.loader(loader).trackID(track)
    return unsafe try Texts.write(Array(id.utf8), to: buffer, capacity: capacity)
  }
}

/// Ends a loader's threads.
@_cdecl("lathe_loader_stop")
public func latheLoaderStop(_ loader: OpaquePointer?) -> Int32 {
  guarded { () throws(InterfaceError) in
    try unsafe Handles.loader(loader).stop()
    return 0
  }
}

/// Closes a loader.
@_cdecl("lathe_loader_close")
public func latheLoaderClose(_ loader: OpaquePointer?) -> Int32 {
  guarded { () throws(InterfaceError) in
    let open: OpenLoader
    do throws(InterfaceError) {
      open = try unsafe Handles.anyLoader(loader)
    } catch  where error.code == .forked {
      return 0
    }
    try open.close()
    unsafe Handles.current.removeIfOver(open, loader)
    return 0
  }
}
