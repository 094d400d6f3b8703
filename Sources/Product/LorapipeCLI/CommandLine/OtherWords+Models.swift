import PipelineEngine
import Transfer

/// Options of other tools for a model that is brought, merged or written.
extension OtherWords {
  /// What to write in place of such an option; `nil` for any other one.
  /// - Parameters:
  ///   - name: in small letters, with hyphens.
  ///   - value: what stands behind it; `nil` when nothing does.
  ///   - command: the name of the command that it was given to.
  static func meaning(ofModelOption name: String, _ value: String?, _ command: String) -> String? {
    switch command {
    case Command.pull.name: pulling(name, value)
    case Command.mergeAdapter.name: writing(name, value, isMerge: true)
    case Command.export.name: writing(name, value, isMerge: false)
    default: nil
    }
  }

  private static func pulling(_ name: String, _ value: String?) -> String? {
    switch name {
    case "model", "model-id", "model-id-or-path", "model-name-or-path", "repo-id", "repo", "source":
      "the source is an argument: lorapipe pull \(source(value, isDataset: false))"
    case "dataset", "datasets", "dataset-id":
      "the source is an argument: lorapipe pull \(source(value, isDataset: true))"
    case "local-dir", "cache-dir", "output", "output-dir", "o", "dest":
      "models are kept in the store; a copy elsewhere is made with: lorapipe export SOURCE -o FOLDER"
    case "use-hf", "hub", "use-modelscope", "repo-type":
      "the source names the hub: hf:ORG/NAME or modelscope:ORG/NAME; for data, hf-dataset:ORG/NAME or modelscope-dataset:ORG/NAME"
    default: nil
    }
  }

  /// What was typed, written as a source where it can mean one.
  private static func source(_ value: String?, isDataset: Bool) -> String {
    let usual = isDataset ? "modelscope-dataset:ORG/NAME" : "modelscope:ORG/NAME"
    guard let value, !value.hasPrefix("-") else { return usual }
    if isDataset {
      let parts = value.split(separator: "/", omittingEmptySubsequences: false)
      let isName = parts.count == 2 && !value.contains(":") && parts.allSatisfy { !$0.isEmpty }
      return isName ? ShellWord.quoted("modelscope-dataset:" + value) : usual
    }
    return FetchSource.meant(by: value).first.map { ShellWord.quoted($0.canonical) }
      ?? (try? FetchSource(parsing: value)).map { ShellWord.quoted($0.canonical) } ?? usual
  }

  private static func writing(_ name: String, _ value: String?, isMerge: Bool) -> String? {
    switch name {
    case "format", "formats", "to", "target", "type", "export-type", "export-format", "output-format", "output-type",
      "save-method":
      form(value?.lowercased().replacing("_", with: "-") ?? "", isMerge: isMerge) ?? everyForm(isMerge: isMerge)
    case "merge-lora" where isMerge: "leave it out: merging is what this command does"
    case "quant-bits", "quant-bit", "quant-method", "quantization-bit", "quantization", "quantize", "quant", "bits",
      "load-in-4bit", "load-in-8bit", "q", "export-quantization-bit":
      isMerge
        ? "quantized weights go into a .gguf file: lorapipe merge MODEL -o NAME.gguf --gguf q8_0, or q4_0"
        : "quantized weights go into a .gguf file: lorapipe export MODEL -o NAME.gguf --dtype q8_0, or q4_0"
    case "push-to-hub", "hub-model-id": "write: lorapipe push MODEL hf:OWNER/NAME, or modelscope:OWNER/NAME"
    default: form(name, isMerge: isMerge)
    }
  }

  /// How a model is written for a program, or in a format.
  private static func form(_ name: String, isMerge: Bool) -> String? {
    switch name {
    case "gguf", "llama-cpp", "llamacpp", "llama.cpp", "lmstudio", "lm-studio", "lms":
      isMerge
        ? "the output's name asks for GGUF: lorapipe merge MODEL -o NAME.gguf"
        : "the output's name asks for GGUF: lorapipe export MODEL -o NAME.gguf"
    case "ollama": "write: lorapipe export MODEL --ollama -o FOLDER"
    case "vllm": "write: lorapipe export MODEL --vllm -o FOLDER"
    case "mlx": "write: lorapipe export MODEL --mlx -o FOLDER"
    case "safetensors", "hf", "huggingface", "transformers", "folder", "pytorch", "peft":
      isMerge
        ? "a folder for transformers is what you get without it: lorapipe merge MODEL -o FOLDER"
        : "a folder for transformers or PEFT is what you get without it: lorapipe export MODEL -o FOLDER"
    default: nil
    }
  }

  private static func everyForm(isMerge: Bool) -> String {
    isMerge
      ? "the output's name says it: -o FOLDER for transformers, -o NAME.gguf for llama.cpp and LM Studio; for Ollama write lorapipe export MODEL --ollama -o FOLDER"
      : "the output's name says it: -o FOLDER for transformers, -o NAME.gguf for llama.cpp and LM Studio; for Ollama add --ollama"
  }

  /// The precision that is called so elsewhere, or the nearest that is written here; `nil` when none of the choices is.
  static func precision(_ text: String, among choices: [String]) -> String? {
    let names: [String] =
      switch text.lowercased().replacing("-", with: "_") {
      case "fp16", "half", "float_16", "16", "f16", "float16", "torch.float16": ["float16", "f16"]
      case "bf16", "bfloat_16", "bfloat16", "torch.bfloat16": ["bfloat16", "bf16"]
      case "fp32", "full", "float", "float_32", "32", "f32", "float32", "torch.float32": ["float32", "f32"]
      case "q4", "q4_k", "q4_k_m", "q4_k_s", "q4_1", "int4", "4bit", "4_bit", "4", "q3_k_m", "iq4_xs", "iq4_nl", "awq",
        "gptq":
        ["q4_0"]
      case "q8", "q8_k", "int8", "8bit", "8_bit", "8", "q6_k", "q5_k_m", "q5_k_s", "q5_0", "q5_1", "q5_k": ["q8_0"]
      default: []
      }
    return names.first { choices.contains($0) }
  }
}
