extension Chinese {
  /// What stages say while they run, and verdicts on what they made.
  static let stageErrors = #"""
    = report this; the base's tokenizer or template has something that {0} cannot hold
    请报告这个问题；基座的分词器或模板里有{0}存不下的内容
    = the conversation about '{0}' has other tokens
    关于 '{0}' 的对话的 token 不同
    = its end tokens are {0}, not {1}
    它的结束 token 是{0}，而不是{1}
    = its sampling defaults are not those of the base
    它的默认采样参数与基座不同
    = texts to generate
    要生成的文本
    = the model
    模型
    = name a group that probes or questions have; the metric is called {0}, and require takes no metrics
    请写测试题或问题里有的组；{0}是指标名，而 require 不接受指标
    = name a group that probes or questions have
    请写测试题或问题里有的组
    = {0} rows have no text: {1}
    {0}条没有文本：{1}
    = {0} texts had no end after {1} tokens and were left out. Raise max_tokens to keep them
    {0}条文本到{1}个 token 还没有结束，没有使用。想保留它们，请调大 max_tokens
    = the memory of the KV cache does not suffice for one text
    KV 缓存的内存连一条文本都放不下
    = lower max_tokens, or leave out long rows with a filter stage
    调小 max_tokens，或用 filter 阶段去掉长的数据
    = Places are {query}, {response}, {system} and the columns of the rows: {0}.
    可用的占位符有 {query}、{response}、{system} 和数据的列：{=0}。
    = the file that says what the artifact was made from cannot be read
    读不了写明产物由什么得来的文件
    = copy the artifact again, or remove this file to use it as one of another program
    请重新复制产物；或删掉这个文件，当作别的程序的产物来用
    = the merged {0} model's logits differ from base with adapter by {1} (root mean square, at most {2}) and {3} of {4} most likely tokens differ (at most {5} of them)
    合并后的{0}模型，logits 与基座加适配器的差为{1}（均方根，最多{2}），{4}个最可能的 token 中有{3}个不同（最多{5}个）
    = a mix needs rows
    mix 需要数据
    = cannot be '{0}': {1}
    不能是 '{0}'：{1}
    = '{0}' is a selection made by a mix stage, not rows
    '{0}' 是 mix 阶段选出的结果，本身不含数据
    = labels: last learns the last answer alone, as serving asks for it
    设 labels: last 就只学习最后一个回答，与部署时一致
    = rows with reasoning want template_arguments: { enable_thinking: true }
    带思考的数据需要 template_arguments: { enable_thinking: true }
    = labels: last learns the last answer alone, as serving asks for it; rows with reasoning want template_arguments: { enable_thinking: true }
    设 labels: last 就只学习最后一个回答，与部署时一致；带思考的数据需要 template_arguments: { enable_thinking: true }
    = '{0}' is not a complete file of token rows
    '{0}' 不是完整的 token 文件
    = '{0}/{1}' does not name {2} by its digest
    '{0}/{1}' 没有按摘要写明{2}
    = each source
    各个来源
    = rounding is {0} times as large as what was learned
    舍入误差是学到的变化的{0}倍
    = the service did not answer the question of its health check: {0}
    服务没有回答健康检查的问题：{0}
    = '{0}' lacks {1}
    '{0}' 缺少{1}
    = counting {0}
    正在数 {=0}
    """#
}
