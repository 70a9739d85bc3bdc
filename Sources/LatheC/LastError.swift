import Glibc
internal import OpenCaches

/// The latest error of each thread, which `lathe_last_error` returns.
enum LastError {
  /// Belongs to one thread and goes with it. `text` ends with 0; nil is the empty text.
  @safe private final class Record {
    var code: Int32 = 0
    var text: UnsafeMutablePointer<CChar>?

    deinit { unsafe free(text) }
  }

  private static let key: pthread_key_t? = {
    var key = pthread_key_t()
    let code = unsafe pthread_key_create(&key) { record in
      if let record = unsafe record { unsafe Unmanaged<Record>.fromOpaque(record).release() }
    }
    return code == 0 ? key : nil
  }()

  private static var record: Record? {
    guard let key, let stored = unsafe pthread_getspecific(key) else { return nil }
    return unsafe Unmanaged<Record>.fromOpaque(stored).takeUnretainedValue()
  }

  static var code: Int32 { record?.code ?? 0 }

  /// Nil where no call of this thread has failed.
  static var text: UnsafePointer<CChar>? {
    guard let record else { return nil }
    return unsafe UnsafePointer(record.text)
  }

  static func set(_ error: InterfaceError) {
    guard let key else { return }
    let record: Record
    if let known = self.record {
      record = known
    } else {
      record = Record()
      let stored = unsafe Unmanaged.passRetained(record)
      if unsafe pthread_setspecific(key, stored.toOpaque()) != 0 {
        unsafe stored.release()
        return
      }
    }
    record.code = error.code.rawValue
    unsafe free(record.text)
    unsafe record.text = unsafe strdup(error.text)
  }
}

/// Runs the body of a function of the interface: its value, or the error's code, which is then the
/// thread's latest error.
func guarded<Value: SignedInteger>(
  _ body: () throws(InterfaceError) -> Value
) -> Value {
  do throws(InterfaceError) {
    return try body()
  } catch {
    LastError.set(error)
    return Value(error.code.rawValue)
  }
}

/// The same for functions that return a handle.
func guarded(_ body: () throws(InterfaceError) -> OpaquePointer?) -> OpaquePointer? {
  do throws(InterfaceError) {
    return unsafe try body()
  } catch {
    LastError.set(error)
    return nil
  }
}
