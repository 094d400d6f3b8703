/// The languages that a service speaks to people. What programs read, such as the types and codes of errors, is English.
public enum SpokenLanguage: String, Sendable, Hashable, CaseIterable {
  case english = "en"
  case chinese = "zh"

  /// The language that a client prefers; `nil` when it names none of these.
  ///
  /// Each range of the header may have a weight, 1 unless given; 0 refuses a language. Of equal weights the first counts.
  /// Source: RFC 9110, section 12.5.4.
  public init?(acceptLanguage header: String) {
    var best: (language: SpokenLanguage, weight: Double)?
    for range in header.prefix(1000).split(separator: ",") {
      let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
      guard let tag = parts.first, let primary = tag.split(separator: "-").first,
        let language = SpokenLanguage(rawValue: String(primary))
      else { continue }
      let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
      if weight > best?.weight ?? 0 { best = (language, weight) }
    }
    guard let best else { return nil }
    self = best.language
  }
}

/// In which language a service answers whom, and who knows the words.
public struct ServiceLanguages: Sendable {
  /// For clients that ask for no language.
  public var usual: SpokenLanguage
  /// An English text in Chinese, as far as there is a translation.
  public var chinese: @Sendable (String) -> String

  /// A service that speaks English whatever a client asks for.
  public static let english = ServiceLanguages(usual: .english) { $0 }

  public init(usual: SpokenLanguage, chinese: @escaping @Sendable (String) -> String) {
    self.usual = usual
    self.chinese = chinese
  }

  /// A page that lets its reader choose says `lang` in the query: what was chosen counts more than the browser's header.
  public func language(for request: HTTPRequest) -> SpokenLanguage {
    request.query["lang"].flatMap { SpokenLanguage(rawValue: $0) }
      ?? request.headers["accept-language"].flatMap { SpokenLanguage(acceptLanguage: $0) } ?? usual
  }

  public func text(_ english: String, in language: SpokenLanguage) -> String {
    language == .chinese ? chinese(english) : english
  }

  /// An error with its message in the language of whoever asked. Its type, code and parameter stay as they are.
  func worded(_ error: APIError, for request: HTTPRequest) -> APIError {
    var worded = error
    worded.message = text(error.message, in: language(for: request))
    return worded
  }
}
