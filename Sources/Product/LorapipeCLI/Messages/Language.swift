import HTTPService
import Synchronization

/// The language of what a person reads: help, run output, errors. Programs (`--json`), records and logs are in English.
enum Language: String, Sendable, CaseIterable {
  case english = "en"
  case chinese = "zh"

  private static let isChinese = Atomic(false)

  /// The language of this process; English until `use`.
  static var current: Language { isChinese.load(ordering: .relaxed) ? .chinese : .english }

  static func use(_ language: Language) { isChinese.store(language == .chinese, ordering: .relaxed) }

  /// - Parameters:
  ///   - option: the value of `--lang`; `nil` or `auto` leaves it to the environment.
  ///   - environment: a variable's value by its name.
  static func preferred(option: String?, environment: (String) -> String?) -> Language {
    if let option, let language = Language(rawValue: CommonOptions.languageNames[option.lowercased()] ?? option) {
      return language
    }
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap(environment).first { !$0.isEmpty } ?? ""
    return locale.hasPrefix("zh") ? .chinese : .english
  }
}

extension Language {
  /// Between the parts of a sentence that are joined as text.
  static var comma: String { current == .chinese ? "，" : ", " }
  /// Between the last two of several things.
  static var and: String { current == .chinese ? "，" : " and " }
  static var semicolon: String { current == .chinese ? "；" : "; " }
}

extension ServiceLanguages {
  /// A client that asks for Chinese or English gets it, any other the language of this process.
  static var ofThisProcess: ServiceLanguages {
    ServiceLanguages(usual: Language.current == .chinese ? .chinese : .english) {
      Catalog.chinese.translation(of: $0) ?? Catalog.chinese.rendering(of: $0)
    }
  }
}
