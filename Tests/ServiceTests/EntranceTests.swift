import Corpus
import Foundation
import Logging
import TestSupport
import Testing

@testable import Service

extension ServiceTests {
  /// Who is let in, and what is demanded before a server is started.
  @Suite struct EntranceTests {
    private static let token = "0123456789abcdef0123"

    private func tokenFile(_ text: String = token, mode: Int = 0o600) throws -> String {
      let music = try ServedMusic.get()
      let path = try music.folder.write((text + "\n").utf8, "token-\(UUID().uuidString)")
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      return path
    }

    @Test func foreignHostsAndOriginsAreRefused() async throws {
      try await RunningServer.with({ $0.names = ["cache.example"] }) { server throws in
        func status(_ host: String?, _ headers: [String] = []) throws -> Int {
          try server.send("GET", "/v1/caches", host: host, headers: headers).status
        }
        for host in ["127.0.0.1", "localhost:80", "[::1]:9", "10.1.2.3", "Cache.Example"] {
          #expect(try status(host) == 200, "\(host)")
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "cache.example.evil"] {
          #expect(try status(host) == 421, "\(host)")
        }
        #expect(try status(nil) == 400)
        #expect(try status("127.0.0.1", ["Origin: http://127.0.0.1"]) == 200)
        for origin in ["http://evil.example", "null", "http://127.0.0.1:1", "file://"] {
          #expect(try status("127.0.0.1", ["Origin: \(origin)"]) == 403, "\(origin)")
        }
        #expect(try status("127.0.0.1", ["Sec-Fetch-Site: cross-site"]) == 403)
        #expect(try status("127.0.0.1", ["Sec-Fetch-Site: same-origin"]) == 200)
      }
    }

    @Test func aTokenIsAskedFor() async throws {
      let file = try tokenFile()
      try await RunningServer.with({ $0.tokenFile = file }) { server throws in
        func status(_ path: String, _ field: String?) throws -> Int {
          try server.get(path, headers: field.map { ["Authorization: \($0)"] } ?? []).status
        }
        #expect(try status("/v1/caches", nil) == 401)
        #expect(try status("/nothing", nil) == 401)
        #expect(try status("/metrics", nil) == 401)
        #expect(try status("/v1/caches", "Bearer \(Self.token)x") == 401)
        #expect(try status("/v1/caches", "Bearer ") == 401)
        #expect(try status("/v1/caches", "Basic \(Self.token)") == 401)
        #expect(try status("/v1/caches", "Bearer \(Self.token)") == 200)
        #expect(try status("/healthz", nil) == 200)
        #expect(
          try server.get("/v1/caches").headers["www-authenticate"]?.hasPrefix("Bearer") == true)
      }
    }

    @Test func headersAreLimited() async throws {
      try await RunningServer.with { server throws in
        let long = try server.get(
          "/v1/caches", headers: ["X-Long: " + String(repeating: "a", count: 40_000)])
        #expect(long.status == 431)
        let many = try server.get("/v1/caches", headers: (0..<200).map { "X-\($0): a" })
        #expect(many.status == 431)
        for reply in [long, many] {
          #expect(reply.headers["content-type"] == "application/problem+json")
          #expect(reply.headers["connection"] == "close")
        }
        // The others are unharmed.
        #expect(try server.get("/v1/caches").status == 200)
      }
    }

    @Test func whatIsNoRequestIsAnsweredWithAProblem() async throws {
      try await RunningServer.with { server throws in
        for text in [
          "no request at all\r\n\r\n", "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\u{0}b\r\n\r\n",
          "\u{16}\u{3}\u{1}\u{2}\r\n\r\n",
        ] {
          let reply = try Reply(to: text, port: server.port)
          #expect(reply.status == 400, "\(text)")
          #expect(reply.headers["content-type"] == "application/problem+json", "\(text)")
          guard case .object(let problem) = try reply.json() else { throw Reply.Unreadable() }
          #expect(problem["code"] == .string("request"))
        }
      }
    }

    @Test func aBodyThatIsNotSentAsHTTPWantsItIsRefused() async throws {
      try await RunningServer.with { server throws in
        let reply = try server.send(
          "POST", "/v1/jobs",
          headers: ["Content-Type: application/json", "Transfer-Encoding: chunked"],
          body: "zz\r\nno chunk\r\n0\r\n\r\n")
        #expect(reply.status == 400)
        #expect(reply.headers["content-type"] == "application/problem+json")
      }
    }

    private func refusal(_ flags: [String: String]) throws -> String? {
      let music = try ServedMusic.get()
      do throws(ConfigurationError) {
        let settings = try ServiceSettings(
          flags: flags.merging(["root": music.root]) { first, _ in first }, environment: [:],
          file: nil)
        _ = try LatheService(try settings.configuration(), logger: .init(label: "test"))
        return nil
      } catch {
        return error.description
      }
    }

    @Test func otherMachinesNeedATokenAndTLS() throws {
      let file = try tokenFile()
      #expect(try refusal(["host": "127.0.0.1"]) == nil)
      #expect(try refusal(["host": "0.0.0.0"])?.contains("--token-file") == true)
      #expect(
        try refusal(["host": "0.0.0.0", "token-file": file])?.contains("--plaintext") == true)
      #expect(try refusal(["host": "0.0.0.0", "token-file": file, "plaintext": "true"]) == nil)
      #expect(try refusal(["tls-key": "k"])?.contains("--tls-certificate") == true)
      #expect(
        try refusal(["tls-key": "/none", "tls-certificate": "/none"])?.contains("PEM") == true)
      #expect(try refusal(["token-file": "/none"])?.contains("openssl rand") == true)
      #expect(try refusal(["token-file": try tokenFile("short")])?.contains("5 bytes") == true)
      #expect(
        try refusal(["token-file": try tokenFile(mode: 0o644)])?.contains("chmod 600") == true)
    }

    @Test func flagsGoBeforeTheEnvironmentAndThatBeforeTheFile() throws {
      let music = try ServedMusic.get()
      let file = try music.folder.write(
        #"{"port": 1, "host": "localhost", "idle-seconds": 5, "name": ["a", "b"]}"#.utf8,
        "lathed.json")
      let made = try ServiceSettings(
        flags: ["root": music.root, "port": "3"],
        environment: ["LATHED_PORT": "2", "LATHED_HOST": "::1", "LATHE_PORT": "9"], file: file
      ).configuration()
      #expect(made.port == 3)
      #expect(made.host == "::1")
      #expect(made.limits.idleSeconds == 5)
      #expect(made.names == ["a", "b"])
      #expect(throws: ConfigurationError.self) {
        let unknown = try music.folder.write(#"{"prot": 1}"#.utf8, "unknown.json")
        _ = try ServiceSettings(flags: [:], environment: [:], file: unknown)
      }
      #expect(try refusal(["port": "70000"])?.contains("--port") == true)
      #expect(try refusal(["root": "/none"])?.contains("/none is no folder") == true)
    }
  }
}
