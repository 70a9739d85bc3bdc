/// The version of the C ABI; it changes when a caller that was built for an earlier one would break.
@_cdecl("lathe_abi_version")
public func latheABIVersion() -> Int32 { 1 }
