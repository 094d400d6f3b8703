import Platform

/// Whether a hub answers.
public struct HubReachability: Sendable, Hashable {
  /// `Hugging Face`, `ModelScope`.
  public var hub: String
  /// The address asked: a mirror when the environment names one.
  public var endpoint: String
  /// Milliseconds to the first answer; `nil` when there was none.
  public var milliseconds: Int?
  /// Why there was none.
  public var problem: String?

  public init(hub: String, endpoint: String, milliseconds: Int? = nil, problem: String? = nil) {
    self.hub = hub
    self.endpoint = endpoint
    self.milliseconds = milliseconds
    self.problem = problem
  }

  /// Asks both hubs at once, each for at most `seconds`.
  public static func check(environment: [String: String], seconds: Double) -> [HubReachability] {
    let hubs = HubEnvironment(environment)
    let places = [("Hugging Face", hubs.huggingFace.endpoint), ("ModelScope", hubs.modelScope.endpoint)]
    let asked = try? parallelMap(places.count, threads: places.count) { index in
      ask(places[index].0, places[index].1, seconds: seconds)
    }
    return asked ?? []
  }

  private static func ask(_ hub: String, _ endpoint: String, seconds: Double) -> HubReachability {
    let begun = SystemClock.monotonic()
    let session = HTTPSession(timeouts: HTTPTimeouts(connect: max(1, Int(seconds.rounded(.up)))))
    var result = HubReachability(hub: hub, endpoint: endpoint)
    do throws(HTTPFailure) {
      // Any answer will do: the question is whether there is a way.
      _ = try session.perform(
        HTTPRequest(url: endpoint, isHead: true), consumer: Nothing(),
        isCancelled: { SystemClock.monotonic() - begun > seconds })
      result.milliseconds = Int((SystemClock.monotonic() - begun) * 1000)
    } catch {
      switch error {
      case .transport(let text, _): result.problem = text
      case .redirect(let text): result.problem = text
      case .cancelled, .stopped: result.problem = "no answer in \(Int(seconds)) s"
      }
    }
    return result
  }

  private final class Nothing: BodyConsumer {
    func begin(_ response: HTTPResponse) -> Bool { true }
    func consume(_ bytes: UnsafeRawBufferPointer) -> Bool { true }
  }
}
