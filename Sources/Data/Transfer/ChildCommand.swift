import Artifacts
import Diagnostics
import Glibc

/// Runs another program and waits for it.
enum ChildCommand {
  /// - Parameters:
  ///   - arguments: the program, found by PATH, and what it is given.
  ///   - log: the file that takes both output streams.
  /// - Returns: the exit status; 127 when there is no such program, 128 plus the signal when one killed it.
  static func run(
    _ arguments: [String], log: String, isCancelled: () -> Bool
  ) throws(Diagnostic) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    var child: pid_t = 0
    let status = posix_spawnp(&child, arguments.first ?? "", &actions, nil, pointers, environ)
    if status == ENOENT || status == EACCES { return 127 }
    guard status == 0 else { throw systemFailure("start", path: arguments.first, errno: status) }
    var killed = false
    while true {
      var result: Int32 = 0
      let done = waitpid(child, &result, WNOHANG)
      if done == child {
        if killed { throw HTTPClient.cancelled }
        let signal = result & 0x7F
        return signal == 0 ? (result >> 8) & 0xFF : 128 + signal
      }
      if done < 0 && errno != EINTR { throw systemFailure("wait for", path: arguments.first) }
      if isCancelled(), !killed {
        kill(child, SIGTERM)
        killed = true
      }
      usleep(20_000)
    }
  }
}
