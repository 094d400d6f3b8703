/// Chat templates for models that come without one, by family. Their text is that of the family's own templates for
/// ordinary conversations; their code is this project's.
enum BuiltinTemplates {
  /// Names in the order they are offered.
  static let names = ["chatml", "qwen2.5", "qwen3", "llama3", "gemma"]

  static func source(_ name: String) -> String? {
    switch name {
    case "chatml": chatML
    case "qwen2.5": qwen25
    case "qwen3": qwen3
    case "llama3": llama3
    case "gemma": gemma
    default: nil
    }
  }

  private static let chatML = #"""
    {%- for message in messages %}
    {{- '<|im_start|>' ~ message.role ~ '\n' ~ (message.content or '') ~ '<|im_end|>\n' }}
    {%- endfor %}
    {%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
    """#

  /// What Qwen's templates say about tools, after the system prompt.
  private static let qwenTools = #"""
    {%- macro offer(tools) %}
    {{- '# Tools\n\nYou may call one or more functions to assist with the user query.\n\n' }}
    {{- 'You are provided with function signatures within <tools></tools> XML tags:\n<tools>' }}
    {%- for tool in tools %}{{ '\n' ~ tool|tojson }}{% endfor %}
    {{- '\n</tools>\n\nFor each function call, return a json object with function name and arguments within ' }}
    {{- '<tool_call></tool_call> XML tags:\n<tool_call>\n{"name": <function-name>, "arguments": ' }}
    {{- '<args-json-object>}\n</tool_call>' }}
    {%- endmacro %}
    {%- macro calls(message, content) %}
    {%- for call in message.tool_calls or [] %}
    {%- set call = call.function or call %}
    {{- '\n' if content or not loop.first }}
    {{- '<tool_call>\n{"name": "' ~ call.name ~ '", "arguments": ' }}
    {{- call.arguments if call.arguments is string else call.arguments|tojson }}
    {{- '}\n</tool_call>' }}
    {%- endfor %}
    {%- endmacro %}
    {%- macro response(message, previous, next) %}
    {{- '<|im_start|>user' if not previous or previous.role != 'tool' }}
    {{- '\n<tool_response>\n' ~ message.content ~ '\n</tool_response>' }}
    {{- '<|im_end|>\n' if not next or next.role != 'tool' }}
    {%- endmacro %}

    """#

  private static let qwen25 =
    qwenTools + #"""
      {%- set system = 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.' %}
      {%- if messages and messages[0].role == 'system' %}
      {%- set system = messages[0].content %}
      {%- set messages = messages[1:] %}
      {%- endif %}
      {{- '<|im_start|>system\n' ~ system }}
      {{- '\n\n' ~ offer(tools) if tools }}
      {{- '<|im_end|>\n' }}
      {%- for message in messages %}
      {%- if message.role == 'tool' %}
      {{- response(message, loop.previtem, loop.nextitem) }}
      {%- elif message.role == 'assistant' and message.tool_calls %}
      {{- '<|im_start|>assistant' ~ ('\n' ~ message.content if message.content else '') }}
      {{- '\n' ~ calls(message, '') ~ '<|im_end|>\n' }}
      {%- else %}
      {{- '<|im_start|>' ~ message.role ~ '\n' ~ message.content ~ '<|im_end|>\n' }}
      {%- endif %}
      {%- endfor %}
      {%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
      """#

  private static let qwen3 =
    qwenTools + #"""
      {%- set first = messages[0] if messages else {} %}
      {%- if tools %}
      {{- '<|im_start|>system\n' ~ (first.content ~ '\n\n' if first.role == 'system' else '') ~ offer(tools) }}
      {{- '<|im_end|>\n' }}
      {%- elif first.role == 'system' %}
      {{- '<|im_start|>system\n' ~ first.content ~ '<|im_end|>\n' }}
      {%- endif %}
      {#- Thinking is shown only after the last question a person asked. #}
      {%- set ns = namespace(last=messages|length - 1) %}
      {%- for message in messages if message.role == 'user' and not (message.content.startswith('<tool_response>')
         and message.content.endswith('</tool_response>')) %}
      {%- set ns.question = message %}
      {%- endfor %}
      {%- for message in messages %}
      {%- if message.role == 'user' and ns.question is defined and message.content == ns.question.content %}
      {%- set ns.last = loop.index0 %}
      {%- endif %}
      {%- endfor %}
      {%- for message in messages %}
      {%- if message.role == 'tool' %}
      {{- response(message, loop.previtem, loop.nextitem) }}
      {%- elif message.role == 'assistant' %}
      {%- set content = message.content or '' %}
      {%- set thinking = message.reasoning_content or '' %}
      {%- if not thinking and '</think>' in content %}
      {%- set thinking = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
      {%- set content = content.split('</think>')[-1].lstrip('\n') %}
      {%- endif %}
      {{- '<|im_start|>assistant\n' }}
      {%- if loop.index0 > ns.last and (loop.last or thinking) %}
      {{- '<think>\n' ~ thinking.strip('\n') ~ '\n</think>\n\n' }}
      {%- set content = content.lstrip('\n') %}
      {%- endif %}
      {{- content ~ calls(message, content) ~ '<|im_end|>\n' }}
      {%- elif not (message.role == 'system' and loop.first) %}
      {{- '<|im_start|>' ~ message.role ~ '\n' ~ message.content ~ '<|im_end|>\n' }}
      {%- endif %}
      {%- endfor %}
      {%- if add_generation_prompt %}
      {{- '<|im_start|>assistant\n' }}
      {{- '<think>\n\n</think>\n\n' if enable_thinking is defined and enable_thinking is false }}
      {%- endif %}
      """#

  private static let llama3 = #"""
    {{- bos_token }}
    {%- for message in messages %}
    {%- set role = 'ipython' if message.role == 'tool' else message.role %}
    {{- '<|start_header_id|>' ~ role ~ '<|end_header_id|>\n\n' ~ (message.content or '')|trim ~ '<|eot_id|>' }}
    {%- endfor %}
    {%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
    """#

  /// Gemma has no turn for the system: its text begins the first turn of the user.
  private static let gemma = #"""
    {{- bos_token }}
    {%- set before = namespace(text='') %}
    {%- for message in messages %}
    {%- set text = (message.content or '')|trim %}
    {%- if message.role == 'system' %}
    {%- set before.text = text ~ '\n\n' %}
    {%- else %}
    {{- '<start_of_turn>' ~ ('model' if message.role == 'assistant' else message.role) ~ '\n' }}
    {%- if message.role == 'user' %}
    {{- before.text }}
    {%- set before.text = '' %}
    {%- endif %}
    {{- text ~ '<end_of_turn>\n' }}
    {%- endif %}
    {%- endfor %}
    {%- if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}
    """#
}
