internal import OpenCaches

/// The version of the C interface; it changes when a caller that was built for an earlier one would
/// break.
@_cdecl("lathe_abi_version")
public func latheABIVersion() -> Int32 { 1 }

/// The code of the calling thread's latest error.
@_cdecl("lathe_last_error_code")
public func latheLastErrorCode() -> Int32 { LastError.code }

/// The line of the calling thread's latest error.
@_cdecl("lathe_last_error")
public func latheLastError() -> UnsafePointer<CChar> {
  unsafe LastError.text ?? emptyText
}

private nonisolated(unsafe) let emptyText: UnsafePointer<CChar> = {
  let text = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
  unsafe text.initialize(to: 0)
  return unsafe UnsafePointer(text)
}()
