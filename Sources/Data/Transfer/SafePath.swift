import Platform

/// Paths that others chose: file names in archives, wheels and hub listings.
enum SafePath {
  /// The path's components, when it stays below the folder it is joined to.
  /// - Returns: `nil` for an absolute path, one with `..`, a control character or a backslash, or one too long or deep.
  static func components(_ path: String) -> [String]? {
    guard !FileSystem.isAbsolute(path), path.utf8.count <= 3000,
      path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && $0 != 0x5C })
    else { return nil }
    let parts = FileSystem.components(of: path).filter { $0 != "." }
    guard !parts.isEmpty, parts.count <= 64, parts.allSatisfy({ $0 != ".." && $0.utf8.count <= 255 }) else {
      return nil
    }
    return parts
  }

  /// The path in its one spelling.
  static func normalized(_ path: String) -> String? { components(path)?.joined(separator: "/") }

  /// Where a link at `path` with this target leads, below the same folder.
  static func target(ofLinkAt path: [String], to target: String) -> [String]? {
    guard !FileSystem.isAbsolute(target) else { return nil }
    var parts = Array(path.dropLast())
    for part in FileSystem.components(of: target) where part != "." {
      if part == ".." {
        guard parts.popLast() != nil else { return nil }
      } else {
        parts.append(part)
      }
    }
    return parts.isEmpty ? nil : components(parts.joined(separator: "/"))
  }
}
