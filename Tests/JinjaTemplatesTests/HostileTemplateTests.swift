import Diagnostics
import JSON
import Testing

@testable import JinjaTemplates

/// Whatever a template holds: text or a `Diagnostic`, never a trap, and soon.
@Suite struct HostileTemplateTests {
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
      return value ^ value >> 31
    }
  }

  private let limits = JinjaLimits(steps: 50_000, allocatedBytes: 4 << 20, outputBytes: 1 << 20)

  @Test(arguments: ["smollm2", "qwen3"])
  func mutatedTemplatesNeverTrap(name: String) throws {
    let goldens = try Goldens.load()
    let context = goldens["contexts"]?.arrayValue?.first?.objectValue ?? JSONObject()
    let source = Array(try Goldens.text("\(Goldens.folder)/templates/\(name).jinja").utf8)
    let parts: [[UInt8]] = [
      "{%", "%}", "{{", "}}", "-", "(", ")", "[", "]", "|", ".", ",", "'", "\"", "\\", "~", "not ", " in ", " is ", "1",
      "-1", "9999999999", ":", "loop", "ns", "messages", "|length", "|tojson", "{% endfor %}", "{% set ", "endif", "\n",
    ].map { Array($0.utf8) }
    var generator = Generator(state: 3)
    for _ in 0..<1000 {
      var copy = source
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let index = Int.random(in: 0..<copy.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: copy.insert(contentsOf: parts.randomElement(using: &generator) ?? [], at: index)
        case 1: copy.removeSubrange(index..<min(index + Int.random(in: 1...12, using: &generator), copy.count))
        case 2: copy[index] = UInt8.random(in: 0...255, using: &generator)
        default:
          let other = Int.random(in: 0..<copy.count, using: &generator)
          copy.insert(
            contentsOf: Array(copy[min(index, other)..<min(max(index, other), min(index, other) + 60)]), at: index)
        }
        if copy.isEmpty { copy = source }
      }
      do {
        _ = try JinjaTemplate(String(decoding: copy, as: UTF8.self)).render(context, limits: limits)
      } catch is Diagnostic {
      } catch {
        Issue.record("not a diagnostic: \(error)")
      }
    }
  }

  /// Random expressions over values of every kind: operators and filters meet what they do not expect.
  @Test func randomExpressionsNeverTrap() throws {
    let context =
      try JSONValue(
        parsing:
          #"{"s":"héllo","n":-9223372036854775808,"m":9223372036854775807,"f":1e308,"l":[1,"a",null],"d":{"k":[]},"z":null}"#
      ).objectValue ?? JSONObject()
    let atoms = [
      "s", "n", "m", "f", "l", "d", "z", "q", "0", "-1", "''", "[]", "{}", "true", "1.5", "(1,2)", "range(3)",
    ]
    let operators = [" + ", " - ", " * ", " / ", " // ", " % ", " ** ", " ~ ", " < ", " == ", " in ", " and ", " or "]
    let filters = Interpreter.filters.keys.sorted()
    let methods = StringMethods.all.keys.sorted()
    var generator = Generator(state: 8)
    func pick(_ items: [String]) -> String { items.randomElement(using: &generator) ?? "" }
    for _ in 0..<6000 {
      var text = pick(atoms)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0, 1: text = "(" + text + pick(operators) + pick(atoms) + ")"
        case 2: text += "|" + pick(filters) + (Bool.random(using: &generator) ? "(\(pick(atoms)), \(pick(atoms)))" : "")
        case 3: text += "." + pick(methods) + "(" + (Bool.random(using: &generator) ? pick(atoms) : "") + ")"
        case 4: text += "[" + pick(atoms) + ":" + pick(atoms) + ":" + pick(atoms) + "]"
        default: text += "[" + pick(atoms) + "]"
        }
      }
      do {
        _ = try JinjaTemplate("{{ " + text + " }}").render(context, limits: limits)
      } catch is Diagnostic {
      } catch {
        Issue.record("not a diagnostic: \(error)")
      }
    }
  }

  @Test(arguments: [
    "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}",
    "{{ 'x' * 10000000000 }}", "{{ [0] * 10000000000 }}", "{{ 'x'|center(100000000000) }}",
    "{% set ns = namespace(x='x') %}{% for i in range(99999) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{% macro m(x) %}{{ m(x ~ x) }}{% endmacro %}{{ m('ab') }}",
    "{{ 'a'.replace('', 'x' * 100000).replace('', 'x' * 100000) }}", "{{ ('x' * 1000000).join('y' * 1000000) }}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "{{ 9 ** 9 ** 9 }}", "{{ range(100001) }}",
    "{{ '%9999999d' % 1 }}",
  ])
  func templatesThatWantEverythingAreStopped(source: String) {
    let start = ContinuousClock.now
    #expect(throws: Diagnostic.self) {
      try JinjaTemplate(source).render(JSONObject(), limits: JinjaLimits(steps: 400_000))
    }
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test(arguments: ["(", "[", "{", "not ", "-", "{{ [", "{% if 1 %}", "{% for x in y %}", "a.b(", "1 if 1 else "])
  func deepNestingIsRefused(part: String) {
    let text =
      part.hasPrefix("{") && part.count > 1
      ? String(repeating: part, count: 5_000) : "{{ " + String(repeating: part, count: 5_000)
    let error = #expect(throws: Diagnostic.self) { try JinjaTemplate(text) }
    #expect(error?.code == "template-syntax")
  }

  @Test func longChainsAreNoNesting() throws {
    let sum = "{{ " + Array(repeating: "1", count: 5_000).joined(separator: " + ") + " }}"
    #expect(try JinjaTemplate(sum).render(JSONObject()).text == "5000")
    let filters = "{{ ' x '" + String(repeating: "|trim", count: 5000) + " }}"
    #expect(try JinjaTemplate(filters).render(JSONObject()).text == "x")
  }

  @Test func errorsNameTheLine() {
    let failing = #expect(throws: Diagnostic.self) { try JinjaTemplate("a\n\n  {{ x.y }}").render(JSONObject()) }
    #expect(failing?.location?.line == 3)
    #expect(failing?.sourceLine == "  {{ x.y }}")
    #expect(failing?.message == "'x' is undefined")
    let raised = #expect(throws: Diagnostic.self) {
      try JinjaTemplate("{{ raise_exception('no system') }}").render(JSONObject())
    }
    #expect(raised?.code == "template-exception")
    #expect(raised?.message == "no system")
    let wrong = #expect(throws: Diagnostic.self) { try JinjaTemplate("{% if x %}\n{% endfor %}") }
    #expect(wrong?.location?.line == 2)
  }

  @Test func aTemplateTiedIntoAKnotIsFreed() throws {
    weak var leaked: Namespace?
    do {
      let interpreter = Interpreter(limits: JinjaLimits(), date: nil)
      let namespace = interpreter.makeNamespace()
      namespace.attributes["own"] = .object(namespace)
      leaked = namespace
      interpreter.releaseCycles()
    }
    #expect(leaked == nil)
  }

  @Test func aMacroOutlivesTheBlockThatMadeIt() throws {
    let source = """
      {% set ns = namespace() %}{% for x in [1, 2] %}{% macro m() %}{{ x }}{% endmacro %}{% set ns.m = m %}{% endfor %}
      {{- ns.m() }}
      """
    #expect(try JinjaTemplate(source).render(JSONObject()).text == "2")
  }

  @Test func theClockIsTheGivenOne() throws {
    let template = try JinjaTemplate("{{ strftime_now('%d %b %Y, %A %j') if strftime_now is defined else 'none' }}")
    #expect(try template.render(JSONObject()).text == "none")
    #expect(
      try template.render(JSONObject(), date: JinjaDate(year: 2024, month: 7, day: 26)).text
        == "26 Jul 2024, Friday 208")
  }

  @Test func generationBlocksAreTracked() throws {
    let output = try JinjaTemplate("é{% generation %}ab{% endgeneration %}c").render(JSONObject())
    #expect(output.text == "éabc")
    #expect(output.generated == [2..<4])
  }
}
