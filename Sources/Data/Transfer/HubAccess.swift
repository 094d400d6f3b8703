/// What a download and an upload have in common: servers and tokens, how often to try again, and when to stop.
public struct HubAccess: Sendable {
  let variables: [String: String]
  let hubs: HubEnvironment
  let retry: RetryPolicy
  let isCancelled: @Sendable () -> Bool

  /// - Parameters:
  ///   - environment: the process's variables: HF_ENDPOINT, HF_TOKEN, MODELSCOPE_ENDPOINT or MODELSCOPE_DOMAIN,
  ///     MODELSCOPE_API_TOKEN, and those that say where the hubs' programs keep their tokens. libcurl itself reads the
  ///     variables of proxies.
  ///   - isCancelled: called often. When it returns true, the transfer stops; a download keeps what has arrived for the
  ///     next one.
  public init(
    environment: [String: String], retry: RetryPolicy = RetryPolicy(),
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    variables = environment
    hubs = HubEnvironment(environment)
    self.retry = retry
    self.isCancelled = isCancelled
  }

  func client(_ timeouts: HTTPTimeouts = HTTPTimeouts()) -> HTTPClient {
    HTTPClient(timeouts: timeouts, retry: retry, isCancelled: isCancelled)
  }

  /// The same access with another token for ModelScope.
  func withModelScopeToken(_ token: String) -> HubAccess {
    var variables = variables
    variables["MODELSCOPE_API_TOKEN"] = token
    return HubAccess(environment: variables, retry: retry, isCancelled: isCancelled)
  }
}
