public import JSON

/// How a run is done.
public struct RunOptions: Sendable {
  /// How many stages may run at once.
  public var jobs = 1
  /// Go on with what does not depend on a stage that failed.
  public var keepGoing = false
  /// Threads of the machine that stages share.
  public var threads = 1
  /// Bytes a stage may use.
  public var memoryLimit: UInt64 = .max
  /// Run even when the forecast says that disk or memory will not do.
  public var ignoresForecast = false
  /// The run this one resumes.
  public var parent: String?
  /// The command line, for people.
  public var command: [String] = []
  /// Version, host, processor: recorded.
  public var environment = JSONObject()

  public init() {}
}
