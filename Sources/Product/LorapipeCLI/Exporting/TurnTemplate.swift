import Diagnostics

/// A chat template as the texts around each message: what template languages without loops over blocks can say.
///
/// The texts are found by rendering conversations of marks, and hold only if they give what the template gives for other
/// conversations too.
struct TurnTemplate: Hashable {
  struct Turn: Hashable {
    var before = ""
    var after = ""
  }

  /// A message as the template sees it.
  typealias Message = (role: String, content: String)

  /// Stands before everything.
  var opening = ""
  var system = Turn()
  var user = Turn()
  var assistant = Turn()
  /// Stands after the opening when there is no system prompt: some templates bring one.
  var withoutSystem = ""
  /// Set when the system prompt stands inside the first message of the user; stands between the two then.
  var systemInUser: String?
  /// Begins the answer.
  var prompt = ""

  private static let marks = (system: "lpsystemz", user: "lpuserz", assistant: "lpanswerz", second: "lpsecondz")

  /// - Parameter render: the text of a conversation, with or without the beginning of an answer.
  /// - Throws: `Diagnostic` (`template-not-plain`) when the template does more than to put texts around messages.
  init(_ render: ([Message], _ addsPrompt: Bool) throws -> String) throws {
    let marks = Self.marks
    let asked: [Message] = [("system", marks.system), ("user", marks.user)]
    let plain = try render(asked, false)
    let prompted = try render(asked, true)
    let answered = try render(asked + [("assistant", marks.assistant)], false)
    let again = try render(asked + [("assistant", marks.assistant), ("user", marks.second)], true)
    let alone = try render([("user", marks.user)], false)

    user.after = try Self.after(marks.user, plain)
    let promptedEnd = try Self.after(marks.user, prompted)
    guard promptedEnd.hasPrefix(user.after) else { throw Self.notPlain("an answer begins inside the question") }
    prompt = String(promptedEnd.dropFirst(user.after.count))

    let toAnswer = try Self.between(marks.user, marks.assistant, again)
    guard toAnswer.hasPrefix(user.after) else { throw Self.notPlain("a question ends otherwise before an answer") }
    assistant.before = String(toAnswer.dropFirst(user.after.count))

    let toSecond = try Self.between(marks.assistant, marks.second, again)
    assistant.after = Self.commonPrefix(try Self.after(marks.assistant, answered), toSecond)
    user.before = String(toSecond.dropFirst(assistant.after.count))

    let start = try Self.before(marks.system, plain)
    let toUser = try Self.between(marks.system, marks.user, plain)
    let aloneStart = try Self.before(marks.user, alone)
    if !user.before.isEmpty, start.hasSuffix(user.before), !toUser.hasSuffix(user.before) {
      systemInUser = toUser
      opening = String(start.dropLast(user.before.count))
    } else {
      guard toUser.hasSuffix(user.before) else {
        throw Self.notPlain("the first question begins otherwise than later ones")
      }
      system.after = String(toUser.dropLast(user.before.count))
      // What both beginnings share may be the opening or the start of a block: only whole blocks matter.
      opening =
        aloneStart.hasSuffix(user.before)
        ? Self.commonPrefix(String(aloneStart.dropLast(user.before.count)), start) : ""
      system.before = String(start.dropFirst(opening.count))
    }
    guard aloneStart.hasPrefix(opening), aloneStart.hasSuffix(user.before),
      aloneStart.count >= opening.count + user.before.count
    else { throw Self.notPlain("a question without a system prompt begins otherwise") }
    withoutSystem = String(aloneStart.dropFirst(opening.count).dropLast(user.before.count))
    try check(render)
  }

  /// The text that this gives for a conversation and the beginning of its answer.
  func text(_ messages: [Message]) -> String {
    var text = opening
    var folded: String?
    if messages.first?.role != "system" { text += withoutSystem }
    for message in messages {
      switch message.role {
      case "system":
        if systemInUser != nil {
          folded = message.content
        } else {
          text += system.before + message.content + system.after
        }
      case "user":
        text += user.before + (folded.map { $0 + (systemInUser ?? "") } ?? "") + message.content + user.after
        folded = nil
      default: text += assistant.before + message.content + assistant.after
      }
    }
    return text + prompt
  }

  private func check(_ render: ([Message], Bool) throws -> String) throws {
    let conversations: [[Message]] = [
      [("user", "你好")], [("system", "Be brief."), ("user", "One?")],
      [("user", "One?"), ("assistant", "1"), ("user", "Two?")],
      [
        ("system", "Be brief."), ("user", "One?"), ("assistant", "1, as you know."), ("user", "Two?"),
        ("assistant", "2"), ("user", "Three?"),
      ],
    ]
    for conversation in conversations where try render(conversation, true) != text(conversation) {
      throw Self.notPlain("a conversation of \(conversation.count) messages comes out otherwise")
    }
  }

  private static func notPlain(_ what: String) -> Diagnostic {
    Diagnostic(
      code: "template-not-plain", "the chat template cannot be written in Ollama's template language: \(what)",
      remedy: "Serve the GGUF file with a program that reads its own template, such as llama-server --jinja.")
  }

  private static func before(_ mark: String, _ text: String) throws -> String {
    guard let range = text.firstRange(of: mark) else { throw notPlain("it leaves a message out") }
    return String(text[..<range.lowerBound])
  }

  private static func after(_ mark: String, _ text: String) throws -> String {
    guard let range = text.firstRange(of: mark) else { throw notPlain("it leaves a message out") }
    return String(text[range.upperBound...])
  }

  private static func between(_ first: String, _ second: String, _ text: String) throws -> String {
    try before(second, try after(first, text))
  }

  private static func commonPrefix(_ left: String, _ right: String) -> String {
    String(zip(left, right).prefix { $0 == $1 }.map(\.0))
  }
}

extension TurnTemplate {
  /// The template in Go's language, as Ollama runs it over `.Messages`.
  var goTemplate: String {
    let content = "{{ .Content }}"
    let userContent =
      systemInUser.map { "{{ if and $.System (le $i 1) }}{{ $.System }}\(Self.literal($0)){{ end }}" } ?? ""
    var text = "{{- /* written by lorapipe */ -}}" + Self.literal(opening)
    if !withoutSystem.isEmpty { text += "{{ if not .System }}\(Self.literal(withoutSystem)){{ end }}" }
    text += "{{ range $i, $m := .Messages }}"
    text += "{{ if eq .Role \"user\" }}\(Self.literal(user.before))\(userContent)\(content)\(Self.literal(user.after))"
    text +=
      "{{ else if eq .Role \"assistant\" }}\(Self.literal(assistant.before))\(content)\(Self.literal(assistant.after))"
    if systemInUser == nil {
      text += "{{ else if eq .Role \"system\" }}\(Self.literal(system.before))\(content)\(Self.literal(system.after))"
    }
    return text + "{{ end }}{{ end }}" + Self.literal(prompt)
  }

  /// Text as it is; what the language would read is quoted.
  private static func literal(_ text: String) -> String {
    text.replacing("{{", with: "{{ \"{{\" }}")
  }
}
