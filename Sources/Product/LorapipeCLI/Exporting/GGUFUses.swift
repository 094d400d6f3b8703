import PipelineEngine

/// What people type next with a .gguf file that was written, here and in the programs that read such files.
enum GGUFUses {
  /// - Parameters:
  ///   - path: of a whole model.
  ///   - source: the model as it was named, of which Ollama gets a folder of its own; `nil` when a line cannot name it.
  static func ofModel(_ path: String, source: String?) -> [String] {
    let file = ShellWord.quoted(path)
    var lines = [
      "\(Lorapipe.typed) chat \(file)", "llama-cli -m \(file)   # llama.cpp", "lms import \(file)   # LM Studio",
    ]
    if let source {
      // Ollama takes template and stops from a Modelfile, not from the file.
      lines.append(
        "\(Lorapipe.typed) export \(ShellWord.quoted(source)) --ollama -o \(ShellWord.quoted(stem(path)))   # Ollama")
    }
    return lines
  }

  /// - Parameters:
  ///   - path: of an adapter.
  ///   - base: where its base lies; llama.cpp wants that as a .gguf file too.
  static func ofAdapter(_ path: String, base: String) -> [String] {
    let model = base.hasSuffix(".gguf") ? base : "BASE.gguf"
    return ["llama-cli -m \(ShellWord.quoted(model)) --lora \(ShellWord.quoted(path))   # llama.cpp"]
  }

  private static func stem(_ path: String) -> String { path.hasSuffix(".gguf") ? String(path.dropLast(5)) : path }
}
