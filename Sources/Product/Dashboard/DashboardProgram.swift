public import Diagnostics
public import JSON

/// What the dashboard can do beside looking. The command line gives it: each is what a command of the program does.
public struct DashboardProgram: Sendable {
  /// Starts a command that goes on when the dashboard ends: `["run", "recipes/grace.yaml"]`.
  public var start: @Sendable ([String]) throws(Diagnostic) -> Void
  /// Serves what a run made, with the chat page, until the dashboard ends; the same run is served once.
  ///
  /// Takes the run and options of the command.
  /// - Returns: the address of the page.
  public var chat: @Sendable (String, [String]) throws(Diagnostic) -> String
  /// Runs a command that only reads and returns the JSON it prints, or its error. It is ended when it takes too long.
  public var ask: @Sendable ([String]) throws(Diagnostic) -> JSONValue
  /// Runs a command that changes records and returns the JSON it prints, or its error. It takes the time it needs: a
  /// deletion that is cut short would leave half of a run.
  public var change: @Sendable ([String]) throws(Diagnostic) -> JSONValue

  public init(
    start: @escaping @Sendable ([String]) throws(Diagnostic) -> Void,
    chat: @escaping @Sendable (String, [String]) throws(Diagnostic) -> String,
    ask: @escaping @Sendable ([String]) throws(Diagnostic) -> JSONValue,
    change: @escaping @Sendable ([String]) throws(Diagnostic) -> JSONValue
  ) {
    self.start = start
    self.chat = chat
    self.ask = ask
    self.change = change
  }
}
