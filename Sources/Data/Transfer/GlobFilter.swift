import Glibc

/// `include` and `exclude` as the hubs' own clients read them: shell patterns against a file's path in its repository,
/// where `*` also crosses `/` and a pattern that ends in `/` means all below.
public struct GlobFilter: Sendable, Hashable {
  public var include: [String]
  public var exclude: [String]

  /// - Parameter include: empty takes everything.
  public init(include: [String] = [], exclude: [String] = []) {
    self.include = include
    self.exclude = exclude
  }

  public func accepts(_ path: String) -> Bool {
    (include.isEmpty || include.contains { Self.matches($0, path) }) && !exclude.contains { Self.matches($0, path) }
  }

  static func matches(_ pattern: String, _ path: String) -> Bool {
    fnmatch(pattern.hasSuffix("/") ? pattern + "*" : pattern, path, 0) == 0
  }
}
