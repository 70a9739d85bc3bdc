import Corpus
import Files
import HTTPTypes
import Hummingbird
import NIOCore

extension ServiceOperations {
  static let jobs: [Operation] = [
    Operation(
      id: "job-kinds", path: "/v1/job-kinds", summary: "The kinds of jobs, with what each takes.",
      answers: [.json("JobKinds")]
    ) { _ in .json(.object(["kinds": .array(JobKind.all.map(\.json))])) },
    Operation(
      id: "jobs", path: "/v1/jobs", summary: "The jobs, the newest first.", parameters: page,
      answers: [.json("JobList")]
    ) { call in
      try await call.service.work {
        let jobs = try call.jobs()
        let numbers = jobs.numbers
        return .json(
          try paged(call, count: numbers.count, name: "jobs") {
            // The oldest may have been forgotten just now.
            guard let (job, progress) = try jobs.job(numbers[$0]) else {
              throw Problem(
                .serviceUnavailable, "system", "the list has changed", hint: "ask again")
            }
            return job.json(progress: progress)
          })
      }
    },
    Operation(
      id: "start-job", method: .post, path: "/v1/jobs", summary: "Takes a job on.", body: "NewJob",
      answers: [.json("Job")]
    ) { call in
      let body = try await call.body()
      return try await call.service.work {
        let (kind, fields) = try NewJob.read(body)
        let arguments = try call.service.jobArguments.arguments(kind, fields)
        let job = try call.jobs().add(kind, fields, arguments)
        var response = Response.json(job.json(progress: nil))
        response.status = .accepted
        response.headers[.location] = "/v1/jobs/\(job.id)"
        return response
      }
    },
    Operation(
      id: "job", path: "/v1/jobs/{job}", summary: "A job: its state, progress and how it ended.",
      answers: [.json("Job")]
    ) { call in
      try await call.service.work {
        let (job, progress) = try known(call)
        return .json(job.json(progress: progress))
      }
    },
    Operation(
      id: "cancel-job", method: .delete, path: "/v1/jobs/{job}",
      summary: "Ends a job, or takes it out of the queue.", answers: []
    ) { call in
      try await call.service.work { try call.jobs().cancel(try known(call).job.id) }
      return Response(status: .noContent)
    },
    Operation(
      id: "job-log", path: "/v1/jobs/{job}/log", summary: "What a job has said so far.",
      answers: [.bytes("text/plain")]
    ) { call in
      try await call.service.work {
        let path = try call.jobs().log(of: try known(call).job.id)
        return .bytes(try Files.read(path, limit: 1 << 30) ?? [], "text/plain; charset=utf-8")
      }
    },
    Operation(
      id: "job-events", path: "/v1/jobs/{job}/events",
      summary: "What a job says, a line an event, as it says it (server-sent events).",
      parameters: [
        .init(
          "tail", .integer(0...1 << 40),
          "how many bytes before the end of what was said to begin at most; at the beginning where "
            + "left out")
      ],
      answers: [.bytes("text/event-stream")]
    ) { call in
      let (id, jobs) = try await call.service.work {
        (try known(call).job.id, try call.jobs())
      }
      // A client that was cut off says how far it came.
      let start = call.request.headers[.lastEventID].flatMap { Int($0) } ?? 0
      return Response(
        status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
        body: .init { writer in
          let events = JobEvents(service: call.service, jobs: jobs, id: id)
          try await events.write(
            to: &writer, from: max(0, start, try await events.start(ofTail: call.integer("tail"))))
        })
    },
  ]

  private static func known(
    _ call: Call
  ) throws -> (job: Job, progress: (done: Int, total: Int)?) {
    let name = try call.required("job")
    guard let number = Int(name), let known = try call.jobs().job(number) else {
      throw Problem.missing("there is no job '\(name.prefix(40))'", hint: "list them: /v1/jobs")
    }
    return known
  }
}

extension Call {
  /// The jobs of the root.
  /// - Throws: ``Problem`` 503 where it keeps none.
  func jobs() throws(Problem) -> JobQueue {
    if let jobs = service.jobs { return jobs }
    throw Problem(
      .serviceUnavailable, "system", "this service keeps no jobs",
      hint: "the root must be writable, and served by one lathed")
  }
}

extension HTTPField.Name {
  /// `Last-Event-ID`, by which a client of server-sent events goes on.
  static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .range
}
