import LMDBStore
import Safetensors

/// A value of a track with everything computed that does not need the store.
struct EncodedValue {
  private let track: String
  private let database: String
  private let view: View
  private let slices: SliceIndex
  private let writer: SafetensorsWriter
  /// The checksums of its blocks, where its view has them.
  private let blocks: (division: BlockDivision, checksums: [UInt64])?

  init(_ value: PreparedTrack.Value, track id: String) throws(CacheError) {
    track = id
    database = Layout.values(value.view, value.fingerprint)
    view = value.view
    slices = value.slices
    writer = try inTensors { () throws(TensorError) in
      try SafetensorsWriter(
        tensors: value.tensors,
        metadata: [
          "track": id, "view": value.view.rawValue, "fingerprint": value.fingerprint.hex,
        ])
    }
    if let tensor = value.tensors.first, value.tensors.count == 1,
      let division = BlockDivision(of: value.facts, shape: tensor.shape, hop: slices.hop)
    {
      let checksums = unsafe tensor.withBytes {
        unsafe BlockChecksums.checksums(of: $0, division: division)
      }
      blocks = (division, checksums)
    } else {
      blocks = nil
    }
  }

  /// The bytes that are stored.
  var bytes: [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: writer.byteCount) { buffer, count in
      var span = unsafe MutableRawSpan(
        _unsafeBytes: UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[..<writer.byteCount]))
      writer.fill(&span)
      count = writer.byteCount
    }
  }

  func store(in transaction: inout RecordTransaction) throws(StoreError) {
    var checksum: UInt64 = 0
    try transaction.putReserving(byteCount: writer.byteCount, for: track, in: database) { span in
      checksum = writer.fill(&span)
    }
    if let blocks {
      let record = BlockChecksums.record(
        checksum: checksum, division: blocks.division, blocks: blocks.checksums)
      try transaction.put(
        record, for: track, in: Layout.blocks(of: database))
    } else {
      try transaction.delete(track, in: Layout.blocks(of: database))
    }
    try transaction.put(
      slices.encoded, for: track, in: Layout.slices(view))
  }
}
