/// Models of the hubs that people call by a short name: `qwen3`, `llama3.2:1b`, `通义千问`.
public enum WellKnownModels {
  /// Sources of the models that a name most likely means, the smallest first; empty for a name that means none of them.
  public static func sources(named name: String) -> [String] {
    var wanted = folded(name)
    for (other, word) in names where wanted.hasPrefix(other) { wanted = word + wanted.dropFirst(other.count) }
    guard wanted.count >= 3 else { return [] }
    let ids = KnownSources.smaller(than: .max).map { $0.id }.reversed()
    return ids.filter { id in
      let model = folded(id.split(separator: "/").last.map(String.init) ?? id)
      return model.hasPrefix(wanted) || wanted.hasPrefix(model)
    }.map { (($0.hasPrefix("Qwen/") ? "modelscope:" : "hf:") + $0) }
  }

  private static let names = [("通义千问", "qwen"), ("千问", "qwen"), ("tongyi", "qwen")]

  /// Letters and digits in lower case.
  private static func folded(_ name: String) -> String {
    name.lowercased().filter { $0.isLetter || $0.isNumber }
  }
}
