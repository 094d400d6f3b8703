import JSON

/// Turns paths of a workspace into relative ones and back, so that a stored recipe means the files beside it, wherever
/// the workspace is copied or moved.
struct PathAnchor {
  /// The workspace's folder, absolute; `nil` leaves every path as it is.
  let root: String?

  /// A path below the workspace without its root; any other as it is.
  func relative(_ path: String) -> String {
    guard let root else { return path }
    if path == root { return "." }
    return path.hasPrefix(root + "/") ? String(path.dropFirst(root.utf8.count + 1)) : path
  }

  func absolute(_ path: String) -> String {
    guard let root, !path.hasPrefix("/") else { return path }
    return path == "." ? root : root + "/" + path
  }

  private static let scheme = "file:"

  /// Makes the `file:` values of parameters relative, and adds where they stand to `places`: names of members and
  /// positions in lists.
  func relative(_ value: JSONValue, at place: [JSONValue] = [], _ places: inout [JSONValue]) -> JSONValue {
    switch value {
    case .string(let text) where text.hasPrefix(Self.scheme + "/"):
      let path = String(text.dropFirst(Self.scheme.utf8.count))
      let short = relative(path)
      guard short != path else { return value }
      places.append(.array(place))
      return .string(Self.scheme + short)
    case .array(let elements):
      return .array(
        elements.enumerated().map { relative($0.element, at: place + [.integer(Int64($0.offset))], &places) })
    case .object(let object):
      return .object(JSONObject(object.map { ($0.0, relative($0.1, at: place + [.string($0.0)], &places)) }))
    default: return value
    }
  }

  /// Undoes `relative` at one place; a place that is not there changes nothing.
  func absolute(_ value: JSONValue, at place: ArraySlice<JSONValue>) -> JSONValue {
    guard let step = place.first else {
      guard let text = value.stringValue, text.hasPrefix(Self.scheme) else { return value }
      return .string(Self.scheme + absolute(String(text.dropFirst(Self.scheme.utf8.count))))
    }
    switch (value, step) {
    case (.array(var elements), .integer(let index)) where elements.indices.contains(Int(index)):
      elements[Int(index)] = absolute(elements[Int(index)], at: place.dropFirst())
      return .array(elements)
    case (.object(var object), .string(let name)):
      guard let member = object[name] else { return value }
      object[name] = absolute(member, at: place.dropFirst())
      return .object(object)
    default: return value
    }
  }
}
