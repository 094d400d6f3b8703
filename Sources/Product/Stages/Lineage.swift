import Diagnostics
public import JSON
public import Platform

/// What an artifact was made from, by digest: the file `lorapipe.json` of adapters and merged models.
public struct Lineage: Sendable, Hashable {
  public enum Product: String, Sendable {
    case adapter, model
  }

  public var product: Product
  /// Digest of the base model's artifact.
  public var base: Digest
  /// Digest of the adapter merged in.
  public var adapter: Digest?
  /// Digest of the tokens learned from.
  public var tokens: Digest?

  public static let fileName = "lorapipe.json"

  public init(product: Product, base: Digest, adapter: Digest? = nil, tokens: Digest? = nil) {
    self.product = product
    self.base = base
    self.adapter = adapter
    self.tokens = tokens
  }

  public var json: JSONValue {
    var object = JSONObject([
      ("format", .string("lorapipe-\(product.rawValue)")), ("version", 1), ("base", .string(base.hex)),
    ])
    if let adapter { object["adapter"] = .string(adapter.hex) }
    if let tokens { object["tokens"] = .string(tokens.hex) }
    return .object(object)
  }

  public func write(folder: String) throws {
    try FileSystem.replace(folder + "/" + Self.fileName, with: json.bytes(.pretty) + [0x0A])
  }

  /// The lineage beside an artifact's files; `nil` when there is none, as with what other programs made.
  /// - Throws: `Diagnostic` for one that cannot be read: without it, nothing would notice another base.
  public static func read(folder: String) throws -> Lineage? {
    let path = folder + "/" + fileName
    guard let bytes = try FileSystem.readIfPresent(path) else { return nil }
    guard let json = try? JSONValue(parsing: bytes), let base = json["base"]?.stringValue.flatMap({ Digest($0) }),
      let product = json["format"]?.stringValue.flatMap({ Product(rawValue: String($0.dropFirst("lorapipe-".count))) })
    else {
      throw Diagnostic(
        code: "bad-lineage", "the file that says what the artifact was made from cannot be read",
        remedy: "copy the artifact again, or remove this file to use it as one of another program",
        location: SourceLocation(file: path))
    }
    return Lineage(
      product: product, base: base, adapter: json["adapter"]?.stringValue.flatMap { Digest($0) },
      tokens: json["tokens"]?.stringValue.flatMap { Digest($0) })
  }
}
