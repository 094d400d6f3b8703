import Datasets
import JSON
import PipelineEngine
import Recipes

/// What `help WORD` prints for a word that is no command: a subject, a kind of stage, a parameter, or a metric.
enum HelpTopic {
  /// - Returns: `nil` for a word that nothing here is called.
  static func text(_ asked: String) throws -> String? {
    let word =
      Chinese.topic(asked.lowercased()) ?? asked.lowercased().replacing(" ", with: "_").replacing("-", with: "_")
    if let paragraphs = subject(word) {
      let place = paragraphs.contains { $0.contains("docs/") } ? [InstalledPages.place] : []
      return (paragraphs + place).map { HelpScreen.wrap($0, width: 88).joined(separator: "\n") + "\n" }
        .joined(separator: "\n")
    }
    let registry = try Lorapipe.catalog.registry()
    if let kind = registry.kind(word) {
      return KindHelp(kind: kind).text
    }
    guard let found = parameter(word, registry), let kind = registry.kind(found.kind),
      let spec = spec(found.path, kind.parameters)
    else {
      if let metric = MetricHelp(asked, of: registry, takesParts: false) { return metric.text }
      // A word that another tool has for a command is no mistake where it is looked up.
      if let meaning = OtherWords.meaning(of: asked) {
        return HelpScreen.wrap("\(asked): \(reworded(meaning))", width: 88).joined(separator: "\n") + "\n"
      }
      return MetricHelp(asked, of: registry, takesParts: true)?.text
    }
    var lines = [say("\(found.path) of a \(found.kind) stage: \(said(spec.help))")]
    if let value = spec.defaultValue { lines.append(say("default: \(value.stringValue ?? value.text())")) }
    lines.append(say("'\(Lorapipe.name) help \(found.kind)' describes the whole stage."))
    let text = lines.map { HelpScreen.wrap($0, width: 88).joined(separator: "\n") + "\n" }.joined()
    return text + (MetricHelp(exactly: word, of: registry).map { "\n" + $0.text } ?? "")
  }

  /// The parameter of a name, or of a path: `lora.rank`, with or without the stage's name before it.
  private static func parameter(_ word: String, _ registry: StageRegistry) -> (kind: String, path: String)? {
    if let found = registry.parameter(named: word) { return found }
    guard let dot = word.lastIndex(of: ".") else { return nil }
    return registry.parameters(named: String(word[word.index(after: dot)...])).first {
      word == $0.path || word.hasSuffix(".\($0.path)")
    }
  }

  /// The parameter at a dotted path.
  private static func spec(_ path: String, _ specs: [ParameterSpec]) -> ParameterSpec? {
    var specs = specs
    var found: ParameterSpec?
    for part in path.split(separator: ".") {
      found = specs.first { $0.name == part }
      specs = found?.type.objectMembers ?? []
    }
    return found
  }

  private static func subject(_ word: String) -> [String]? {
    switch word {
    case "lora":
      [
        say(
          "LoRA trains a small addition to a model: for each linear layer two narrow matrices A and B whose product is added to the frozen weights. Of a model's parameters only about one percent are trained, so memory and files are small."
        ),
        say(
          "First values: rank 8, alpha 32 (four times the rank), targets all-linear; learning_rate 5e-4 for a model of 135M to 500M, 2e-4 for one of 0.6B to 2B, 1e-4 for a larger one; epochs 2 or 3 for a few hundred rows, 1 or 2 for many thousands."
        ),
        say(
          "Raise the rank when the training loss stays high, lower the learning rate when the loss jumps, and lower epochs when the validation loss rises. 'lorapipe help sft' lists every parameter; docs/concepts.md explains them."
        ),
      ]
    case "gpu", "cuda":
      [
        say(
          "lorapipe computes on the CPU and needs no GPU. With 'engine: ms-swift', a training runs on one: docs/engines.md. 'lorapipe doctor' says whether there is one, and 'lorapipe plan' how long a recipe takes without it."
        )
      ]
    case "recipe", "recipes", "stages":
      [
        say(
          "A recipe is a YAML file in recipes/: stages with a kind, parameters and inputs. 'lorapipe init' writes one, 'lorapipe lint' checks it, 'lorapipe schema' describes everything it may say, and docs/recipes.md explains the language."
        )
      ]
    case "data", "dataset", "datasets":
      [
        say(
          "Rows are read from jsonl, json, csv, tsv and parquet: {\"query\": …, \"response\": …}, messages, Alpaca (instruction, input, output) and ShareGPT. 'lorapipe data inspect FILE' says how they are read, and with -n 3 shows three as conversations; 'lorapipe data lint FILE' finds mistakes. Mix your own rows with ordinary ones, 1:\(MixMetrics.usualRatios.lowerBound) to 1:\(MixMetrics.usualRatios.upperBound), so that the model does not forget: 1:2 for a name, 1:5 for knowledge or style."
        )
      ]
    case "loss":
      [
        say(
          "The loss is how unlikely the model finds the answers it is to learn: lower is better, and it falls during training. If it jumps or rises, lower learning_rate; if it stays high, train more epochs or raise the rank. 'lorapipe show -s train' draws it; docs/troubleshooting.md says what curves mean."
        )
      ]
    case "nan", "inf":
      [
        say(
          "A loss that is not a number (nan) means that training diverged, mostly because the learning rate is too high: divide learning_rate by 3 to 10, keep warmup_ratio: 0.05 and max_grad_norm: 1, and look at the rows that the error names. docs/troubleshooting.md says what curves mean."
        )
      ]
    case "troubleshooting", "error", "errors", "problem", "problems", "faq":
      [
        say(
          "An error names the place and what to do. Beside that, 'lorapipe lint' checks recipe and data, 'lorapipe logs STAGE' prints what a stage printed, 'lorapipe show' says what came out, and 'lorapipe doctor' checks the machine. docs/troubleshooting.md goes from what you see to what to do."
        )
      ]
    case "overfitting":
      [
        say(
          "A model overfits when the training loss falls while the validation loss rises: it learns the rows by heart. Train fewer epochs, add rows, keep validation rows ('validation: 0.1' in mix), and set eval_every with load_best to keep the best adapter."
        )
      ]
    case "template":
      [
        say(
          "The chat template says how a conversation becomes text for the model. It comes with the model and is used in training, evaluation and serving alike; nothing has to be set. 'lorapipe inspect MODEL' names it, 'lorapipe tokens show' prints rows as the model sees them."
        )
      ]
    case "ollama", "lmstudio", "lm_studio", "gguf":
      [
        say(
          "'lorapipe export merged --ollama -o FOLDER' writes model.gguf and a Modelfile for Ollama; 'lorapipe export merged -o model.gguf' writes the file alone, which LM Studio and llama.cpp open."
        )
      ]
    case "memory", "ram":
      [
        say(
          "lorapipe trains in main memory, not in that of a graphics card. 'lorapipe plan' says how much a recipe needs, and 'lorapipe inspect MODEL' how much a model needs. If it is too much, take a smaller base or one in 4 bits (GGUF), lower max_length or pack_tokens, adapt only the last layers (lora: { layers: { last: 8 } }), or use fewer cores (--threads 1). batch_size hardly matters: rows are computed in packs of pack_tokens, however many make one update."
        )
      ]
    case "resume", "checkpoint", "checkpoints":
      [
        say(
          "A training saves checkpoints ('save_every: 10'). After Ctrl-C, a crash or a power cut, 'lorapipe resume' continues the run from the last one, with the recipe as it was; 'lorapipe run' also continues from it, if nothing that matters has changed."
        )
      ]
    case "model", "models":
      [
        say(
          "A base is named by its source: modelscope:ORG/NAME, hf:ORG/NAME, pip:NAME==VERSION, or file:/path of a folder or GGUF file. 'lorapipe inspect MODEL' says what it is and whether it can be trained here; 'lorapipe pull SOURCE' brings it."
        )
      ]
    default: nil
    }
  }
}
