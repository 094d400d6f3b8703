import Glibc

/// The process's environment variables.
public enum Environment {
  public static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Sets a variable, for this process and those it starts. Only for the beginning of a program, before it has threads.
  public static func set(_ name: String, to value: String) { setenv(name, value, 1) }

  /// Every variable. Of a name that occurs twice the first counts, as for `getenv`.
  public static func all() -> [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if let equals = pair.firstIndex(of: "=") {
        let name = String(pair[..<equals])
        if result[name] == nil { result[name] = String(pair[pair.index(after: equals)...]) }
      }
      entry += 1
    }
    return result
  }

  /// The path of a program as a shell finds it by `PATH`; `nil` when there is none.
  /// - Parameter name: without a slash.
  public static func program(_ name: String) -> String? {
    let folders = value("PATH") ?? "/usr/bin:/bin"
    return folders.split(separator: ":").lazy.map { "\($0)/\(name)" }.first(where: isExecutableFile)
  }

  /// Whether a path is a file that this process may execute.
  public static func isExecutableFile(_ path: String) -> Bool {
    access(path, X_OK) == 0 && FileStamp.of(path)?.isRegularFile ?? false
  }

  /// The machine's name in its network.
  public static func hostName() -> String {
    var name = utsname()
    guard uname(&name) == 0 else { return "unknown" }
    return withUnsafePointer(to: &name.nodename) {
      $0.withMemoryRebound(to: CChar.self, capacity: 65) { String(cString: $0) }
    }
  }
}
