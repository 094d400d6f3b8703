import Diagnostics
import HTTPService
import Inference
import JSON
import ModelFiles
import Platform
import Synchronization

/// Finds the adapter a client names: its folder, where it comes from, and whether it belongs to the served base.
/// - Throws: `Diagnostic` (`adapter-mismatch`) for one of another base; anything else reads as "there is none".
public typealias AdapterLookup = @Sendable (_ name: String) throws -> ServiceDescriptor.Adapter

/// Adapters come and go while the service runs.
extension Service {
  /// Reads an adapter on a thread of its own, because reading may take seconds and others are being answered meanwhile.
  func beginLoading(name: String, path: String, _ sink: any ResponseSink) throws {
    guard loading.add(1, ordering: .relaxed).newValue <= 4 else {
      loading.subtract(1, ordering: .relaxed)
      throw APIError(
        status: 429, type: "rate_limit_error", "other adapters are being loaded; try again in a moment",
        code: "rate_limit_exceeded", retryAfter: 1)
    }
    let thread = Thread { [self] in
      defer { loading.subtract(1, ordering: .relaxed) }
      do {
        try load(name: name, path: path)
        respond(.json(["status": "ok", "message": .string("adapter '\(name)' is loaded")]), sink)
      } catch {
        respond(Self.publicError(error).response, sink)
      }
    }
    guard let thread else {
      loading.subtract(1, ordering: .relaxed)
      throw APIError(status: 503, type: "server_error", "this machine cannot start another thread", retryAfter: 5)
    }
    thread.detach()
  }

  private func load(name: String, path: String) throws {
    let adapter: InferenceAdapter
    let prompts: PromptEncoder
    var description: ServiceDescriptor.Adapter
    do {
      description = try lookup(path)
      description.name = name
      adapter = try InferenceAdapter.open(description.path, for: chat.model, threads: 1)
      prompts = try Self.prompts(description, descriptor, chat)
    } catch let error as Diagnostic where error.code == "adapter-mismatch" {
      throw APIError.invalid(error.message, "lora_path", code: error.code)
    } catch {
      throw APIError.invalid(
        "no LoRA adapter that can be read is found there", "lora_path", code: "bad_adapter")
    }
    let loaded = Loaded(description: description, adapter: adapter, prompts: prompts)
    let count = try adapters.withLock { list in
      guard !list.contains(where: { $0.description.name == name }) else {
        throw APIError.invalid("a model named '\(name)' is already served", "lora_name", code: "already_loaded")
      }
      guard list.count < ServiceOptions.maximumAdapters else {
        throw APIError.invalid(
          "\(ServiceOptions.maximumAdapters) adapters are loaded; unload one first", "lora_name",
          code: "too_many_adapters")
      }
      list.append(loaded)
      return list.count
    }
    metrics.update { $0.adapters = count }
  }

  /// How conversations with an adapter are put into tokens.
  static func prompts(
    _ adapter: ServiceDescriptor.Adapter, _ service: ServiceDescriptor, _ chat: ChatModel
  ) throws -> PromptEncoder {
    guard let context = adapter.context, context != service.context else { return chat.prompts }
    return try chat.prompts.with(context, of: ModelSource.open(service.modelPath))
  }

  func unload(name: String) throws {
    let (removed, count) = adapters.withLock { list -> (Loaded?, Int) in
      guard let index = list.firstIndex(where: { $0.description.name == name }) else { return (nil, list.count) }
      return (list.remove(at: index), list.count)
    }
    guard let removed else { throw Router.unknownModel(name) }
    metrics.update { $0.adapters = count }
    scheduler.forget(removed.adapter)
  }
}
