import Diagnostics
import Testing

@testable import LorapipeCLI

/// A chat template is taken apart into the texts around its messages, or refused.
@Suite struct TurnTemplateTests {
  typealias Render = @Sendable ([TurnTemplate.Message], Bool) -> String

  private static let chatML: Render = { messages, adds in
    messages.map { "<|im_start|>\($0.role)\n\($0.content)<|im_end|>\n" }.joined()
      + (adds ? "<|im_start|>assistant\n" : "")
  }

  private static let withDefault: Render = { messages, adds in
    let head = messages.first?.role == "system" ? "" : "<|im_start|>system\nYou are helpful.<|im_end|>\n"
    return head + chatML(messages, adds)
  }

  private static let llama: Render = { messages, adds in
    let first = messages.first?.role == "system"
    let block = { (role: String, text: String) in "<|header|>\(role)<|/header|>\n\n\(text)<|eot|>" }
    let system = block("system", "Today is 26 Jul 2024\n\n" + (first ? messages[0].content : ""))
    return "<|begin|>" + system + messages.dropFirst(first ? 1 : 0).map { block($0.role, $0.content) }.joined()
      + (adds ? "<|header|>assistant<|/header|>\n\n" : "")
  }

  private static let gemma: Render = { messages, adds in
    var text = "<bos>"
    var system = ""
    for message in messages {
      if message.role == "system" {
        system = message.content + "\n\n"
        continue
      }
      text += "<start_of_turn>\(message.role == "user" ? "user" : "model")\n\(system)\(message.content)<end_of_turn>\n"
      system = ""
    }
    return text + (adds ? "<start_of_turn>model\n" : "")
  }

  private static let mistral: Render = { messages, adds in
    var text = "<s>"
    for message in messages {
      switch message.role {
      case "system": text += "[SYSTEM] \(message.content) [/SYSTEM]"
      case "user": text += "[INST] \(message.content) [/INST]"
      default: text += " \(message.content)</s>"
      }
    }
    return text
  }

  /// An empty block of reasoning opens the answer that is asked for, and no earlier one.
  private static let thinking: Render = { messages, adds in
    chatML(messages, adds) + (adds ? "<think>\n\n</think>\n\n" : "")
  }

  private static let templates: [(String, Render)] = [
    ("ChatML", chatML), ("with a default", withDefault), ("Llama", llama), ("Gemma", gemma), ("Mistral", mistral),
    ("thinking", thinking),
  ]

  @Test(arguments: templates.indices) func theTextsAroundMessagesGiveWhatTheTemplateGives(_ index: Int) throws {
    let (name, render) = Self.templates[index]
    let template = try TurnTemplate { render($0, $1) }
    let chats: [[TurnTemplate.Message]] = [
      [("user", "a {{ b }}")], [("system", "s"), ("user", "u")],
      [("system", "s"), ("user", "u"), ("assistant", "a"), ("user", "v"), ("assistant", "b"), ("user", "w")],
      [("user", "u"), ("assistant", "a"), ("user", "v")],
    ]
    for chat in chats { #expect(template.text(chat) == render(chat, true), "\(name)") }
  }

  @Test func chatMLInGosLanguage() throws {
    let text = try TurnTemplate { Self.chatML($0, $1) }.goTemplate
    #expect(
      text == "{{- /* written by lorapipe */ -}}{{ range $i, $m := .Messages }}"
        + "{{ if eq .Role \"user\" }}<|im_start|>user\n{{ .Content }}<|im_end|>\n"
        + "{{ else if eq .Role \"assistant\" }}<|im_start|>assistant\n{{ .Content }}<|im_end|>\n"
        + "{{ else if eq .Role \"system\" }}<|im_start|>system\n{{ .Content }}<|im_end|>\n{{ end }}{{ end }}"
        + "<|im_start|>assistant\n")
    #expect(
      try TurnTemplate { Self.gemma($0, $1) }.goTemplate.contains(
        "{{ if and $.System (le $i 1) }}{{ $.System }}\n\n{{ end }}"))
  }

  @Test func aTemplateThatDoesMoreIsRefused() {
    // It numbers its turns; it leaves out all but the last; it changes texts.
    let others: [Render] = [
      { messages, _ in messages.enumerated().map { "\($0.offset)\($0.element.content)|" }.joined() },
      { messages, _ in messages.last.map { "<\($0.content)>" } ?? "" },
      { messages, adds in Self.chatML(messages.map { ($0.role, $0.content.uppercased()) }, adds) },
    ]
    for render in others {
      #expect { try TurnTemplate { render($0, $1) } } throws: { ($0 as? Diagnostic)?.code == "template-not-plain" }
    }
  }
}
