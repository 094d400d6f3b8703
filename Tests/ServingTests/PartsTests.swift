import ChatPage
import HTTPService
import Inference
import JSON
import Platform
import Testing
import Tokenization

@testable import Serving

@Suite struct PartsTests {
  /// Byte tokens make every cut possible.
  private static func tokenizer() throws -> Tokenizer {
    try Tokenizer.open(path: try #require(TinyModel.shared).path + "/tokenizer.json")
  }

  @Test func stopStringsAreFoundAcrossTokens() throws {
    var assembler = TextAssembler(try Self.tokenizer(), stops: ["END", "\n\n"])
    var pieces: [String] = []
    for byte in "Fine E END more".utf8 { pieces.append(assembler.push(TokenID(byte))) }
    #expect(pieces.joined() == "Fine E ")
    #expect(assembler.stopped)
    // An 'E' alone was held back until the next character cleared it.
    #expect(pieces[5] == "" && pieces[6] == "E ")
    #expect(assembler.finish() == "")
  }

  @Test func heldBackTextComesAtTheEnd() throws {
    var assembler = TextAssembler(try Self.tokenizer(), stops: ["END"])
    let text = "天 EN".utf8.map { assembler.push(TokenID($0)) }.joined()
    #expect(text == "天 ")
    #expect(assembler.finish() == "EN")
  }

  @Test func ownersTakeTurns() {
    var queue = FairQueue<Int>()
    for item in 0..<5 { queue.append(item, owner: "greedy") }
    queue.append(100, owner: "modest")
    queue.append(200, owner: "third")
    var order: [Int] = []
    while let item = queue.next() { order.append(item) }
    #expect(order == [0, 100, 200, 1, 2, 3, 4])
    queue.append(1, owner: "a")
    queue.append(2, owner: "b")
    queue.remove { $0 == 1 }
    #expect(queue.count == 1 && queue.next() == 2 && queue.next() == nil)
  }

  @Test func descriptorsSurviveTheirJSON() throws {
    let descriptor = ServiceDescriptor(
      name: "grace", modelPath: "m", modelDigest: SHA256.hash("d"),
      adapters: [.init(name: "a", path: "p", digest: SHA256.hash("x"), lineage: JSONObject([("run", 1)]))],
      context: ChatContext(system: "Be kind.", arguments: JSONObject([("enable_thinking", false)])),
      generation: GenerationDefaults(temperature: 0.1, maximumTokens: 9), contextLength: 77, keyValueType: .q80,
      activations: .int8,
      title: "T",
      description: "D", examples: ["e"], lineage: JSONObject([("data", "q")]))
    #expect(try ServiceDescriptor(json: descriptor.json) == descriptor)
    var elsewhere = descriptor
    elsewhere.host = "0.0.0.0"
    elsewhere.port = 81
    #expect(elsewhere.json == descriptor.json, "a service is the same wherever it listens")
    #expect(throws: (any Error).self) { try ServiceDescriptor(json: ["format": 99, "name": "a", "model": "b"]) }
    #expect(throws: (any Error).self) { try ServiceDescriptor(json: [:]) }
    #expect(throws: (any Error).self) {
      try ServiceDescriptor(json: ["format": 1, "name": "a", "model": "b", "kv_cache": "q9"])
    }
    #expect(throws: (any Error).self) {
      try ServiceDescriptor(json: ["format": 1, "name": "a", "model": "b", "activations": "int4"])
    }
  }

  @Test func thePageAsksNoOtherPlace() throws {
    let state = RouterState(models: [])
    func response(_ path: String) throws -> HTTPResponse {
      guard case .respond(let response) = Router.route(HTTPRequest(method: "GET", path: path), state) else {
        throw APIError.invalid("no answer")
      }
      return response
    }
    let page = String(decoding: try response("/").body, as: UTF8.self)
    for name in ChatPage.fileNames where name != "chat.html" { #expect(page.contains("\"page/\(name)\"")) }
    for path in Router.openPaths where path != "/health" {
      let file = try response(path)
      #expect(file.status == 200 && file.headers["Content-Security-Policy"]?.contains("default-src 'none'") == true)
      let text = String(decoding: file.body, as: UTF8.self)
      for foreign in ["src=\"http", "href=\"http", "@import", "innerHTML", "eval("] { #expect(!text.contains(foreign)) }
    }
    #expect(try response("/page/nothing.js").status == 404 && response("/page/../chat.html").status == 404)
  }
}
