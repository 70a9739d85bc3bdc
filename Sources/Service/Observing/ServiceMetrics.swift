import Synchronization
import Wording

/// What the service counts.
final class ServiceMetrics: Sendable {
  private struct Request: Hashable {
    let route: String
    let status: Int
  }

  private struct Figures {
    var requests: [Request: Int] = [:]
    var seconds: [String: Histogram] = [:]
    var answering = 0
    var bytes = 0
    var batches = 0
    var samples = 0
    var streamBytes = 0
    var streams = 0
    var streamsBegun = 0
    var streamsRefused = 0
    var streamsStalled = 0
    var streamsDisplaced = 0
    var streamMemory = 0
    var answerMemory = 0
    var waitingForBatches = 0.0
    var waitingForClients = 0.0
    var cacheOpens = 0
    var openCaches = 0
    var keptHits = 0
    var keptMisses = 0
  }

  private let figures = Mutex(Figures())

  func requestBegan() { figures.withLock { $0.answering += 1 } }

  func requestEnded(route: String, status: Int, seconds: Double, bytes: Int) {
    figures.withLock { figures in
      figures.answering -= 1
      figures.requests[Request(route: route, status: status), default: 0] += 1
      figures.seconds[route, default: Histogram()].add(seconds)
      figures.bytes += bytes
    }
  }

  func cacheOpened(openNow: Int) {
    figures.withLock { figures in
      figures.cacheOpens += 1
      figures.openCaches = openNow
    }
  }

  func keptAnswer(wasThere: Bool) {
    figures.withLock { figures in
      if wasThere { figures.keptHits += 1 } else { figures.keptMisses += 1 }
    }
  }

  func streamRefused() { figures.withLock { $0.streamsRefused += 1 } }

  /// A stream is ended since its client takes nothing.
  /// - Parameter forRoom: whether another one is to have its room.
  func streamStalled(forRoom: Bool) {
    figures.withLock { figures in
      if forRoom { figures.streamsDisplaced += 1 } else { figures.streamsStalled += 1 }
    }
  }

  func streamBegan(memory: Int) {
    figures.withLock { figures in
      figures.streams += 1
      figures.streamsBegun += 1
      figures.streamMemory += memory
    }
  }

  func streamEnded(memory: Int) {
    figures.withLock { figures in
      figures.streams -= 1
      figures.streamMemory -= memory
    }
  }

  /// Bytes of long answers that begin to wait for their clients; negative where they wait no more.
  func longAnswers(changedBy bytes: Int) { figures.withLock { $0.answerMemory += bytes } }

  func batchSent(samples: Int, bytes: Int, waitedForBatch: Double, waitedForClient: Double) {
    figures.withLock { figures in
      figures.batches += 1
      figures.samples += samples
      figures.streamBytes += bytes
      figures.waitingForBatches += waitedForBatch
      figures.waitingForClients += waitedForClient
    }
  }

  /// All of it as Prometheus reads it.
  func text() -> String {
    let now = figures.withLock { $0 }
    var text = PrometheusText()
    text.family("lathed_requests_total", "counter", "Requests answered, by route and status.")
    for (request, count) in now.requests.sorted(by: {
      ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status)
    }) {
      text.sample(
        "lathed_requests_total", [("route", request.route), ("status", "\(request.status)")],
        Double(count))
    }
    text.family(
      "lathed_request_seconds", "histogram",
      "Seconds until an answer begins to be sent, by route.")
    for (route, histogram) in now.seconds.sorted(by: { $0.key < $1.key }) {
      text.histogram("lathed_request_seconds", [("route", route)], histogram)
    }
    func count(_ name: String, _ about: String, _ value: Int) {
      text.single("lathed_\(name)", "counter", about, Double(value))
    }
    func gauge(_ name: String, _ about: String, _ value: Int) {
      text.single("lathed_\(name)", "gauge", about, Double(value))
    }
    gauge("requests_answering", "Requests that are being answered.", now.answering)
    count("response_bytes_total", "Bytes of answers, streams not counted.", now.bytes)
    count("batches_total", "Batches sent.", now.batches)
    count("samples_total", "Samples sent in batches.", now.samples)
    count("batch_bytes_total", "Bytes of batches sent.", now.streamBytes)
    gauge("streams", "Streams of batches that are open.", now.streams)
    count("streams_begun_total", "Streams of batches that were begun.", now.streamsBegun)
    count("streams_refused_total", "Streams refused for want of room.", now.streamsRefused)
    count(
      "streams_displaced_total",
      "Streams ended to make way for another one, since their clients took nothing.",
      now.streamsDisplaced)
    count(
      "streams_stalled_total", "Streams ended since their clients took nothing for minutes.",
      now.streamsStalled)
    gauge("stream_memory_bytes", "Bytes of the rings of all open streams.", now.streamMemory)
    gauge(
      "answer_memory_bytes", "Bytes of long answers that wait for their clients.", now.answerMemory)
    text.single(
      "lathed_waiting_for_batches_seconds_total", "counter",
      "Seconds that streams waited for batches to be filled.", now.waitingForBatches)
    text.single(
      "lathed_waiting_for_clients_seconds_total", "counter",
      "Seconds that streams waited for clients to read.", now.waitingForClients)
    count("cache_opens_total", "Caches opened.", now.cacheOpens)
    gauge("open_caches", "Caches that are open.", now.openCaches)
    count("kept_hits_total", "Pictures, peaks and distributions that were kept.", now.keptHits)
    count("kept_misses_total", "Those that had to be made.", now.keptMisses)
    return text.text
  }
}
