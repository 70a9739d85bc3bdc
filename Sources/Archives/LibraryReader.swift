import CArchive
import Glibc

/// libarchive reading entries one after the other; freed when the value ends.
@safe struct LibraryReader: ~Copyable {
  /// What the bytes are.
  enum Form {
    /// A tar, which may be packed as a whole.
    case tar
    /// One entry of a zip behind its header.
    case zipEntry
    /// Anything that is packed as a whole, unpacked without a look at what it is.
    case unpacked
  }

  /// An entry's header.
  struct Header {
    /// Its name; nil where it is not UTF-8.
    var name: String?
    var shownName: String
    var byteCount: Int64
    var isFile: Bool
    var isFolder: Bool
    var isSparse: Bool
    /// The first byte of its data in the tar.
    var dataOffset: Int64
  }

  private let handle: OpaquePointer
  private let source: PackedBytes

  /// - Throws: ``ArchiveError``: not an archive, library.
  init(_ source: PackedBytes, as form: Form) throws(ArchiveError) {
    guard let handle = unsafe archive_read_new() else {
      throw ArchiveError(.library, source.path, detail: "could not be opened: there is no memory")
    }
    switch form {
    case .tar: _ = unsafe archive_read_support_format_tar(handle)
    case .zipEntry: _ = unsafe archive_read_support_format_zip_streamable(handle)
    case .unpacked: _ = unsafe archive_read_support_format_raw(handle)
    }
    if form != .zipEntry {
      // Those that start no program.
      _ = unsafe archive_read_support_filter_gzip(handle)
      _ = unsafe archive_read_support_filter_bzip2(handle)
      _ = unsafe archive_read_support_filter_xz(handle)
      _ = unsafe archive_read_support_filter_zstd(handle)
    }
    if unsafe source.attach(to: handle) < ARCHIVE_WARN {
      let error = unsafe Self.error(handle, source, nil)
      _ = unsafe archive_read_free(handle)
      throw error
    }
    unsafe self.handle = unsafe handle
    self.source = source
  }

  deinit { _ = unsafe archive_read_free(handle) }

  /// The bytes of the unpacked stream that have been read or passed over.
  var position: Int64 { unsafe archive_filter_bytes(handle, 0) }

  /// The next entry's header; nil at the end.
  /// - Throws: ``ArchiveError``: unreadable, not an archive, truncated, damaged.
  mutating func next() throws(ArchiveError) -> Header? {
    var entry: OpaquePointer?
    let status = unsafe archive_read_next_header(handle, &entry)
    if status == ARCHIVE_EOF { return nil }
    guard status >= ARCHIVE_WARN, let entry = unsafe entry else {
      throw unsafe Self.error(handle, source, nil)
    }
    let type = unsafe archive_entry_filetype(entry)
    let raw = unsafe Self.bytes(
      archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry))
    let name = String(validating: raw, as: UTF8.self)
    return Header(
      name: name, shownName: name ?? String(decoding: raw, as: UTF8.self),
      byteCount: unsafe archive_entry_size(entry),
      isFile: unsafe type == S_IFREG && archive_entry_hardlink(entry) == nil,
      isFolder: type == S_IFDIR, isSparse: unsafe archive_entry_sparse_reset(entry) > 0,
      dataOffset: position)
  }

  /// The data of the entry that ``next()`` came to, in order.
  /// - Throws: ``ArchiveError``: unreadable, truncated, damaged, unsupported; and what `sink` does.
  mutating func read(_ name: String?, _ sink: (RawSpan) throws -> Void) throws {
    var expected: Int64 = 0
    while true {
      var start: UnsafeRawPointer?
      var count = 0
      var offset: Int64 = 0
      let status = unsafe archive_read_data_block(handle, &start, &count, &offset)
      if status == ARCHIVE_EOF { return }
      // A wrong checksum is only a warning there.
      if status < ARCHIVE_OK { throw unsafe Self.error(handle, source, name) }
      guard let start = unsafe start, count > 0 else { continue }
      if offset != expected {
        throw ArchiveError(
          .unsupported, source.path, entry: name, detail: "is stored with holes (a sparse file)")
      }
      expected += Int64(count)
      let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
      try sink(unsafe RawSpan(_unsafeBytes: bytes))
    }
  }

  @unsafe private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8] {
    guard let text = unsafe text else { return [] }
    return unsafe UnsafeRawBufferPointer(start: text, count: strlen(text)).map { $0 }
  }

  /// What libarchive reports.
  @unsafe private static func error(
    _ handle: OpaquePointer, _ source: PackedBytes, _ entry: String?
  ) -> ArchiveError {
    if source.failure != 0 {
      return ArchiveError(.unreadable(errno: source.failure), source.path, entry: entry)
    }
    let text = unsafe archive_error_string(handle).map { unsafe String(cString: $0) } ?? ""
    let words = text.lowercased()
    let kind: ArchiveError.Kind =
      if words.contains("unrecognized archive format") {
        .notAnArchive
      } else if words.contains("truncated") || words.contains("end-of-file")
        || words.contains("premature end")
      {
        .truncated
      } else if words.contains("passphrase") || words.contains("encrypt") {
        .encrypted
      } else if words.contains("unsupported") {
        .unsupported
      } else if unsafe archive_errno(handle) == ENOMEM {
        .library
      } else {
        .damaged
      }
    let own = ArchiveError(kind, source.path, entry: entry)
    return text.isEmpty || kind == .notAnArchive
      ? own : ArchiveError(kind, source.path, entry: entry, detail: "\(own.detail) (\(text))")
  }
}
