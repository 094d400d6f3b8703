import HTTPService

/// `GET /docs`: the routes, with commands to copy, in the language of whoever asks.
struct DocsPage {
  private let state: RouterState
  private let address: String
  private let language: SpokenLanguage

  init(_ state: RouterState, _ request: HTTPRequest) {
    self.state = state
    let host = request.headers["host"] ?? ""
    address = "http://" + (host.isEmpty ? "\(ServiceDescriptor.usualHost):\(ServiceDescriptor.usualPort)" : host)
    language = state.languages.language(for: request)
  }

  var response: HTTPResponse {
    HTTPResponse(
      status: 200, contentType: "text/html; charset=utf-8",
      headers: [
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
      ], body: Array(document.utf8))
  }

  private func text(_ english: String) -> String { state.languages.text(english, in: language) }

  private var document: String {
    let title = HTML.escaped(state.title)
    return """
      <!doctype html>
      <html lang="\(language == .chinese ? "zh-CN" : "en")">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(title): API</title>
      <style>
      body { font: 1rem/1.6 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
      h2 { font-size: 1rem; margin: 2rem 0 0; font-family: ui-monospace, monospace; }
      p { margin: .2rem 0 .5rem; }
      pre { background: #8882; padding: .6rem .8rem; border-radius: 6px; overflow-x: auto; }
      </style>
      </head>
      <body>
      <h1>\(title): API</h1>
      <p>\(text("The API is OpenAI's; its clients work with the base URL <code>\(HTML.escaped(address))/v1</code>."))
      \(text("Where the service asks for a key, add <code>-H \"Authorization: Bearer KEY\"</code> to a command. Models:"))</p>
      <ul>
      \(state.models.map(item).joined(separator: "\n"))
      </ul>
      <p>\(text("A conversation may be \(state.contextLength) tokens long. Parameters that are not offered are refused by name."))</p>
      \(Route.all.map(section).joined(separator: "\n"))
      </body>
      </html>
      """
  }

  private func item(_ model: RouterState.Model) -> String {
    let kind = text(model.adapter == nil ? "base" : "adapter")
    let usual = model.name == state.usualModel ? text(", answers when none is named") : ""
    return "<li><code>\(HTML.escaped(model.name))</code> \(kind)\(usual)</li>"
  }

  private func section(_ route: Route) -> String {
    let command = route.command(address: address, model: state.usualModel, asking: text(Route.question))
    return """
      <section>
      <h2><b>\(route.method)</b> \(HTML.escaped(route.path))</h2>
      <p>\(HTML.escaped(text(route.summary)))</p>
      <pre>\(HTML.escaped(command))</pre>
      </section>
      """
  }
}
