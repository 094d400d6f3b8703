import Platform
import Transfer

/// Why a remote cache did not do what it was asked. Nothing of this fails a run.
public enum RemoteFailure: Error, Sendable, Hashable {
  /// 401 and 403.
  case denied(String)
  /// It cannot be reached, answers 5xx, or lets one wait.
  case unavailable(String)
  /// It will not take more, or not so much at once.
  case refused(String)
  /// Its content is not what its name says, or its record is not to be believed.
  case damaged(String)
  /// A recorded action of which a part is gone, as after an eviction.
  case incomplete(String)
  /// A record that none of the trusted keys signed.
  case untrusted(String)
  /// This machine's disk.
  case local(String)
  case cancelled

  /// The case's name, for programs.
  public var code: String {
    switch self {
    case .denied: "denied"
    case .unavailable: "unavailable"
    case .refused: "refused"
    case .damaged: "damaged"
    case .incomplete: "incomplete"
    case .untrusted: "untrusted"
    case .local: "local"
    case .cancelled: "cancelled"
    }
  }

  public var text: String {
    switch self {
    case .denied(let text), .unavailable(let text), .refused(let text), .damaged(let text), .incomplete(let text),
      .untrusted(let text), .local(let text):
      text
    case .cancelled: "stopped"
    }
  }

  /// Whether asking again can only fail again: what a circuit breaker counts.
  var isOfServer: Bool {
    switch self {
    case .denied, .unavailable: true
    case .refused, .damaged, .incomplete, .untrusted, .local, .cancelled: false
    }
  }
}

/// A place that keeps bytes under names: a folder, or a server.
///
/// The names are `ac/<key>` and `cas/<sha256>`, 64 hexadecimal digits each. Calls block their thread and may come from several
/// threads at once.
protocol RemoteStorage: Sendable {
  /// Gives the bytes of a name to `receiver`.
  /// - Returns: false when there is no such name.
  func get(_ name: String, into receiver: BlobReceiver, isCancelled: @escaping @Sendable () -> Bool)
    throws(RemoteFailure) -> Bool

  /// Whether there is something under a name.
  func has(_ name: String, isCancelled: @escaping @Sendable () -> Bool) throws(RemoteFailure) -> Bool

  /// Puts bytes under a name, in place of what was there.
  /// - Parameter sha256: of the bytes.
  func put(
    _ name: String, _ body: HTTPRequest.Body, sha256: Digest, isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure)

  /// Removes a name; one that is not there is as good as removed.
  /// - Returns: whether it is gone. Not every storage removes on request.
  func remove(_ name: String, isCancelled: @escaping @Sendable () -> Bool) throws(RemoteFailure) -> Bool
}
