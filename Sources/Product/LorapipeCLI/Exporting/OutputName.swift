import Diagnostics

/// The name of an output that is a folder, unless it ends in `.gguf`.
enum OutputName {
  /// Endings of files that people expect of a name, and that no export writes.
  private static let endings: Set<String> = [
    "bin", "safetensors", "pt", "pth", "ckpt", "onnx", "ggml", "gguf", "zip", "tar", "gz", "tgz", "json", "yaml",
  ]

  /// - Parameter mayBeGGUF: whether a name that ends in `.gguf` is written as one file.
  /// - Throws: exit status 2 for a name such as `model.safetensors`: a folder of that name would be taken for the file.
  static func check(_ output: String, mayBeGGUF: Bool) throws {
    if mayBeGGUF, output.hasSuffix(".gguf") { return }
    var path = output[...]
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    guard let dot = path.lastIndex(of: "."), dot > path.startIndex else { return }
    let ending = path[path.index(after: dot)...].lowercased()
    guard endings.contains(ending) else { return }
    let folder = String(path[..<dot])
    throw CommandFailure(
      cause: Diagnostic(
        code: "output-is-a-folder", "'\(output)' is the name of a file, and this writes a folder",
        remedy: mayBeGGUF
          ? "name a folder such as '\(folder)', or one file that ends in .gguf" : "name a folder such as '\(folder)'"),
      status: .usage)
  }
}
