import ForeignConfigs
import Recipes

extension BroughtWords {
  /// Keys of ms-swift, LLaMA-Factory, Axolotl, TRL and Unsloth, and the Chinese words that `help` knows.
  static let known = BroughtWords(
    remark: { ForeignKeys.remark($0) },
    meaning: { word in
      // Short forms of Latin letters, such as 'lr', are aliases in the schema.
      let isChinese = word.unicodeScalars.contains { (0x3400...0x9FFF).contains($0.value) }
      return isChinese ? Chinese.topic(word.lowercased()) : ForeignKeys.meaning(word)
    })
}
