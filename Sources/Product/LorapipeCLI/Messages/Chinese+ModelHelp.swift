extension Chinese {
  /// Help of the commands that use, copy, fetch and describe models.
  static let modelHelp = #"""
    = Use only the base, without the adapter.
    只用基座，不加适配器。
    = Talk to a model in the terminal
    在终端里和模型聊天
    = The model uses the system prompt and the template of its training. Enter sends. Alt-Enter, Ctrl-J or a backslash at the end of a line starts a new line. The arrow keys move and recall earlier messages. Ctrl-C stops an answer; Ctrl-C twice or Ctrl-D ends the conversation. /help lists the commands. When input comes from a pipe, every line is a turn of one conversation, and answers are greedy (the most likely token).
    自动使用训练时的系统提示词和对话模板。回车发送；Alt-回车、Ctrl-J 或行末的反斜杠换行；方向键移动光标、调出以前的消息。Ctrl-C 停止回答，连按两次或按 Ctrl-D 结束对话。/help 列出全部命令。输入来自管道时，每行是同一段对话里的一轮，回答用贪心解码（每次取概率最大的 token）。
    = talks to the newest run's model
    和最近一次运行的模型聊天
    = talks to the base with its adapter
    和基座加适配器聊天
    = The output: a new folder, or a .gguf file.
    输出：一个新文件夹，或 .gguf 文件。
    = The name of the base in other tools, such as Qwen/Qwen3-4B; written into the adapter.
    基座在其他工具里的名字，如 Qwen/Qwen3-4B；会写进适配器。
    = Copy a model or adapter out of the store, for other tools
    把模型或适配器从存储里复制出来，给其他工具用
    = an adapter for PEFT
    给 PEFT 用的适配器
    = an adapter for llama.cpp
    给 llama.cpp 用的适配器
    = Cut the adapter to this rank: the closest update of that rank. The error is printed.
    把适配器截到这个 rank：该 rank 下最接近的更新量，并打印误差。
    = the adapter, cut to rank 4
    截到 rank 4 的适配器
    = an adapter that PEFT wrote
    PEFT 写的适配器
    = A question; can be given several times.
    一个问题，可以给多个。
    = The file for answered rows; if it exists, missing answers are added.
    写回答的文件；文件已存在时，补上缺的回答。
    = Answers generated at once (default 16); it does not change the answers.
    同时生成的回答数（默认 16），不影响回答内容。
    = Answer questions in a batch: jsonl in, jsonl out
    批量回答：读 jsonl，写 jsonl
    = Answers are greedy (the most likely token) unless you set --temperature. With --prompt, answers are printed as plain text. Without any question, they are read from standard input, one per line. With --input, rows are printed unchanged and in order, each with its answer. A row's system, history, input and tools are used. If a row ends with an assistant message, it is taken as the reference answer and hidden from the model. A row's own answer, end or error is kept as given_answer, given_end or given_error. All rows are checked before the first is answered. A row that cannot be answered gets an error instead of an answer, and the exit status is 1. If a command with --output is interrupted, run it again; it continues after the last finished row.
    不设 --temperature 时用贪心解码（每次取概率最大的 token）。用 --prompt 时回答打印成纯文本；没有给问题时从标准输入读取，每行一个；用 --input 时每条数据按原样、原顺序输出，并附上回答。数据里的 system、history、input、tools 都会用到；如果最后一条是 assistant 消息，它被当作参考答案，不给模型看。数据自带的 answer、end、error 改名为 given_answer、given_end、given_error 保留。开始回答之前先检查全部数据。无法回答的数据得到一个 error，退出码为 1。带 --output 的命令中断后，再运行一次会接着最后完成的那条继续。
    = asks the newest run's model
    问最近一次运行的模型
    = answers every row
    回答每一条数据
    = answers a table with a header of its own
    回答表格里的问题，列名可以自定
    = Sample from the most likely tokens whose probabilities sum to P.
    只在累计概率达到 P 的最可能的 token 里采样。
    = Sample from the K most likely tokens; 0 means all.
    只在最可能的 K 个 token 里采样；0 表示全部。
    = Drop tokens less likely than P times the most likely one.
    去掉概率低于最大概率 P 倍的 token。
    = A value above 1 makes repetition less likely.
    大于 1 时减少重复。
    = Seed of sampling; equal seeds give equal answers.
    采样的随机种子；种子相同，回答相同。
    = Maximum length of an answer in tokens.
    回答最多多少个 token。
    = Speculative decoding by prompt lookup: auto (default; where it saves time) or off. Answers are the same.
    投机解码（查找已有文本，不需要草稿模型）：auto（默认，能省时间时才用）或 off。回答完全一样。
    = How the KV cache stores numbers: f32 (default), f16 (half the memory) or q8_0 (about a quarter).
    KV 缓存存数的类型：f32（默认）、f16（内存减半）或 q8_0（约四分之一）。
    = How inputs of products with quantized weights are rounded: int16 (default) or int8 (faster; answers change a little).
    与量化权重相乘的激活值舍入成什么类型：int16（默认）或 int8（更快，回答会略有不同）。
    = auto (default; read q4_k and q6_k weights from a faster copy in the store, which chat and serve write once) or stored (no copy). Answers are the same.
    auto（默认；q4_k 和 q6_k 权重从存储里更快的副本读取，副本由 chat 和 serve 写一次）或 stored（不用副本）。回答完全相同。
    = writing a copy of the weights that generation reads faster: {0} in the store, once
    正在写一份读起来更快的权重副本：在存储中占 {0}，只写一次
    = the model's weights are read as they are stored, which is slower
    直接读取模型文件里的权重，速度较慢
    = --weights stored asks for that without this warning
    加 --weights stored 就直接读取，不再提示
    = the faster copy takes {0}, more than half of the free disk space of '{1}'
    更快的副本要占 {0}，超过 '{1}' 可用磁盘空间的一半
    = the file does not hold this model's weights
    这个文件里不是该模型的权重
    = remove it with 'lorapipe cache verify'
    请运行 lorapipe cache verify 把它移走
    = the weights are too large to be laid out
    权重太大，无法重新排列
    = {0} of {1} draft tokens accepted
    {1} 个草稿 token 中接受了 {0} 个
    = An adapter and its name: a folder, a stage or a run; can be given several times.
    适配器及其名字：文件夹、阶段或运行；可以给多个。
    = The address to listen on (default: this machine only).
    监听的地址（默认：只限本机）。
    = The port; 0 chooses a free one.
    端口；0 表示自动选一个空闲的。
    = Refuse requests without this key (or $LORAPIPE_API_KEY).
    拒绝不带这个密钥的请求（也可用 $LORAPIPE_API_KEY）。
    = Requests that may wait; further ones get status 429.
    最多多少个请求排队；再多返回 429。
    = Answers generated at once.
    同时生成的回答数。
    = Memory of the KV cache (default: a quarter of the free memory).
    KV 缓存的内存（默认：空闲内存的四分之一）。
    = The longest conversation in tokens (default: up to 8192).
    最长的对话，按 token 计（默认：最多 8192）。
    = Serve a model: OpenAI-compatible API and a chat page
    部署模型：兼容 OpenAI 的 API 和聊天网页
    = Serves a run with the settings of its serve stage, a merged model, an adapter with its base, or any model folder or GGUF file. Ctrl-C finishes the accepted requests and stops.
    可以部署：一次运行（按它的 serve 阶段的设置）、合并后的模型、适配器加基座，或任何模型文件夹、GGUF 文件。Ctrl-C 会先处理完已接受的请求再停止。
    = serves the newest run's model on http://127.0.0.1:8000
    在 http://127.0.0.1:8000 部署最近一次运行的模型
    = one base, one adapter chosen per request
    一个基座，每个请求自选适配器
    = Write a folder for 'ollama create': model.gguf, and a Modelfile with template, system prompt and stops.
    写出供 'ollama create' 使用的文件夹：model.gguf，以及带模板、系统提示词和停止符的 Modelfile。
    = Write what vLLM loads, an adapter or a model, and print the line that serves it.
    写出 vLLM 能加载的适配器或模型，并打印启动服务的命令。
    = Write a model folder that mlx_lm loads, and print the line that asks it.
    写出 mlx_lm 能加载的模型文件夹，并打印提问的命令。
    = Add the adapter into its base and write the model, not the adapter.
    把适配器并入基座，写出模型而不是适配器。
    = Precision of the weights: by default q8_0 in GGUF, bfloat16 in a folder that is not copied.
    权重精度：GGUF 默认 q8_0，转换出的文件夹默认 bfloat16。
    = Writes an adapter as a folder for PEFT, or as a .gguf file for llama.cpp if the name of the output ends in .gguf. Writes a model as a plain folder, or as a .gguf file, and converts it as needed. An adapter that was trained elsewhere needs its base beside it: name the base, and the adapter with --adapter. --rank writes an adapter of a lower rank, found by singular values. The store is not changed.
    适配器写成 PEFT 文件夹；输出名以 .gguf 结尾时写成供 llama.cpp 使用的 .gguf 文件。模型写成普通文件夹或 .gguf 文件，按需转换。别处训练的适配器要连同基座一起给出：先写基座，再用 --adapter 指定适配器。--rank 用奇异值分解写出更低 rank 的适配器。存储不会改变。
    = base and adapter merged, for Ollama
    合并基座与适配器，供 Ollama 使用
    = a model as one small file
    把模型写成一个小文件
    = Download a model or dataset into the store
    把模型或数据集下载到存储里
    = SOURCE is modelscope:ORG/NAME, hf:ORG/NAME, modelscope-dataset:ORG/NAME, hf-dataset:ORG/NAME, pip:NAME==VERSION, a web address, or the address of a hub's page. What is here already is not downloaded again. Outside a workspace, models are kept in ~/.cache/lorapipe. A recipe that fetches the same source uses the same copy.
    SOURCE 写 modelscope:组织/名称、hf:组织/名称、modelscope-dataset:组织/名称、hf-dataset:组织/名称、pip:名称==版本、网址，或模型库网页的地址。已经有的不会重新下载。不在工作区里时，模型放在 ~/.cache/lorapipe。配方里取同一个来源时用的是同一份。
    = A branch, tag or commit of the hub.
    模型库的分支、标签或提交。
    = Only files whose path matches; can be given several times.
    只取路径匹配的文件；可以写多次。
    = Where it comes from.
    来源。
    = brings it; then: lorapipe chat modelscope:Qwen/Qwen3-0.6B
    下载它；然后：lorapipe chat modelscope:Qwen/Qwen3-0.6B
    = Add an adapter into its base: one model, for any tool
    把适配器合并进基座：得到一个任何工具都能用的模型
    = Does what a merge stage does: adds the adapter to the base's weights, and compares the logits of the merged model with those of base and adapter. With --output, the model is copied out of the store.
    和 merge 阶段做的事一样：把适配器加到基座的权重里，再把合并后模型的 logits 和“基座加适配器”的比较。加 --output 会把模型从存储里复制出来。
    = The output: a new folder, or a .gguf file (default: the store).
    输出：一个新文件夹，或一个 .gguf 文件（默认：存储）。
    = Precision of the folder's weights (default: bfloat16).
    文件夹里权重的精度（默认：bfloat16）。
    = Also write a GGUF file of this precision.
    另外写一个这种精度的 GGUF 文件。
    = An adapter, its stage or its run; or a base, with --adapter (default: the adapter of the newest run).
    适配器、它的阶段或它的运行；或者基座，同时给 --adapter（默认：最近一次运行的适配器）。
    = a folder for transformers and vLLM
    给 transformers 和 vLLM 用的文件夹
    = a file for llama.cpp and Ollama
    给 llama.cpp 和 Ollama 用的文件
    = Describe a model: family, size, template, whether and how fast it trains here
    介绍一个模型：系列、大小、模板、这台机器能不能训练、多快
    = Nothing is run. A model of a hub is downloaded first. Time and memory are estimates for a LoRA adapter of rank 8 on 300 rows of 120 tokens, three times.
    不运行任何东西。模型库里的模型会先下载。时间和内存按 rank 8 的 LoRA、300 条各 120 个 token 的数据、3 轮来估算。
    = describes a file
    介绍一个文件
    = brings a model, then describes it
    下载一个模型，再介绍它
    = A model folder, a GGUF file, an adapter, a stage, a run, or a source such as modelscope:Qwen/Qwen3-0.6B (default: the model of the newest run).
    模型文件夹、GGUF 文件、适配器、阶段、运行，或 modelscope:Qwen/Qwen3-0.6B 这样的来源（默认：最近一次运行的模型）。
    = A jsonl file of rows with messages, or with prompt, query, question or instruction; or a .txt file with a question per line; - reads jsonl from standard input.
    jsonl 文件，每条有 messages，或有 prompt、query、question、instruction；或 .txt 文件，每行一个问题；- 表示从标准输入读 jsonl。
    = A question, as with --prompt.
    一个问题，和 --prompt 一样。
    """#
}
