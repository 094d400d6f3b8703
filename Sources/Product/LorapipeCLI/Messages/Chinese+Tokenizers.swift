extension Chinese {
  /// Tokenizers, chat contexts, and messages that a chat template leaves out.
  static let tokenizers = #"""
    = the chat context is not an object
    对话设置不是对象
    = 'system' is not a string
    'system' 不是字符串
    = 'template' names neither 'builtin' nor 'inline'
    'template' 里既没有 'builtin' 也没有 'inline'
    = 'arguments' is not an object
    'arguments' 不是对象
    = 'date' is not a day as YYYY-MM-DD
    'date' 不是 YYYY-MM-DD 形式的日期
    = unknown member '{0}'
    不认识的成员 '{0}'
    = inline template
    写在参数里的模板
    = message {0} is the assistant's, with no message of the user before it, and the chat template makes no prompt for that
    第{0}条消息是 assistant 的，前面没有 user 消息，而对话模板不会为此生成提示词
    = expected '{0}'
    这里应该是 '{0}'
    = expected ',' or '{0}'
    这里应该是 ',' 或 '{0}'
    = the number is too large
    数字太大
    = the conversation's system prompt
    对话的系统提示词
    = {0} does not reach the model: the chat template leaves it out
    {0}到不了模型：对话模板把它略去了
    = use the roles that the template knows, or another template
    请用模板认识的角色，或换一个模板
    = the reasoning of {0} does not reach the model: the chat template leaves it out
    {0}的思考内容到不了模型：对话模板把它略去了
    = leave the reasoning out of the rows, or use a template that renders it
    从数据里去掉思考内容，或用会渲染它的模板
    = the call of '{0}' in {1} does not reach the model: the chat template does not render tool calls
    {1}里对 '{0}' 的调用到不了模型：对话模板不渲染工具调用
    = use a model or template that renders tool calls
    请用会渲染工具调用的模型或模板
    = the tools that the conversation offers do not reach the model: the chat template does not render them
    对话提供的工具到不了模型：对话模板不渲染它们
    = use a model or template that renders tools, or leave them out
    请用会渲染工具的模型或模板，或去掉它们
    = the tokenizer's pre-tokenizer does not end with 'ByteLevel'
    分词器的预分词器不以 'ByteLevel' 结尾
    = a 'Split' of the pre-tokenizer lacks a known behavior
    预分词器的一个 'Split' 没有写认识的 behavior
    = a 'Split' of the pre-tokenizer lacks its pattern
    预分词器的一个 'Split' 缺少 pattern
    = the tokenizer's pre-tokenizer has a step after 'ByteLevel'
    分词器的预分词器在 'ByteLevel' 之后还有步骤
    = the tokenizer's pre-tokenizer has the step '{0}'
    分词器的预分词器有步骤 '{0}'
    = the pre-tokenizer nests too deep
    预分词器嵌套太深
    = the pre-tokenizer's pattern '{0}' is not understood: {1} at byte {2}
    看不懂预分词器的模式 '{0}'：{1}（第{2}字节）
    = the tokenizer's pattern gives up on this text (pcre2 error {0})
    分词器的模式无法处理这段文本（pcre2 错误{0}）
    = the tokenizer's {0} is '{1}'
    分词器的{0}是 '{1}'
    = token {0} is {1} here and {2} there
    token {0}在这里是{1}，在那里是{2}
    = token {0}, '{1}', is a control token in one of them only
    token {0} '{1}' 只在其中一个里是控制符
    = the text '{0}' has other tokens
    文本 '{0}' 的 token 不同
    = the added token '{0}' has the number {1}
    added token '{0}' 的编号是{1}
    = the tokenizer has {0} tokens and the model an embedding for {1}: it has none for {2}
    分词器有{0}个 token，而模型只有{1}个 token 的 embedding：缺少{2}
    = the tokenizer's model is '{0}', neither 'gpt2' nor 'llama'
    分词器的模型是 '{0}'，既不是 'gpt2' 也不是 'llama'
    = the tokenizer's pre-tokenizer '{0}' is not known
    不认识分词器的预分词器 '{0}'
    = the file lacks the tokenizer's tokens or merges
    文件缺少分词器的 token 或合并规则
    = more than {0} tokens
    超过{0}个 token
    = expected an object
    这里应该是对象
    = the model lacks 'vocab'
    model 缺少 'vocab'
    = the model lacks 'merges'
    model 缺少 'merges'
    = the model is not an object
    model 不是对象
    = the tokenizer's model is '{0}', not 'BPE'
    分词器的模型是 '{0}'，不是 'BPE'
    = the tokenizer uses '{0}'
    分词器用了 '{0}'
    = the tokenizer merges at random ('dropout' is {0})
    分词器会随机合并（'dropout' 为{0}）
    = 'vocab' is not an object
    'vocab' 不是对象
    = the token number {0} is too large
    token 编号{0}太大
    = 'merges' is not an array
    'merges' 不是数组
    = the tokenizer's normalizer is '{0}', not 'NFC'
    分词器的 normalizer 是 '{0}'，不是 'NFC'
    = the tokenizer's decoder is '{0}', not 'ByteLevel'
    分词器的 decoder 是 '{0}'，不是 'ByteLevel'
    = the post-processor's token '{0}' has no number
    post-processor 的 token '{0}' 没有编号
    = the post-processor's token '{0}' has no valid number
    post-processor 的 token '{0}' 的编号无效
    = the tokenizer's post-processor is '{0}'
    分词器的 post-processor 是 '{0}'
    = the merge '{0}' is not two tokens with a space between
    合并规则 '{0}' 不是以空格隔开的两个 token
    = the merge of '{0}' and '{1}' names a token the vocabulary lacks
    '{0}' 与 '{1}' 的合并规则用到了词表里没有的 token
    = an added token lacks its content or a valid number
    有一个 added token 缺少 content 或有效的编号
    = the file lacks the tokenizer's tokens or their scores
    文件缺少分词器的 token 或它们的分数
    = message {0} ({1})
    第 {0} 条消息（{1}）
    """#
}
