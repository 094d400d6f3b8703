import JSON
import Synchronization
import Testing

@testable import HTTPService

/// Any handler gets the server's protections: it needs no more than to answer.
@Suite struct SecondServiceTests {
  private final class Echo: HTTPHandler {
    let seen = Mutex(0)

    func handle(_ request: HTTPRequest, _ sink: any ResponseSink) {
      seen.withLock { $0 += 1 }
      sink.respond(
        .json([
          "method": .string(request.method), "path": .string(request.path),
          "query": .object(JSONObject(request.query.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
          "bytes": .integer(Int64(request.body.count)),
        ]))
    }
  }

  @Test func aHandlerAnswersOverTheSocket() throws {
    let server = try HTTPServer.start(Echo(), port: 0)
    defer { server.stop(drainSeconds: 1) }
    let got = try #require(LoopbackClient.ask("/runs/a%20b?since=3&name=%E5%96%B5", port: server.port))
    #expect(got.status == 200)
    #expect(
      try JSONValue(parsing: got.body) == [
        "method": "GET", "path": "/runs/a b", "query": ["name": "喵", "since": "3"], "bytes": 0,
      ])
    let posted = try #require(LoopbackClient.ask("/x", port: server.port, body: ["a": 1]))
    #expect(try JSONValue(parsing: posted.body)["bytes"] == 7)
  }

  @Test func strangersNeverReachIt() throws {
    let echo = Echo()
    let server = try HTTPServer.start(
      echo, port: 0, limits: HTTPLimits(bodyByteCount: 100), access: HTTPAccess(key: "secret"))
    defer { server.stop(drainSeconds: 1) }
    #expect(LoopbackClient.ask("/", port: server.port)?.status == 401)
    #expect(
      LoopbackClient.ask("/", port: server.port, body: .string(String(repeating: "x", count: 200)))?.status == 401)
    #expect(echo.seen.withLock { $0 } == 0)
  }

  @Test func nobodyListensOnAPortThatIsClosed() throws {
    let server = try HTTPServer.start(Echo(), port: 0)
    let port = server.port
    server.stop(drainSeconds: 0)
    #expect(LoopbackClient.ask("/", port: port) == nil)
  }
}
