extension Chinese {
  /// What `chat` and `serve` print.
  static let talking = #"""
    = type a message; /help lists the commands, Ctrl-D ends
    输入消息开始对话；/help 列出命令，Ctrl-D 结束
    = the conversation has ended; 'lorapipe chat' begins another
    对话已结束；再开始：lorapipe chat
    = Ctrl-C again ends; so does Ctrl-D
    再按一次 Ctrl-C 结束，按 Ctrl-D 也行
    = a new conversation
    新的对话
    = there is nothing to answer yet
    还没有可以回答的消息
    = this model has no adapter to switch off; to compare, talk to the adapter itself: lorapipe chat STAGE
    这个模型没有可以关掉的适配器；要对比，请直接与适配器对话：lorapipe chat 阶段
    = answers come from the adapter
    现在由适配器回答
    = answers come from the base
    现在由基座回答
    = the trained system prompt, and a new conversation
    恢复训练时的系统提示词，并开始新的对话
    = there is no command {0}; /help lists them
    没有命令 {0}；/help 列出全部命令
    = starts over
    重新开始对话
    = answers the last message again
    重新回答上一条消息
    = another system prompt, and starts over
    换一个系统提示词，并重新开始
    = switch the adapter off and on
    关闭或打开适配器
    = temperature, top_p, top_k, min_p, repetition_penalty, max_tokens or seed; /set alone shows them
    设置 temperature、top_p、top_k、min_p、repetition_penalty、max_tokens 或 seed；单独的 /set 显示当前值
    = writes the conversation as jsonl, a row to train on
    把对话存成一条 jsonl 数据，可用来训练
    = ends
    结束，quit、exit、退出也行
    = Alt-Enter or Ctrl-J starts a line, Ctrl-C ends an answer.
    Alt-Enter 或 Ctrl-J 换行，Ctrl-C 中止回答。
    = (cut off at the longest answer; /set max_tokens allows more)
    （回答达到长度上限被截断；用 /set max_tokens 调大）
    = (stopped)
    （已中止）
    = max_tokens takes a whole number from 1 to 1048576
    max_tokens 需要 1 到 1048576 的整数
    = {0} takes a whole number
    {0} 需要整数
    = /set takes a name and a number: temperature, top_p, top_k, min_p, max_tokens, seed …
    /set 后面写名字和数字：temperature、top_p、top_k、min_p、max_tokens、seed …
    = that value is out of range
    这个值超出范围
    = /save takes the name of a file
    /save 后面写文件名
    = nothing has been said yet
    还没有对话内容
    = added to {0}
    已追加到 {0}
    = , an adapter of {0}
    ，{0} 的适配器
    = , an adapter
    ，适配器
    = , made from {0}
    ，由 {0} 得到
    = , of run {0}
    ，来自运行 {0}
    = no system prompt
    没有系统提示词
    = system prompt: {0}
    系统提示词：{0}
    = anyone who can reach this machine can use the service; set --api-key
    能访问这台机器的人都能使用该服务；请设置 --api-key
    = {0} at {1}
    {0}：{1}
    = , used when a request names no model
    ，请求没有指定模型时用它
    = context {0} tokens, cache up to {1} ({2}, {3} bytes per token), {4} threads
    上下文 {0} 个 token，KV 缓存最多 {1}（{2}，每个 token {3} 字节），{4} 个线程
    = activations: {0}
    激活值：{0}
    = try:
    试一试：
    = all routes: {0}/docs; Ctrl-C stops
    全部接口：{0}/docs；按 Ctrl-C 停止
    = finishing what was accepted; Ctrl-C again stops at once
    正在完成已接受的请求；再按一次 Ctrl-C 立即停止
    = prompt {0}
    第 {0} 个问题
    = standard input
    标准输入
    """#
}
