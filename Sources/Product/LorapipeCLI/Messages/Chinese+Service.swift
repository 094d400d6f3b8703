extension Chinese {
  /// What a service tells its clients: errors of the API, and the page of its routes.
  static let service = #"""
    = the server failed
    服务内部出错
    = the client went away
    客户端已断开
    = the service is shutting down
    服务正在关闭
    = the service is busy; try again in a moment
    服务繁忙，请稍后再试
    = the machine cannot start another thread
    本机无法再启动线程
    = this machine cannot start another thread
    本机无法再启动线程
    = the service ran out of memory for this reply
    内存不够，无法完成这个回答
    = other adapters are being loaded; try again in a moment
    正在加载其他适配器，请稍后再试
    = {0} adapters are loaded; unload one first
    已经加载了 {0} 个适配器，请先卸载一个
    = a model named '{0}' is already served
    已经有名为 '{0}' 的模型
    = no LoRA adapter that can be read is found there
    那里没有可以读取的 LoRA 适配器
    = this service does not load adapters while running
    这个服务运行时不能加载适配器
    = the request is refused
    请求被拒绝
    = the request's body is larger than {0} bytes
    请求体超过 {0} 字节
    = the request states its body's length more than once
    请求不止一次声明了请求体的长度
    = a body with 'Content-Encoding: {0}' is not read; send it uncompressed
    不支持 'Content-Encoding: {0}'，请发送未压缩的请求体
    = the request's body is not valid JSON: {0} (line {1}, column {2})
    请求体不是有效的 JSON：{0}（第 {1} 行，第 {2} 列）
    = the request's body must be a JSON object
    请求体必须是 JSON 对象
    = there is no such route
    没有这个接口；GET /docs 列出全部接口
    = this route takes {0}
    这个接口只接受 {0} 请求
    = a valid API key is needed, as 'Authorization: Bearer KEY'
    需要有效的 API 密钥：在请求头里加上 'Authorization: Bearer 密钥'
    = requests from pages of other sites are refused, and this one comes from {0}; to allow it, start the service with {1} {2}
    拒绝来自其他网站页面的请求，这个请求来自 {0}；要允许它，启动服务时加上 {1} {2}
    = this service answers to names of its own machine only, and it was asked for as {0}; to allow it, start the service with {1} {2}
    这个服务只响应本机的名字，而请求用的是 {0}；要允许它，启动服务时加上 {1} {2}
    = the model '{0}' does not exist here; /v1/models lists those that do
    这里没有模型 '{0}'；/v1/models 会列出可用的模型
    = there is no parameter '{0}'
    没有参数 '{0}'
    = there is no parameter '{0}'; did you mean '{1}'?
    没有参数 '{0}'；是不是想写 '{1}'？
    = '{0}' is not offered
    不支持 '{0}'
    = '{0}' is not offered; {1}
    不支持 '{0}'；{1}
    = use 'max_tokens'
    请用 'max_tokens'
    = use 'tools'
    请用 'tools'
    = use 'tool_choice'
    请用 'tool_choice'
    = use 'prompt'
    请用 'prompt'
    = use 'prompt' with the rendered text
    请把套好模板的文本写进 'prompt'
    = use 'add_special_tokens'
    请用 'add_special_tokens'
    = use 'chat_template_kwargs'
    请用 'chat_template_kwargs'
    = use 'guided_json' or 'guided_choice'
    请用 'guided_json' 或 'guided_choice'
    = use 'json_schema'
    请用 'json_schema'
    = use 'logprobs'
    请用 'logprobs'
    = use 'repetition_penalty'
    请用 'repetition_penalty'
    = use /v1/chat/completions
    请用 /v1/chat/completions
    = use /v1/completions with the text so far
    请用 /v1/completions，并传入已有的文本
    = give it in 'chat_template_kwargs'
    请写在 'chat_template_kwargs' 里
    = put its members into the request itself
    请把里面的内容直接写在请求里
    = name the adapter as 'model'
    请用 'model' 指定适配器
    = nothing is kept here
    这里不保存对话
    = unload the adapter first
    请先卸载这个适配器
    = an adapter belongs to the base that is served
    适配器属于正在服务的基座
    = the model is served under the template it was trained with
    模型用训练时的模板提供服务
    = '{0}' must be a string
    '{0}' 必须是字符串
    = '{0}' must be a text
    '{0}' 必须是文本
    = '{0}' must be true or false
    '{0}' 必须是 true 或 false
    = '{0}' must be a number from {1} to {2}
    '{0}' 必须是 {1} 到 {2} 的数
    = '{0}' must be an integer from {1} to {2}
    '{0}' 必须是 {1} 到 {2} 的整数
    = '{0}' must be an integer of at least {1}
    '{0}' 必须是不小于 {1} 的整数
    = '{0}' must be an object
    '{0}' 必须是对象
    = '{0}' must be an object with a 'type'
    '{0}' 必须是带 'type' 的对象
    = '{0}' must be a list
    '{0}' 必须是列表
    = '{0}' must be a string or a list of at most {1} strings
    '{0}' 必须是字符串，或最多 {1} 个字符串的列表
    = '{0}' must hold strings
    '{0}' 里必须是字符串
    = '{0}' must be a list of tokens
    '{0}' 必须是 token 列表
    = '{0}' must be a list of at most 1000 texts
    '{0}' 必须是最多 1000 段文本的列表
    = '{0}' must hold a JSON schema
    '{0}' 必须是 JSON Schema
    = '{0}' must hold a JSON schema: {1}
    '{0}' 必须是 JSON Schema：{1}
    = '{0}' needs 'json_schema' with a 'schema'
    '{0}' 需要带 'schema' 的 'json_schema'
    = '{0}' is missing
    缺少 '{0}'
    = '{0}' has no content
    '{0}' 没有内容
    = '{0}' holds token {1}; this model has tokens 0 to {2}
    '{0}' 里有 token {1}；这个模型的 token 是 0 到 {2}
    = 'messages' must be a list with at least one message
    'messages' 必须是列表，至少有一条消息
    = '{0}' must be a pair of texts or a message
    '{0}' 必须是一对文本或一条消息
    = 'prompt' must be a text, a list of texts, a list of tokens, or a list of lists of tokens
    'prompt' 必须是文本、文本列表、token 列表，或 token 列表的列表
    = 'prompt' may hold at most 64 prompts
    'prompt' 最多 64 条
    = the prompt is empty
    提示为空
    = this model's context holds {0} tokens, the prompt has {1}
    这个模型的上下文是 {0} 个 token，而提示有 {1} 个
    = 'max_tokens' and 'max_completion_tokens' are two names of one limit, and differ
    'max_tokens' 和 'max_completion_tokens' 是同一个上限的两个名字，两个值却不同
    = 'min_tokens' is more than the reply may have
    'min_tokens' 超过了回答的长度上限
    = a stop string may have at most 1024 bytes
    停止字符串最多 1024 字节
    = 'logit_bias' must map tokens to numbers from -100 to 100
    'logit_bias' 必须把 token 对应到 -100 到 100 的数
    = 'top_logprobs' needs 'logprobs': true
    'top_logprobs' 需要同时写 'logprobs': true
    = 'best_of' must equal 'n'
    'best_of' 必须等于 'n'
    = 'echo' is not offered with 'stream'
    流式输出时不支持 'echo'
    = 'stream_options' needs 'stream': true
    'stream_options' 需要同时写 'stream': true
    = 'lora_name' must be 1 to 128 printable ASCII characters
    'lora_name' 必须是 1 到 128 个可打印的 ASCII 字符
    = 'lora_path' must name the adapter's folder
    'lora_path' 必须是适配器的文件夹
    = '{0}' and '{1}' both say what the reply looks like
    '{0}' 和 '{1}' 都在规定回答的格式，只能用一个
    = '{0}' says in more than one way what the reply looks like
    '{0}' 用不止一种方式规定了回答的格式
    = '{0}' of '{1}' must be true or false
    '{1}' 的 '{0}' 必须是 true 或 false
    = '{0}' of type '{1}' is not offered; 'text', 'json_object' and 'json_schema' are
    '{0}' 不支持类型 '{1}'；支持 'text'、'json_object' 和 'json_schema'
    = '{0}' of '{1}' is not offered; 'json', 'json_object' and 'choice' are
    '{1}' 不支持 '{0}'；支持 'json'、'json_object' 和 'choice'
    = '{0}' of 'chat_template_kwargs' is set by the service
    'chat_template_kwargs' 里的 '{0}' 由服务设定
    = 'reasoning_effort' and 'chat_template_kwargs' say different things
    'reasoning_effort' 和 'chat_template_kwargs' 互相矛盾
    = this model's chat template does not look at '{0}'
    这个模型的对话模板不使用 '{0}'
    = this model's chat template does not take tools
    这个模型的对话模板不支持工具
    = how this model writes calls of tools is not known here
    不知道这个模型怎样写工具调用
    = 'tools[{0}]' must be a function with a 'name' of its own
    'tools[{0}]' 必须是函数，有自己的 'name'
    = 'tools[{0}].function.parameters' must be a JSON schema
    'tools[{0}].function.parameters' 必须是 JSON Schema
    = 'tool_choice' needs 'tools'
    'tool_choice' 需要同时给出 'tools'
    = 'tool_choice' names a function that is not among 'tools'
    'tool_choice' 指定的函数不在 'tools' 里
    = 'tool_choice' must be 'auto', 'none', 'required' or {"type": "function", "function": {"name": …}}
    'tool_choice' 必须是 'auto'、'none'、'required' 或 {"type": "function", "function": {"name": …}}
    = 'tool_choice' and 'response_format' both say what the reply is
    'tool_choice' 和 'response_format' 都在规定回答的内容，只能用一个
    = 'response_format' is not offered beside 'tools'; say 'tool_choice': 'none' or leave the tools out
    'response_format' 不能和 'tools' 一起用；请写 'tool_choice': 'none'，或去掉工具
    = the schema is too large
    Schema 太大
    = the schema at {0} {1}
    Schema 的 {0} 处有问题：{1}
    = the parameters of a tool at {0} {1}
    工具参数的 {0} 处有问题：{1}
    = The API is OpenAI's; its clients work with the base URL <code>{0}</code>.
    API 与 OpenAI 兼容；OpenAI 客户端的 base_url 写 <code>{0}</code>。
    = Where the service asks for a key, add <code>-H "Authorization: Bearer KEY"</code> to a command. Models:
    如果服务设了密钥，在命令里加上 <code>-H "Authorization: Bearer 密钥"</code>。模型：
    = , answers when none is named
    ，请求没有指定模型时用它
    = A conversation may be {0} tokens long. Parameters that are not offered are refused by name.
    一次对话最长 {0} 个 token。不支持的参数会报错，并指出名字。
    = Who are you?
    你是谁？
    = The chat page.
    对话页面。
    = This page.
    本页。
    = Replies to a conversation, whole or streamed; with tools and JSON schemas.
    回答一段对话，可整体返回或流式返回；支持工具和 JSON Schema。
    = Continues text or tokens; with echo and logprobs it scores them.
    续写文本或 token；加上 echo 和 logprobs 可以给它们打分。
    = One message and its history; replies with response and model.
    一条消息加历史；返回 response 和 model。
    = The base and every adapter, with digest and lineage.
    基座和每个适配器，带摘要和来源。
    = One of them.
    其中一个。
    = Offers one more adapter: a folder, a stage or a run of this machine.
    再加载一个适配器：本机的文件夹、阶段或一次运行。
    = Withdraws an adapter; replies begun with it are finished.
    卸载一个适配器；已经开始的回答会完成。
    = The tokens of a text.
    把文本变成 token。
    = The text of tokens.
    把 token 变回文本。
    = Special tokens and the size of the vocabulary.
    特殊 token 和词表大小。
    = 200 while requests are taken, and the model that answers when none is named.
    接受请求时返回 200，以及没有指定模型时所用的模型。
    = Counters in Prometheus' text format.
    Prometheus 文本格式的计数器。
    = What the chat page starts from.
    对话页面的初始数据。
    = has '{0}', which is not supported where texts stand without quotes
    有 '{0}'，文本不带引号时不支持它
    = is nested too deep
    嵌套太深
    = is no schema
    不是 schema
    = has an 'enum' that is not a list of values
    'enum' 不是值的列表
    = has a '$ref' that is not a place in the schema itself, as #/$defs/NAME
    '$ref' 指向的不是 schema 自己里的位置，如 #/$defs/NAME
    = has a '$ref' to '{0}', which is not there
    '$ref' 指向 '{0}'，而它不存在
    = refers to nothing but itself
    只指向自己
    = accepts no value: none is of its type
    不接受任何值：没有一个符合它的类型
    = has '{0}' that is not a list of schemas
    '{0}' 不是 schema 的列表
    = has 'allOf' with several schemas, which is not supported
    'allOf' 里有几个 schema，不支持这样写
    = has 'oneOf' with schemas that one value could fit at once, which is not supported; 'anyOf' is
    'oneOf' 里有能同时符合一个值的 schema，不支持这样写；可以用 'anyOf'
    = has a 'type' that JSON Schema does not know
    'type' 不是 JSON Schema 的类型
    = has '{0}' that is not an integer from 0 to {1}
    '{0}' 不是 0 到{1}的整数
    = has 'minItems' above what 'items' allows
    'minItems' 大于 'items' 所允许的
    = there is no finding '{0}'
    没有检查项 '{0}'
    = a tag, an alias or a note does not begin with '-'
    标签、别名和备注不能以 '-' 开头
    = 'kind' is tag, alias or note, and 'text' is what it says
    'kind' 可以是 tag、alias 或 note，'text' 是它的内容
    = '{0}' is too large to edit here
    '{0}' 太大，不能在这里编辑
    = there is a recipe '{0}' already
    已经有配方 '{0}'
    = the recipe is too long
    配方太长
    = this needs the token of the dashboard's own page; reload the page
    这需要面板自己页面的令牌；请刷新页面
    = at most 50 runs are compared at once
    一次最多对比 50 次运行
    = requests from pages of other sites are refused, and this one comes from {0}
    来自其他网站页面的请求会被拒绝，而这个来自{0}
    = this service answers to names of its own machine only, and it was asked for as {0}
    本服务只接受对本机名字的请求，而这个请求的是{0}
    = {0}; to allow it, start the service with {1} {2}
    {0}；要允许它，启动服务时请加上{1} {2}
    = the request cannot be generated
    无法为这个请求生成
    = adapter '{0}' is loaded
    适配器 '{0}' 已加载
    = adapter '{0}' is unloaded
    适配器 '{0}' 已卸载
    = the service has a KV cache of an unknown type: '{0}'
    服务的 KV cache 类型不认识：'{0}'
    = the service rounds activations to an unknown type: '{0}'
    服务的激活值类型不认识：'{0}'
    = the service has no format number
    服务没有格式版本号
    = an adapter of the service has no name or no path
    服务的一个适配器没有名字或路径
    = 'runs' names 1 to 1,000 runs
    'runs' 可以写 1 到 1000 次运行
    = a recipe's name has letters, digits, '.', '_' and '-' only
    配方名只能有字母、数字、'.'、'_' 和 '-'
    = the schema at {0} {1}, which is not supported
    Schema 的 {0} 处有问题：{1}，不支持这样写
    = has '{0}' beside '{1}'
    '{0}' 旁边有 '{1}'
    = has 'allOf' with several schemas
    'allOf' 里有几个 schema
    """#
}
