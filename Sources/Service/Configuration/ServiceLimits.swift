/// How much the service takes on at a time, so that its memory is bounded whatever is asked of it.
public struct ServiceLimits: Sendable, Hashable {
  /// Connections that are open at a time; more wait in the system's queue.
  public var connections = 4_096
  /// Seconds after which a connection is closed that asks for nothing, does not end its request, or
  /// takes nothing of its answer.
  public var idleSeconds = 60
  /// Streams of batches that are open at a time; more are refused with 503, unless stalled ones make
  /// way.
  public var streams = 256
  /// Seconds after which a stream whose client takes nothing makes way for another one, where there
  /// is no room for both.
  public var stallSeconds = 5
  /// Seconds after which it is ended in any case.
  public var streamSeconds = 300
  /// Bytes of the rings of all streams together; a stream that would exceed it is refused with 503,
  /// unless stalled ones make way.
  public var streamBytes = 4 << 30
  /// Threads that fill the batches of one stream.
  public var loaderThreads = 1
  /// Bytes of all header fields of a request, its path and query included.
  public var headerBytes = 32 << 10
  /// Header fields of a request.
  public var headerFields = 64
  /// Bytes of a path and query.
  public var targetBytes = 8 << 10
  /// Bytes of a request's body.
  public var bodyBytes = 64 << 10
  /// Bytes of answers of more than 64 KB that wait for their clients; one that would exceed it is
  /// refused with 503, unless it is the only one.
  public var answerBytes = 1 << 30
  /// Bytes of sounds, pictures and distributions that are kept in memory.
  public var keptBytes = 64 << 20
  /// Bytes of peaks that are kept on the disk.
  public var peakBytes = 1 << 30
  /// Caches that are kept open.
  public var openCaches = 64

  /// The usual limits.
  public init() {}
}
